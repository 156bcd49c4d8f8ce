package org.genimage.eval;

import java.util.ArrayList;
import java.util.List;
import org.genimage.data.Label;

/**
 * The trade between AI images found and how often a decision for AI is right, over all thresholds.
 *
 * @param points one per distinct score, from the lowest, before a last one at precision 1 and
 *     recall 0 with threshold infinity; without AI images every other recall is 1, as scikit-learn
 *     has it
 */
public record PrecisionRecallCurve(List<Point> points) {

  /**
   * The decisions at one threshold.
   *
   * @param threshold images count as AI from this score on
   * @param precision AI images among those that count as AI
   * @param recall images that count as AI among the AI images
   */
  public record Point(double threshold, double precision, double recall) {}

  /** Copies the list. */
  public PrecisionRecallCurve {
    points = List.copyOf(points);
  }

  /** Returns the curve of these scores. */
  public static PrecisionRecallCurve of(Scores scores) {
    Ranking ranking = scores.ranking();
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
