package org.genimage.eval.statistics;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;

/** Quantiles of numbers, by linear interpolation between order statistics, as NumPy's default. */
public final class Quantiles {

  private Quantiles() {}

  /**
   * Returns the quantile at place {@code share * (count - 1)} of sorted numbers.
   *
   * @param sorted rising
   * @param share in [0, 1]
   * @return NaN if there are no numbers
   * @throws IllegalArgumentException if the share is out of its range
   */
  public static double sorted(double[] sorted, double share) {
    checkArgument(share >= 0 && share <= 1, "share of a quantile must be in [0, 1], got %s", share);
    if (sorted.length == 0) {
      return Double.NaN;
    }
    double at = share * (sorted.length - 1);
    int low = (int) at;
    int high = Math.min(low + 1, sorted.length - 1);
    return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
  }

  /**
   * Returns the central interval of numbers, which NaN is left out of.
   *
   * @param confidence the share of the numbers in it, in (0, 1)
   * @return with NaN at both ends if there are no numbers
   * @throws IllegalArgumentException if the confidence is out of its range
   */
  public static Interval central(double[] numbers, double confidence) {
    double tail = (1 - Confidence.checked(confidence)) / 2;
    double[] sorted = Arrays.stream(numbers).filter(x -> !Double.isNaN(x)).sorted().toArray();
    return new Interval(sorted(sorted, tail), sorted(sorted, 1 - tail));
  }
}
