package org.genimage.app.command;

import java.util.Map;
import org.genimage.models.Detector;
import org.genimage.models.weights.Weights;

/** A note in weights that were trained on simulated images, so that no later command hides it. */
final class SimulatedTraining {

  static final String WARNING =
      "These weights were trained on simulated images only. Their scores say nothing about"
          + " photographs.";

  private static final String KEY = "genimage.simulated";

  private SimulatedTraining() {}

  /** Returns the weights with the note, if they were trained on simulated images. */
  static Weights noted(Weights trained, boolean simulated) {
    return simulated ? trained.with(Map.of(KEY, "yes")) : trained;
  }

  /** Returns whether a detector's weights have the note. */
  static boolean of(Detector detector) {
    return detector.provenance().containsKey(KEY);
  }
}
