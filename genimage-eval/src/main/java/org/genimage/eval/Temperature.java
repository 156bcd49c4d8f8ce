package org.genimage.eval;

import static com.google.common.base.Preconditions.checkArgument;

import org.genimage.data.Label;

/**
 * Temperature scaling (Guo et al. 2017): one number that calibrates scores without changing their
 * order or a decision at 0.5.
 *
 * @param value positive; a value above 1 moves scores towards 0.5
 */
record Temperature(double value) {

  private static final double LARGEST = 1e3;

  /**
   * Checks the component.
   *
   * @throws IllegalArgumentException if it is not positive and finite
   */
  public Temperature {
    checkArgument(
        value > 0 && Double.isFinite(value), "temperature must be positive, got %s", value);
  }

  /**
   * Returns the temperature with the smallest log loss, from 0.001 to 1000.
   *
   * @throws IllegalArgumentException if there is one label only
   */
  static Temperature of(Scores validation) {
    Ranking ranking = validation.ranking();
    checkArgument(
        ranking.count(Label.AI) > 0 && ranking.count(Label.NATURE) > 0,
        "temperature scaling needs images of both labels, got %s natural and %s AI",
        ranking.count(Label.NATURE),
        ranking.count(Label.AI));
    // The loss is convex in 1 / temperature, so its slope has one zero: bisect for it.
    double low = Math.log(1 / LARGEST);
    double high = Math.log(LARGEST);
    for (int i = 0; i < 60; i++) {
      double middle = (low + high) / 2;
      if (slope(Math.exp(middle), ranking) < 0) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return new Temperature(Math.exp(-(low + high) / 2));
  }

  /** The derivative of the summed log loss by the inverse temperature. */
  private static double slope(double inverse, Ranking ranking) {
    double sum = 0;
    for (int i = 0; i < ranking.places(); i++) {
      double logit = logit(ranking.value(i));
      double scaled = sigmoid(inverse * logit);
      sum +=
          logit
              * (ranking.count(i, Label.NATURE) * scaled
                  - ranking.count(i, Label.AI) * (1 - scaled));
    }
    return sum;
  }

  /** Returns a score at this temperature, in [0, 1]. */
  double scale(double score) {
    return sigmoid(logit(score) / value);
  }

  /** Returns scores at this temperature, with their threshold. */
  Scores scale(Scores scores) {
    return Scores.of(
            scores.all().stream()
                .map(one -> new Score(one.name(), one.generator(), one.label(), scale(one.value())))
                .toList())
        .at(scores.threshold());
  }

  /** Returns the logit of a score, which stays finite at 0 and 1. */
  static double logit(double score) {
    double epsilon = Math.ulp(1.0);
    double clipped = Math.max(epsilon, Math.min(1 - epsilon, score));
    return Math.log(clipped / (1 - clipped));
  }

  /** Returns the score of a logit. */
  static double sigmoid(double logit) {
    return 1 / (1 + Math.exp(-logit));
  }
}
