package org.genimage.eval;

import java.util.Arrays;
import java.util.List;
import org.genimage.data.Label;

/**
 * The metrics. AI is the positive class and a score above 0.5 a positive decision; values are those
 * of scikit-learn 1.9, undefined cases included.
 */
public final class Metrics {

  /** Images that count as what they are, of all. */
  public static final Metric ACCURACY = new Metric("accuracy", scores -> scores.accuracy().value());

  /** The mean over the labels that occur of each one's accuracy. */
  public static final Metric BALANCED_ACCURACY =
      new Metric("balanced accuracy", Metrics::balancedAccuracy);

  /** AI images among those that count as AI; 0 if none does. */
  public static final Metric PRECISION =
      new Metric("precision", scores -> Confusion.of(scores).precision());

  /** Images that count as AI among the AI images; 0 if there are none. */
  public static final Metric RECALL = new Metric("recall", scores -> Confusion.of(scores).recall());

  /** The harmonic mean of precision and recall; 0 if both are. */
  public static final Metric F1 = new Metric("F1", scores -> Confusion.of(scores).f1());

  /** Matthews' correlation of decision and label, in [-1, 1]; 0 if either is constant. */
  public static final Metric MATTHEWS =
      new Metric("Matthews correlation", scores -> Confusion.of(scores).matthews());

  /**
   * The precision at every distinct score, weighted by the recall it adds, without interpolation; 0
   * if there are no AI images.
   */
  public static final Metric AVERAGE_PRECISION =
      new Metric("average precision", Metrics::averagePrecision);

  /**
   * The chance that an AI image scores higher than a natural one, ties counting one half; NaN if
   * there is one label only.
   */
  public static final Metric ROC_AUC = new Metric("ROC AUC", scores -> RocCurve.of(scores).area());

  /** The AI images found when at most 1 % of the natural ones are wrongly accused. */
  public static final Metric RECALL_AT_1_PERCENT =
      new Metric("recall at 1 % false positives", scores -> recallAt(0.01, scores));

  /**
   * The mean of the two error rates at the highest threshold where they are closest; NaN if there
   * is one label only.
   */
  public static final Metric EQUAL_ERROR_RATE =
      new Metric("equal error rate", Metrics::equalErrorRate);

  /** The mean of -ln of the probability given to the truth, clipped at 2.2e-16; in nats. */
  public static final Metric LOG_LOSS = new Metric("log loss", Metrics::logLoss);

  /** The mean squared difference of score and truth (Brier 1950). */
  public static final Metric BRIER = new Metric("Brier score", Metrics::brier);

  private Metrics() {}

  /** Returns every metric of this class. */
  public static List<Metric> all() {
    return List.of(
        ACCURACY,
        BALANCED_ACCURACY,
        PRECISION,
        RECALL,
        F1,
        MATTHEWS,
        AVERAGE_PRECISION,
        ROC_AUC,
        RECALL_AT_1_PERCENT,
        EQUAL_ERROR_RATE,
        LOG_LOSS,
        BRIER);
  }

  private static double balancedAccuracy(Scores scores) {
    return Arrays.stream(Label.values())
        .filter(label -> scores.count(label) > 0)
        .mapToDouble(label -> scores.accuracy(label).value())
        .average()
        .orElseThrow();
  }

  private static double averagePrecision(Scores scores) {
    double positives = scores.count(Label.AI);
    double sum = 0;
    long found = 0;
    for (RocCurve.Point point : RocCurve.of(scores).points()) {
      if (point.truePositives() > found) {
        double precision =
            (double) point.truePositives() / (point.truePositives() + point.falsePositives());
        sum += (point.truePositives() - found) / positives * precision;
        found = point.truePositives();
      }
    }
    return sum;
  }

  /**
   * Returns the largest share of AI images found at a threshold where no more than this share of
   * the natural images counts as AI.
   *
   * @param falsePositiveRate in [0, 1]
   * @return in [0, 1]; NaN if there is one label only
   */
  public static double recallAt(double falsePositiveRate, Scores scores) {
    return RocCurve.of(scores).points().stream()
        .filter(point -> point.falsePositiveRate() <= falsePositiveRate)
        .mapToDouble(RocCurve.Point::truePositiveRate)
        .max()
        .orElse(Double.NaN);
  }

  private static double equalErrorRate(Scores scores) {
    double smallest = Double.POSITIVE_INFINITY;
    double rate = Double.NaN;
    for (RocCurve.Point point : RocCurve.of(scores).points()) {
      double missed = 1 - point.truePositiveRate();
      double gap = Math.abs(point.falsePositiveRate() - missed);
      if (gap < smallest) {
        smallest = gap;
        rate = (point.falsePositiveRate() + missed) / 2;
      }
    }
    return rate;
  }

  private static double logLoss(Scores scores) {
    double epsilon = Math.ulp(1.0);
    return scores.all().stream()
        .mapToDouble(score -> score.label() == Label.AI ? score.value() : 1 - score.value())
        .map(truth -> -Math.log(Math.max(epsilon, Math.min(1 - epsilon, truth))))
        .average()
        .orElseThrow();
  }

  private static double brier(Scores scores) {
    return scores.all().stream()
        .mapToDouble(score -> Math.pow(score.value() - score.label().index(), 2))
        .average()
        .orElseThrow();
  }
}
