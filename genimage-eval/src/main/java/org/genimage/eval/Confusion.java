package org.genimage.eval;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * How many images of each label count as AI and as natural at a threshold. AI is the positive
 * class, as everywhere in genimage. {@link Ranking#confusion()} returns it.
 *
 * @param trueAi AI images that count as AI: true positives
 * @param falseAi natural images that count as AI: false positives
 * @param trueNature natural images that count as natural: true negatives
 * @param falseNature AI images that count as natural: false negatives
 */
public record Confusion(long trueAi, long falseAi, long trueNature, long falseNature) {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if a count is negative
   */
  public Confusion {
    checkArgument(
        trueAi >= 0 && falseAi >= 0 && trueNature >= 0 && falseNature >= 0,
        "counts must not be negative, got %s, %s, %s and %s",
        trueAi,
        falseAi,
        trueNature,
        falseNature);
  }

  /** Returns the share of AI images among those that count as AI, in [0, 1]; 0 if none does. */
  public double precision() {
    return ratio(trueAi, trueAi + falseAi);
  }

  /** Returns the share of AI images that count as AI, in [0, 1]; 0 if there are none. */
  public double recall() {
    return ratio(trueAi, trueAi + falseNature);
  }

  /** Returns the harmonic mean of precision and recall, in [0, 1]; 0 if both are 0. */
  public double f1() {
    return ratio(2.0 * trueAi, 2 * trueAi + falseAi + falseNature);
  }

  /**
   * Returns Matthews' correlation of decision and label, in [-1, 1]; 0 if there is one label only
   * or all decisions are alike.
   */
  public double matthews() {
    double ai = (double) trueAi + falseNature;
    double nature = (double) trueNature + falseAi;
    double saidAi = (double) trueAi + falseAi;
    double saidNature = (double) trueNature + falseNature;
    return ratio(
        (double) trueAi * trueNature - (double) falseAi * falseNature,
        Math.sqrt(ai * nature * saidAi * saidNature));
  }

  private static double ratio(double part, double whole) {
    return whole == 0 ? 0 : part / whole;
  }
}
