package org.genimage.eval;

import static com.google.common.base.Preconditions.checkArgument;

import org.genimage.data.Label;

/** Thresholds chosen on validation scores; an image counts as AI above one. */
public final class Thresholds {

  private Thresholds() {}

  /**
   * Returns the lowest threshold whose false positive rate does not exceed a limit. It is halfway
   * between two scores, so that rounding changes no decision.
   *
   * @param rate the limit: the share of natural images that may count as AI, in [0, 1]
   * @return in [0, 1]
   * @throws IllegalArgumentException if there are no natural images, or the rate is outside [0, 1]
   */
  public static double forFalsePositiveRate(double rate, Ranking validation) {
    checkArgument(rate >= 0 && rate <= 1, "false positive rate must be in [0, 1], got %s", rate);
    double natural = validation.count(Label.NATURE);
    checkArgument(natural > 0, "a threshold for a false positive rate needs natural images");
    long accused = 0;
    int above = 0;
    while (above < validation.places()
        && (accused + validation.count(above, Label.NATURE)) / natural <= rate) {
      accused += validation.count(above++, Label.NATURE);
    }
    return below(above, validation);
  }

  /**
   * Returns the threshold with the best balanced accuracy; of several, the highest. It is halfway
   * between two scores.
   *
   * @return in [0, 1]
   * @throws IllegalArgumentException if there is one label only
   */
  public static double forBalancedAccuracy(Ranking validation) {
    double natural = validation.count(Label.NATURE);
    double ai = validation.count(Label.AI);
    checkArgument(
        natural > 0 && ai > 0,
        "a threshold for balanced accuracy needs images of both labels, got %s natural and %s AI",
        validation.count(Label.NATURE),
        validation.count(Label.AI));
    double gain = 0;
    double best = 0;
    int bestAbove = 0;
    for (int i = 0; i < validation.places(); i++) {
      gain += validation.count(i, Label.AI) / ai - validation.count(i, Label.NATURE) / natural;
      if (gain > best + 1e-12) {
        best = gain;
        bestAbove = i + 1;
      }
    }
    return below(bestAbove, validation);
  }

  /** Returns a threshold with this many distinct scores above it. */
  private static double below(int above, Ranking ranking) {
    double lowerEnd = above == ranking.places() ? 0 : ranking.value(above);
    double upperEnd = above == 0 ? 1 : ranking.value(above - 1);
    double middle = (lowerEnd + upperEnd) / 2;
    return middle < upperEnd ? middle : lowerEnd;
  }
}
