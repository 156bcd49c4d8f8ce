package org.genimage.eval;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.genimage.data.Label;

/**
 * The trade between AI images found and natural images wrongly accused, over all thresholds.
 *
 * @param points one per distinct score, from the highest, after a first one at (0, 0) with
 *     threshold infinity; a rate is NaN if there are no images to divide by
 */
public record RocCurve(List<Point> points) {

  /**
   * The decisions at one threshold.
   *
   * @param threshold images count as AI from this score on
   * @param falsePositives natural images that count as AI
   * @param truePositives AI images that count as AI
   * @param falsePositiveRate their share of the natural images
   * @param truePositiveRate their share of the AI images
   */
  public record Point(
      double threshold,
      long falsePositives,
      long truePositives,
      double falsePositiveRate,
      double truePositiveRate) {}

  /** Copies the list. */
  public RocCurve {
    points = List.copyOf(points);
  }

  /** Returns the curve of these scores. */
  public static RocCurve of(Scores scores) {
    List<Score> sorted =
        scores.all().stream().sorted(Comparator.comparingDouble(Score::value).reversed()).toList();
    double natural = scores.count(Label.NATURE);
    double ai = scores.count(Label.AI);
    List<Point> points = new ArrayList<>();
    points.add(new Point(Double.POSITIVE_INFINITY, 0, 0, 0 / natural, 0 / ai));
    long falsePositives = 0;
    long truePositives = 0;
    for (int i = 0; i < sorted.size(); i++) {
      Score score = sorted.get(i);
      if (score.label() == Label.AI) {
        truePositives++;
      } else {
        falsePositives++;
      }
      if (i + 1 == sorted.size() || sorted.get(i + 1).value() < score.value()) {
        points.add(
            new Point(
                score.value(),
                falsePositives,
                truePositives,
                falsePositives / natural,
                truePositives / ai));
      }
    }
    return new RocCurve(points);
  }

  /** Returns the area under the curve by trapezoids, so that ties count one half. */
  public double area() {
    double area = 0;
    for (int i = 1; i < points.size(); i++) {
      Point left = points.get(i - 1);
      Point right = points.get(i);
      area +=
          (right.falsePositiveRate() - left.falsePositiveRate())
              * (right.truePositiveRate() + left.truePositiveRate())
              / 2;
    }
    return area;
  }
}
