package org.genimage.eval.statistics;

/**
 * A confidence interval.
 *
 * @param low the lower end; NaN if it is not defined
 * @param high the upper end; NaN if it is not defined
 */
public record Interval(double low, double high) {

  /** The interval of a figure that is not defined: both ends are NaN. */
  public static final Interval UNDEFINED = new Interval(Double.NaN, Double.NaN);

  /** Returns the distance of both ends; NaN if they are not defined. */
  public double width() {
    return high - low;
  }

  /** Returns whether a value lies in the interval, its ends included. */
  public boolean contains(double value) {
    return value >= low && value <= high;
  }
}
