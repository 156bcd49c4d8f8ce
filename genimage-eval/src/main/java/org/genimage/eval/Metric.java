package org.genimage.eval;

import java.util.function.ToDoubleFunction;

/**
 * A number that sums up scores.
 *
 * @param name for tables
 * @param function the number of a set of scores
 */
public record Metric(String name, ToDoubleFunction<Scores> function) {

  /** Returns the metric's value for these scores; NaN where it is undefined. */
  public double of(Scores scores) {
    return function.applyAsDouble(scores);
  }
}
