package org.genimage.eval.leaderboard;

import org.genimage.eval.leaderboard.Quantity.Spread;
import org.genimage.eval.statistics.Interval;

/**
 * One number of a leaderboard.
 *
 * @param quantity what it is
 * @param attack the attack that it is of; empty for other quantities
 * @param value shares are in [0, 1]; NaN if it is not defined
 * @param interval what {@link Quantity#spread} says; {@link Interval#UNDEFINED} if there is none
 */
public record MeasuredFigure(Quantity quantity, String attack, double value, Interval interval) {

  /** Returns a figure that is not of an attack. */
  static MeasuredFigure of(Quantity quantity, double value, Interval interval) {
    return new MeasuredFigure(quantity, "", value, interval);
  }

  /** Returns its name, such as {@code ROC AUC} or {@code accuracy under PGD}. */
  public String name() {
    return quantity.of(attack);
  }

  /** Returns whether it has two numbers beside it, of whatever kind. */
  public boolean hasInterval() {
    return !Double.isNaN(interval.low()) && !Double.isNaN(interval.high());
  }

  /** Returns whether it has a 95 % confidence interval. */
  public boolean hasConfidence() {
    return quantity.spread() == Spread.CONFIDENCE && hasInterval();
  }
}
