package org.genimage.eval;

import java.util.function.ToDoubleFunction;

/**
 * A number that sums up scores.
 *
 * @param name for tables
 * @param function the number of a set of scores
 */
public record Metric(String name, ToDoubleFunction<Ranking> function) {

  /** Returns the metric's value for these scores; NaN where it is undefined. */
  public double of(Scores scores) {
    return of(scores.ranking());
  }

  /** Returns the metric's value for these scores; NaN where it is undefined. */
  public double of(Ranking ranking) {
    return function.applyAsDouble(ranking);
  }
}
