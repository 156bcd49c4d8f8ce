package org.genimage.examples;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.eval.Evaluation;
import org.genimage.eval.Scores;
import org.genimage.eval.statistics.Interval;
import org.genimage.eval.statistics.Proportion;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;

/**
 * Tests a detector on your own images: one folder of photographs, one of generated images. The
 * folder gives the label, so no list of labels is needed.
 */
final class OwnImages {

  private OwnImages() {}

  /** Takes a detector's weights and the two folders. */
  public static void main(String[] args) {
    List<Path> paths = Usage.paths(args, "WEIGHTS", "PHOTOGRAPHS", "GENERATED");
    Scores scores = score(paths.get(0), paths.get(1), paths.get(2));
    for (Label label : Label.values()) {
      System.out.println(describe(label, scores.accuracy(label)));
    }
  }

  /** Returns the scores of all images in the two folders. */
  static Scores score(Path weights, Path photographs, Path generated) {
    Generator mine = Generator.named("my generator");
    ImageDataset images = ImageDataset.ofFolders(photographs, generated, mine);
    try (Detector detector = Detectors.load(weights)) {
      return Evaluation.of(detector, images).run().scores();
    }
  }

  /** Returns an accuracy with its 95 % interval: with few images the interval is wide. */
  static String describe(Label label, Proportion accuracy) {
    Interval interval = accuracy.wilson();
    return String.format(
        Locale.ROOT,
        "%s: %d of %d right, %.1f %% (95 %% interval %.1f to %.1f)",
        label.folder(),
        accuracy.count(),
        accuracy.total(),
        100 * accuracy.value(),
        100 * interval.low(),
        100 * interval.high());
  }
}
