package org.genimage.eval.statistics;

import static com.google.common.base.Preconditions.checkArgument;

import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * Exact probabilities of a number of successes in independent trials of one rate, and the smallest
 * samples that can bound an error.
 */
public final class Binomial {

  private Binomial() {}

  /**
   * Returns the probability of at most {@code count} successes.
   *
   * @param count any number; 0 is returned below 0, and 1 from {@code total} on
   * @param total the number of trials, 0 or more
   * @param rate the probability of a success, in [0, 1]
   * @throws IllegalArgumentException if the total or the rate is out of its range
   */
  public static double atMost(long count, int total, double rate) {
    BinomialDistribution distribution = distribution(total, rate);
    return count < 0 ? 0 : distribution.cumulativeProbability((int) Math.min(count, total));
  }

  /**
   * Returns the probability of at least {@code count} successes.
   *
   * @param count any number; 1 is returned up to 0, and 0 above {@code total}
   * @param total the number of trials, 0 or more
   * @param rate the probability of a success, in [0, 1]
   * @throws IllegalArgumentException if the total or the rate is out of its range
   */
  public static double atLeast(long count, int total, double rate) {
    BinomialDistribution distribution = distribution(total, rate);
    return count <= 0 ? 1 : distribution.survivalProbability((int) Math.min(count - 1, total));
  }

  /**
   * Returns the probability of exactly {@code count} successes.
   *
   * @param count any number; 0 is returned outside 0 to {@code total}
   * @param total the number of trials, 0 or more
   * @param rate the probability of a success, in [0, 1]
   * @throws IllegalArgumentException if the total or the rate is out of its range
   */
  public static double exactly(long count, int total, double rate) {
    BinomialDistribution distribution = distribution(total, rate);
    return count < 0 || count > total ? 0 : distribution.probability((int) count);
  }

  /**
   * Returns the smallest number of images in which this many errors still bound the error rate: the
   * least n with P(at most {@code errors} of n) &lt;= {@code delta} at the rate {@code limit}. It
   * is 299 for no error, 1 % and 5 %.
   *
   * @param errors 0 or more
   * @param limit the bound of the error rate, in (0, 1)
   * @param delta the probability that the bound fails, in (0, 1)
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public static int smallestSample(int errors, double limit, double delta) {
    checkArgument(errors >= 0, "number of errors must not be negative, got %s", errors);
    checkArgument(
        limit > 0 && limit < 1, "bound of an error rate must be in (0, 1), got %s", limit);
    checkArgument(
        delta > 0 && delta < 1, "probability of failure must be in (0, 1), got %s", delta);
    int high = errors + 1;
    while (atMost(errors, high, limit) > delta) {
      high = Math.multiplyExact(2, high);
    }
    int low = errors; // at most `errors` of so many are certain
    while (high - low > 1) {
      int middle = low + (high - low) / 2;
      if (atMost(errors, middle, limit) > delta) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  private static BinomialDistribution distribution(int total, double rate) {
    checkArgument(total >= 0, "number of trials must not be negative, got %s", total);
    checkArgument(rate >= 0 && rate <= 1, "rate must be in [0, 1], got %s", rate);
    return BinomialDistribution.of(total, rate);
  }
}
