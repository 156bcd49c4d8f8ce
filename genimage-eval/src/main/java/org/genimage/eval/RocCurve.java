package org.genimage.eval;

import java.util.ArrayList;
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
      double truePositiveRate) {

    /** Returns the share of the AI images that count as natural, the y axis of a DET curve. */
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

  static RocCurve of(Ranking ranking) {
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
   * Returns the curve without the points that its shape does not need: those on a straight line
   * through their neighbours, evenly spaced. The highest score stays, as scikit-learn has it.
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
