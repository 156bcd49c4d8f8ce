package org.genimage.eval;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Collection;
import java.util.function.Predicate;
import org.apache.commons.statistics.distribution.BetaDistribution;

/**
 * A count out of a total, such as an accuracy, with confidence intervals of the rate behind it.
 *
 * @param count from 0 to {@code total}
 * @param total at least 1
 */
public record Proportion(long count, long total) {

  /** The 97.5 % quantile of the standard normal distribution: 95 % lie between -Z and Z. */
  private static final double Z = 1.959963984540054;

  private static final double TAIL = 0.025;

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if the total is not positive, or the count not from 0 to it
   */
  public Proportion {
    checkArgument(total > 0, "total of a proportion must be positive, got %s", total);
    checkArgument(count >= 0 && count <= total, "count must be from 0 to %s, got %s", total, count);
  }

  /** Returns the number of elements that satisfy a condition, out of all. */
  static <T> Proportion of(Collection<T> elements, Predicate<T> condition) {
    return new Proportion(elements.stream().filter(condition).count(), elements.size());
  }

  /** Returns the share, in [0, 1]. */
  public double value() {
    return (double) count / total;
  }

  /** Returns the 95 % interval of Wilson 1927, by inversion of the score test. */
  public Interval wilson() {
    double p = value();
    double z2 = Z * Z / total;
    double centre = (p + z2 / 2) / (1 + z2);
    double half = Z / (1 + z2) * Math.sqrt(p * (1 - p) / total + z2 / (4 * total));
    return new Interval(
        count == 0 ? 0 : Math.max(0, centre - half),
        count == total ? 1 : Math.min(1, centre + half));
  }

  /**
   * Returns the exact 95 % interval of Clopper and Pearson 1934. Its coverage is at least 95 %, so
   * it is wider than Wilson's.
   */
  public Interval clopperPearson() {
    return new Interval(
        count == 0
            ? 0
            : BetaDistribution.of(count, total - count + 1.0).inverseCumulativeProbability(TAIL),
        count == total
            ? 1
            : BetaDistribution.of(count + 1.0, total - count).inverseSurvivalProbability(TAIL));
  }
}
