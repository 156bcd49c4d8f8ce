package org.genimage.eval;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.List;
import org.genimage.data.Label;

/**
 * The metrics. AI is the positive class, and a score above the threshold is a positive decision.
 * Values equal those of scikit-learn 1.9, undefined cases included; where it lacks a metric, those
 * of torchmetrics 1.9. The time is proportional to the number of distinct scores. A metric's range
 * is [0, 1] unless its documentation says otherwise.
 */
public final class Metrics {

  /** The share of images that are decided rightly. */
  public static final Metric ACCURACY = new Metric("accuracy", r -> r.accuracy().value());

  /**
   * The mean of the accuracies on AI and on natural images; if one label is missing, the other's.
   */
  public static final Metric BALANCED_ACCURACY =
      new Metric("balanced accuracy", Metrics::balancedAccuracy);

  /** The share of natural images that count as natural; NaN if there are none. */
  public static final Metric NATURE_ACCURACY =
      new Metric("accuracy on natural images", r -> accuracy(r, Label.NATURE));

  /** The share of AI images that count as AI; NaN if there are none. */
  public static final Metric AI_ACCURACY =
      new Metric("accuracy on AI images", r -> accuracy(r, Label.AI));

  /** The share of AI images among those that count as AI; 0 if none does. */
  public static final Metric PRECISION = new Metric("precision", r -> r.confusion().precision());

  /** The share of AI images that count as AI; 0 if there are none. */
  public static final Metric RECALL = new Metric("recall", r -> r.confusion().recall());

  /** The harmonic mean of precision and recall; 0 if both are 0. */
  public static final Metric F1 = new Metric("F1", r -> r.confusion().f1());

  /** Matthews' correlation of decision and label, in [-1, 1]; 0 if either is constant. */
  public static final Metric MATTHEWS =
      new Metric("Matthews correlation", r -> r.confusion().matthews());

  /**
   * The mean of the precisions at the distinct scores, each weighted by the recall that it adds,
   * without interpolation; 0 if there are no AI images.
   */
  public static final Metric AVERAGE_PRECISION =
      new Metric("average precision", Metrics::averagePrecision);

  /**
   * The probability that an AI image scores higher than a natural one; a tie counts one half. NaN
   * if there is one label only.
   */
  public static final Metric ROC_AUC = new Metric("ROC AUC", Metrics::rocAuc);

  /**
   * The true positive rate at the lowest threshold where at most 1 % of the natural images count as
   * AI; NaN if there is one label only.
   */
  public static final Metric TPR_AT_1_PERCENT_FPR =
      new Metric("TPR at 1 % FPR", r -> tprAtFpr(0.01, r));

  /**
   * The true positive rate at the lowest threshold where at most 0.1 % of the natural images count
   * as AI; NaN if there is one label only.
   */
  public static final Metric TPR_AT_0_1_PERCENT_FPR =
      new Metric("TPR at 0.1 % FPR", r -> tprAtFpr(0.001, r));

  /**
   * The mean of false positive and false negative rate at the highest threshold where they are
   * closest; NaN if there is one label only.
   */
  public static final Metric EQUAL_ERROR_RATE =
      new Metric("equal error rate", Metrics::equalErrorRate);

  /**
   * The mean of -ln of the score of the true label, clipped at 2.2e-16; in nats, from 0 to 36.1.
   */
  public static final Metric LOG_LOSS = new Metric("log loss", r -> r.meanLoss().logarithmic());

  /** The mean squared difference of score and truth (Brier 1950). */
  public static final Metric BRIER = new Metric("Brier score", r -> r.meanLoss().squared());

  /**
   * The expected calibration error (Naeini et al. 2015): the mean gap between score and share of AI
   * images over 15 equal bins of the score, each weighted by its number of images.
   */
  public static final Metric CALIBRATION_ERROR =
      new Metric("calibration error", r -> ReliabilityCurve.of(r).meanGap());

  /** As {@link #CALIBRATION_ERROR}, the root of the mean squared gap. */
  public static final Metric RMS_CALIBRATION_ERROR =
      new Metric("RMS calibration error", r -> ReliabilityCurve.of(r).rootMeanSquaredGap());

  /** As {@link #CALIBRATION_ERROR}, the largest gap of a bin. */
  public static final Metric MAX_CALIBRATION_ERROR =
      new Metric("maximum calibration error", r -> ReliabilityCurve.of(r).maxGap());

  private Metrics() {}

  /** Returns every metric of this class. */
  public static List<Metric> all() {
    return List.of(
        ACCURACY,
        BALANCED_ACCURACY,
        NATURE_ACCURACY,
        AI_ACCURACY,
        PRECISION,
        RECALL,
        F1,
        MATTHEWS,
        AVERAGE_PRECISION,
        ROC_AUC,
        TPR_AT_1_PERCENT_FPR,
        TPR_AT_0_1_PERCENT_FPR,
        EQUAL_ERROR_RATE,
        LOG_LOSS,
        BRIER,
        CALIBRATION_ERROR,
        RMS_CALIBRATION_ERROR,
        MAX_CALIBRATION_ERROR);
  }

  private static double accuracy(Ranking ranking, Label label) {
    return ranking.count(label) == 0 ? Double.NaN : ranking.accuracy(label).value();
  }

  private static double balancedAccuracy(Ranking ranking) {
    return Arrays.stream(Label.values())
        .mapToDouble(label -> accuracy(ranking, label))
        .filter(Double::isFinite)
        .average()
        .orElseThrow();
  }

  private static double averagePrecision(Ranking ranking) {
    double sum = 0;
    long found = 0;
    long seen = 0;
    for (int i = 0; i < ranking.places(); i++) {
      long here = ranking.count(i, Label.AI);
      found += here;
      seen += here + ranking.count(i, Label.NATURE);
      if (here > 0) {
        sum += (double) here / ranking.count(Label.AI) * found / seen;
      }
    }
    return sum;
  }

  private static double rocAuc(Ranking ranking) {
    double won = 0;
    long natureAbove = 0;
    for (int i = 0; i < ranking.places(); i++) {
      long nature = ranking.count(i, Label.NATURE);
      double below = ranking.count(Label.NATURE) - natureAbove - nature / 2.0;
      won += ranking.count(i, Label.AI) * below;
      natureAbove += nature;
    }
    return won / ((double) ranking.count(Label.AI) * ranking.count(Label.NATURE));
  }

  /**
   * Returns the true positive rate at the lowest threshold where the false positive rate does not
   * exceed a limit.
   *
   * @param falsePositiveRate the limit, in [0, 1]
   * @return the share of AI images that count as AI, in [0, 1]; NaN if there is one label only
   * @throws IllegalArgumentException if the rate is outside [0, 1] or not a number
   */
  public static double tprAtFpr(double falsePositiveRate, Ranking ranking) {
    checkArgument(
        falsePositiveRate >= 0 && falsePositiveRate <= 1,
        "false positive rate must be in [0, 1], got %s",
        falsePositiveRate);
    double natural = ranking.count(Label.NATURE);
    double ai = ranking.count(Label.AI);
    if (natural == 0 || ai == 0) {
      return Double.NaN;
    }
    long accused = 0;
    long found = 0;
    for (int i = 0; i < ranking.places(); i++) {
      accused += ranking.count(i, Label.NATURE);
      if (accused / natural > falsePositiveRate) {
        break;
      }
      found += ranking.count(i, Label.AI);
    }
    return found / ai;
  }

  /**
   * Returns the true positive rate at a false positive rate on the straight line between the two
   * nearest points of the ROC curve, as B-Free's code ({@code pd_at_far}). Unlike {@link #tprAtFpr}
   * it mixes two thresholds, so no detector has it.
   *
   * @param falsePositiveRate in [0, 1]
   * @return in [0, 1]; NaN if there is one label only
   * @throws IllegalArgumentException if the rate is outside [0, 1] or not a number
   */
  public static double tprAtFprInterpolated(double falsePositiveRate, Ranking ranking) {
    double step = tprAtFpr(falsePositiveRate, ranking);
    if (Double.isNaN(step)) {
      return step;
    }
    double natural = ranking.count(Label.NATURE);
    double accused = 0;
    double found = 0;
    for (int i = 0; i < ranking.places(); i++) {
      double before = accused / natural;
      accused += ranking.count(i, Label.NATURE);
      found += ranking.count(i, Label.AI);
      double after = accused / natural;
      if (after > falsePositiveRate) {
        double up = found / ranking.count(Label.AI) - step;
        return step + up * (falsePositiveRate - before) / (after - before);
      }
    }
    return step;
  }

  private static double equalErrorRate(Ranking ranking) {
    long natural = ranking.count(Label.NATURE);
    long ai = ranking.count(Label.AI);
    long accused = 0;
    long missed = ai;
    long closest = natural * ai; // gaps times both counts, so that equal ones are equal
    double rate = 0.5;
    for (int i = 0; i < ranking.places(); i++) {
      accused += ranking.count(i, Label.NATURE);
      missed -= ranking.count(i, Label.AI);
      long gap = Math.abs(accused * ai - missed * natural);
      if (gap < closest) {
        closest = gap;
        rate = ((double) accused / natural + (double) missed / ai) / 2;
      }
    }
    return natural == 0 || ai == 0 ? Double.NaN : rate;
  }
}
