package org.genimage.eval.statistics;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Efron's interval of bootstrap replicates, bias-corrected and accelerated (1987). It moves the
 * levels of the percentiles so that a skewed figure near the end of its range is covered as often
 * as it should.
 *
 * @param bias z0: the deviate of the share of replicates below the estimate, ties counting half
 * @param acceleration a: how fast the figure's standard error changes with the figure
 */
public record Bca(double bias, double acceleration) {

  /**
   * Returns the two numbers of a figure.
   *
   * @param estimate the figure itself
   * @param replicates its values on resamples
   * @param jackknife its values without one image each, by stratum: images that are drawn among
   *     themselves. Instead of one image, equal numbers of them may be left out
   * @return empty if they are not defined: the replicates all lie on one side of the estimate, or
   *     leaving out images changes nothing. Then {@link Quantiles#central} or an exact interval
   *     takes its place
   */
  public static Optional<Bca> of(double estimate, double[] replicates, List<double[]> jackknife) {
    double below = 0;
    for (double replicate : replicates) {
      below += replicate < estimate ? 1 : replicate == estimate ? 0.5 : 0;
    }
    double bias = Confidence.quantile(below / replicates.length);
    double squares = 0;
    double cubes = 0;
    for (double[] stratum : jackknife) {
      double mean = Arrays.stream(stratum).average().orElse(Double.NaN);
      for (double value : stratum) {
        double influence = mean - value;
        squares += influence * influence;
        cubes += influence * influence * influence;
      }
    }
    double acceleration = cubes / (6 * Math.pow(squares, 1.5));
    return Double.isFinite(bias) && Double.isFinite(acceleration)
        ? Optional.of(new Bca(bias, acceleration))
        : Optional.empty();
  }

  /**
   * Returns the interval.
   *
   * @param replicates the figure's values on resamples, in any order
   * @param confidence in (0, 1)
   * @return empty if the levels are not defined, because the acceleration is too large for them
   * @throws IllegalArgumentException if the confidence is out of its range
   */
  public Optional<Interval> interval(double[] replicates, double confidence) {
    double z = Confidence.deviate(Confidence.checked(confidence));
    if (acceleration * (bias - z) >= 1 || acceleration * (bias + z) >= 1) {
      return Optional.empty();
    }
    double[] sorted = replicates.clone();
    Arrays.sort(sorted);
    return Optional.of(
        new Interval(Quantiles.sorted(sorted, level(-z)), Quantiles.sorted(sorted, level(z))));
  }

  /** Returns the share of the replicates that lies below an end of the interval. */
  double level(double deviate) {
    double moved = bias + deviate;
    return Confidence.below(bias + moved / (1 - acceleration * moved));
  }
}
