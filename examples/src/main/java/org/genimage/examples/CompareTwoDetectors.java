package org.genimage.examples;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.genimage.data.GenImage;
import org.genimage.data.ImageDataset;
import org.genimage.eval.Bootstrap;
import org.genimage.eval.Comparison;
import org.genimage.eval.Evaluation;
import org.genimage.eval.Scores;
import org.genimage.eval.statistics.Interval;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;

/**
 * Asks whether one detector is better than another, or only luckier on these images. Both score the
 * same images, so the test is paired: only images that exactly one of them gets right count.
 */
final class CompareTwoDetectors {

  private CompareTwoDetectors() {}

  /** Takes the weight files of two detectors and a folder in GenImage's layout. */
  public static void main(String[] args) {
    List<Path> paths = Usage.paths(args, "WEIGHTS", "OTHER_WEIGHTS", "FOLDER");
    System.out.println(describe(compare(paths.get(0), paths.get(1), paths.get(2))));
  }

  /** Returns the paired comparison on the folder's validation images. */
  static Comparison compare(Path first, Path second, Path folder) {
    ImageDataset images = GenImage.open(folder).validation();
    return Comparison.of(score(first, images), score(second, images), Bootstrap.seeded(42));
  }

  private static Scores score(Path weights, ImageDataset images) {
    try (Detector detector = Detectors.load(weights)) {
      return Evaluation.of(detector, images).run().scores();
    }
  }

  /** Returns the differences, first less second, with their 95 % intervals and p-values. */
  static String describe(Comparison comparison) {
    return String.join(
        System.lineSeparator(),
        difference(
            "accuracy",
            comparison.accuracyDifference(),
            comparison.accuracyInterval(),
            comparison.mcnemar()),
        difference(
            "ROC-AUC", comparison.aucDifference(), comparison.aucInterval(), comparison.delong()));
  }

  private static String difference(String name, double value, Interval interval, double p) {
    return String.format(
        Locale.ROOT,
        "%s: %+.3f (95 %% interval %+.3f to %+.3f, p = %.3f)",
        name,
        value,
        interval.low(),
        interval.high(),
        p);
  }
}
