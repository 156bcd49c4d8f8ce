package org.genimage.eval;

import java.util.ArrayList;
import java.util.List;
import org.genimage.data.Label;

/**
 * Precision and recall over all thresholds; AI is the positive class.
 *
 * @param points one per distinct score, from the lowest; the last one has precision 1, recall 0 and
 *     an infinite threshold. Without AI images every other recall is 1, as in scikit-learn
 */
public record PrecisionRecallCurve(List<Point> points) {

  /**
   * The decisions at one threshold.
   *
   * @param threshold images count as AI from this score on
   * @param precision the share of AI images among those that count as AI, in [0, 1]
   * @param recall the share of AI images that count as AI, in [0, 1]
   */
  public record Point(double threshold, double precision, double recall) {}

  /** Copies the list. */
  public PrecisionRecallCurve {
    points = List.copyOf(points);
  }

  /** Returns the curve of these scores. */
  public static PrecisionRecallCurve of(Scores scores) {
    return of(scores.ranking());
  }

  /** Returns the curve of these ranked scores. */
  public static PrecisionRecallCurve of(Ranking ranking) {
    double ai = ranking.count(Label.AI);
    long found = ranking.count(Label.AI);
    long all = ranking.size();
    List<Point> points = new ArrayList<>(ranking.places() + 1);
    for (int i = ranking.places() - 1; i >= 0; i--) {
      points.add(new Point(ranking.value(i), (double) found / all, ai == 0 ? 1 : found / ai));
      found -= ranking.count(i, Label.AI);
      all -= ranking.count(i, Label.AI) + ranking.count(i, Label.NATURE);
    }
    points.add(new Point(Double.POSITIVE_INFINITY, 1, 0));
    return new PrecisionRecallCurve(points);
  }
}
