package org.genimage.eval.statistics;

import static com.google.common.base.Preconditions.checkArgument;

import org.apache.commons.statistics.distribution.BetaDistribution;

/**
 * A count out of a total, such as an accuracy, with confidence intervals of the rate behind it.
 *
 * @param count from 0 to {@code total}
 * @param total at least 1
 */
public record Proportion(long count, long total) {

  /** Newton's steps that take a quantile of eight digits to all digits. */
  private static final int STEPS = 4;

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if the total is not positive, or the count not from 0 to it
   */
  public Proportion {
    checkArgument(total > 0, "total of a proportion must be positive, got %s", total);
    checkArgument(count >= 0 && count <= total, "count must be from 0 to %s, got %s", total, count);
  }

  /** Returns the share, in [0, 1]. */
  public double value() {
    return (double) count / total;
  }

  /** Returns the rest of the total: errors instead of right decisions, and the other way round. */
  public Proportion others() {
    return new Proportion(total - count, total);
  }

  /** Returns the 95 % interval of Wilson 1927, by inversion of the score test. */
  public Interval wilson() {
    return wilson(Confidence.USUAL);
  }

  /**
   * Returns the interval of Wilson 1927, by inversion of the score test.
   *
   * @param confidence in (0, 1)
   * @throws IllegalArgumentException if the confidence is out of its range
   */
  public Interval wilson(double confidence) {
    double z = Confidence.deviate(Confidence.checked(confidence));
    double p = value();
    double z2 = z * z / total;
    double centre = (p + z2 / 2) / (1 + z2);
    double half = z / (1 + z2) * Math.sqrt(p * (1 - p) / total + z2 / (4 * total));
    return new Interval(
        count == 0 ? 0 : Math.max(0, centre - half),
        count == total ? 1 : Math.min(1, centre + half));
  }

  /**
   * Returns the exact 95 % interval of Clopper and Pearson 1934. Its coverage is at least 95 %, so
   * it is wider than Wilson's.
   */
  public Interval clopperPearson() {
    return clopperPearson(Confidence.USUAL);
  }

  /**
   * Returns the exact interval of Clopper and Pearson 1934, which covers the rate at least as often
   * as it says.
   *
   * @param confidence in (0, 1)
   * @throws IllegalArgumentException if the confidence is out of its range
   */
  public Interval clopperPearson(double confidence) {
    double tail = (1 - Confidence.checked(confidence)) / 2;
    return new Interval(lowest(tail), highest(tail));
  }

  /**
   * Returns Clopper and Pearson's one-sided upper bound: the rate is higher with a probability of
   * at most {@code 1 - confidence}. Without a success among 299 it is just below 1 % at 0.95.
   *
   * @param confidence in (0, 1)
   * @return in (0, 1]
   * @throws IllegalArgumentException if the confidence is out of its range
   */
  public double upperBound(double confidence) {
    return highest(1 - Confidence.checked(confidence));
  }

  /**
   * Returns Clopper and Pearson's one-sided lower bound: the rate is lower with a probability of at
   * most {@code 1 - confidence}.
   *
   * @param confidence in (0, 1)
   * @return in [0, 1)
   * @throws IllegalArgumentException if the confidence is out of its range
   */
  public double lowerBound(double confidence) {
    return lowest(1 - Confidence.checked(confidence));
  }

  /** Returns the rate at which so few successes or fewer have the probability {@code tail}. */
  private double highest(double tail) {
    if (count == total) {
      return 1;
    }
    if (count == 0) {
      return -Math.expm1(Math.log(tail) / total);
    }
    BetaDistribution beta = BetaDistribution.of(count + 1.0, total - count);
    double x = beta.inverseSurvivalProbability(tail);
    for (int i = 0; i < STEPS; i++) {
      x += (beta.survivalProbability(x) - tail) / beta.density(x);
    }
    return x;
  }

  /** Returns the rate at which so many successes or more have the probability {@code tail}. */
  private double lowest(double tail) {
    if (count == 0) {
      return 0;
    }
    if (count == total) {
      return Math.exp(Math.log(tail) / total);
    }
    BetaDistribution beta = BetaDistribution.of(count, total - count + 1.0);
    double x = beta.inverseCumulativeProbability(tail);
    for (int i = 0; i < STEPS; i++) {
      x -= (beta.cumulativeProbability(x) - tail) / beta.density(x);
    }
    return x;
  }
}
