package org.genimage.eval.leaderboard;

import org.genimage.eval.statistics.Interval;

/**
 * One number of a leaderboard.
 *
 * @param name such as {@code ROC AUC, robust}; see {@link LeaderboardEntry}
 * @param value shares are in [0, 1]; NaN if it is not defined
 * @param interval 95 %, or the range of repetitions of a time; {@link Interval#UNDEFINED} if there
 *     is none
 */
public record MeasuredFigure(String name, double value, Interval interval) {

  /** Returns whether it has an interval. */
  public boolean hasInterval() {
    return !Double.isNaN(interval.low()) && !Double.isNaN(interval.high());
  }
}
