package org.genimage.eval.statistics;

import static com.google.common.base.Preconditions.checkArgument;

import org.apache.commons.statistics.distribution.NormalDistribution;

/** Levels of confidence. */
final class Confidence {

  /** The usual level. */
  static final double USUAL = 0.95;

  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

  private Confidence() {}

  /**
   * Checks a level of confidence.
   *
   * @throws IllegalArgumentException if it is not between 0 and 1
   */
  static double checked(double confidence) {
    checkArgument(
        confidence > 0 && confidence < 1, "confidence must be in (0, 1), got %s", confidence);
    return confidence;
  }

  /** Returns z: the share {@code confidence} of the standard normal lies between -z and z. */
  static double deviate(double confidence) {
    return NORMAL.inverseSurvivalProbability((1 - confidence) / 2);
  }

  /** Returns the share of the standard normal below a deviate. */
  static double below(double deviate) {
    return NORMAL.cumulativeProbability(deviate);
  }

  /** Returns the deviate below which a share of the standard normal lies. */
  static double quantile(double share) {
    return NORMAL.inverseCumulativeProbability(share);
  }

  /** Returns the probability of a deviate at least as far from 0, on both sides. */
  static double outside(double deviate) {
    return 2 * NORMAL.survivalProbability(Math.abs(deviate));
  }
}
