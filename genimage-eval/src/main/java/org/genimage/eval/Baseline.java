package org.genimage.eval;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Comparator;
import java.util.List;
import org.genimage.data.Label;
import org.genimage.eval.statistics.Proportion;

/**
 * A detector that compares one feature of an image with a threshold.
 *
 * @param name of the feature, such as {@code file size}
 * @param unit of the feature
 * @param threshold where the decision changes; infinite if the same decision for all images is best
 * @param aiAbove true if images above the threshold count as AI, false if the others do
 * @param accuracy on the images that the threshold was chosen on
 */
public record Baseline(
    String name, String unit, double threshold, boolean aiAbove, Proportion accuracy) {

  /** The feature and the label of one image. */
  record Point(double value, Label label) {}

  /** Returns the baseline with the best of all thresholds and directions. */
  static Baseline best(String name, String unit, List<Point> points) {
    checkArgument(!points.isEmpty(), "a baseline needs at least one image, got none");
    List<Point> sorted = points.stream().sorted(Comparator.comparingDouble(Point::value)).toList();
    int count = sorted.size();
    long ai = points.stream().filter(point -> point.label() == Label.AI).count();
    Baseline best = null;
    long correct = ai; // with AI above the threshold, and the threshold below all images
    for (int below = 0; below <= count; below++) {
      if (below > 0) {
        correct += sorted.get(below - 1).label() == Label.NATURE ? 1 : -1;
      }
      boolean cut =
          below == 0 || below == count || sorted.get(below - 1).value() < sorted.get(below).value();
      long better = Math.max(correct, count - correct);
      if (cut && (best == null || better > best.accuracy().count())) {
        best =
            new Baseline(
                name,
                unit,
                threshold(sorted, below),
                correct >= count - correct,
                new Proportion(better, count));
      }
    }
    return best;
  }

  /** Returns this threshold and direction with the accuracy on other images. */
  Baseline on(List<Point> points) {
    long correct =
        points.stream()
            .filter(point -> (point.value() > threshold == aiAbove) == (point.label() == Label.AI))
            .count();
    return new Baseline(name, unit, threshold, aiAbove, new Proportion(correct, points.size()));
  }

  private static double threshold(List<Point> sorted, int below) {
    if (below == 0) {
      return Double.NEGATIVE_INFINITY;
    }
    return below == sorted.size()
        ? Double.POSITIVE_INFINITY
        : (sorted.get(below - 1).value() + sorted.get(below).value()) / 2;
  }
}
