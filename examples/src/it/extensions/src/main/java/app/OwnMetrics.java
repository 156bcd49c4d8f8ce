package app;

import org.genimage.eval.Confusion;
import org.genimage.eval.Metric;
import org.genimage.eval.Ranking;

/** A metric that needs the ranks of the scores and the counts at each threshold. */
final class OwnMetrics {

  /** The largest difference of true and false positive rate over all thresholds (Youden 1950). */
  static final Metric YOUDEN = new Metric("Youden's J", OwnMetrics::youden);

  private OwnMetrics() {}

  private static double youden(Ranking ranking) {
    double best = 0;
    for (int place = 0; place < ranking.places(); place++) {
      Confusion counts = ranking.at(ranking.value(place)).confusion();
      double natural = (double) counts.falseAi() + counts.trueNature();
      best = Math.max(best, counts.recall() - counts.falseAi() / natural);
    }
    return best;
  }
}
