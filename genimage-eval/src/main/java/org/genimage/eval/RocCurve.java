package org.genimage.eval;

import java.util.ArrayList;
import java.util.List;
import org.genimage.data.Label;

/**
 * The receiver operating characteristic: true and false positive rates over all thresholds; AI is
 * the positive class.
 *
 * @param points first (0, 0) with an infinite threshold, then one per distinct score from the
 *     highest. The rate of a label without images is NaN
 */
public record RocCurve(List<Point> points) {

  /**
   * The decisions at one threshold.
   *
   * @param threshold images count as AI from this score on
   * @param falsePositives natural images that count as AI
   * @param truePositives AI images that count as AI
   * @param falsePositiveRate false positives as a share of the natural images, in [0, 1]
   * @param truePositiveRate true positives as a share of the AI images, in [0, 1]
   */
  public record Point(
      double threshold,
      long falsePositives,
      long truePositives,
      double falsePositiveRate,
      double truePositiveRate) {

    /** Returns the share of AI images that count as natural: the y axis of a DET curve. */
    public double falseNegativeRate() {
      return 1 - truePositiveRate;
    }
  }

  /** Copies the list. */
  public RocCurve {
    points = List.copyOf(points);
  }

  /** Returns the curve of these scores. */
  public static RocCurve of(Scores scores) {
    return of(scores.ranking());
  }

  /** Returns the curve of these ranked scores. */
  public static RocCurve of(Ranking ranking) {
    double natural = ranking.count(Label.NATURE);
    double ai = ranking.count(Label.AI);
    List<Point> points = new ArrayList<>(ranking.places() + 1);
    points.add(new Point(Double.POSITIVE_INFINITY, 0, 0, 0 / natural, 0 / ai));
    long falsePositives = 0;
    long truePositives = 0;
    for (int i = 0; i < ranking.places(); i++) {
      falsePositives += ranking.count(i, Label.NATURE);
      truePositives += ranking.count(i, Label.AI);
      points.add(
          new Point(
              ranking.value(i),
              falsePositives,
              truePositives,
              falsePositives / natural,
              truePositives / ai));
    }
    return new RocCurve(points);
  }

  /**
   * Returns the curve without the points that its shape does not need: those halfway on a straight
   * line between their neighbours. The highest score stays, as in scikit-learn.
   */
  public RocCurve withoutIntermediate() {
    List<Point> kept = new ArrayList<>();
    for (int i = 0; i < points.size(); i++) {
      if (i <= 1 || i == points.size() - 1 || bends(points.subList(i - 1, i + 2))) {
        kept.add(points.get(i));
      }
    }
    return new RocCurve(kept);
  }

  private static boolean bends(List<Point> three) {
    Point before = three.get(0);
    Point here = three.get(1);
    Point after = three.get(2);
    return before.falsePositives() + after.falsePositives() != 2 * here.falsePositives()
        || before.truePositives() + after.truePositives() != 2 * here.truePositives();
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
