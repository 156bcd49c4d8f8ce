package org.genimage.examples;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.genimage.data.Label;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;

/**
 * Scores one image: how likely is it that a generator made it? Needs a file with trained weights,
 * such as {@link TrainSaveLoad} or {@code genimage quickstart} writes. The file says which detector
 * it is.
 */
final class ScorePhoto {

  private ScorePhoto() {}

  /** Takes the weights and the image, and prints the score. */
  public static void main(String[] args) {
    List<Path> paths = Usage.paths(args, "WEIGHTS", "IMAGE");
    System.out.println(describe(paths.get(0), paths.get(1)));
  }

  /** Returns the score in [0, 1], where 1 is AI, and the label that follows from it. */
  static String describe(Path weights, Path image) {
    // A detector owns native memory: close it when it is no longer needed.
    try (Detector detector = Detectors.load(weights)) {
      double score = detector.score(image);
      Label label = detector.label(score);
      return String.format(
          Locale.ROOT, "%s: score %.3f, %s", image.getFileName(), score, label.folder());
    }
  }
}
