package org.genimage.eval.statistics;

/**
 * The difference of two proportions of different images. Two detectors on the same images are
 * compared by {@link McNemar} instead, because their errors are correlated.
 *
 * @param first the proportion to subtract from
 * @param second the proportion that is subtracted
 */
public record ProportionDifference(Proportion first, Proportion second) {

  /** Returns the first share less the second, in [-1, 1]. */
  public double value() {
    return first.value() - second.value();
  }

  /** Returns the 95 % interval of Newcombe 1998, method 10, from Wilson's intervals. */
  public Interval interval() {
    return interval(Confidence.USUAL);
  }

  /**
   * Returns the interval of Newcombe 1998, method 10, from Wilson's intervals.
   *
   * @param confidence in (0, 1)
   * @throws IllegalArgumentException if the confidence is out of its range
   */
  public Interval interval(double confidence) {
    return of(first.value(), first.wilson(confidence), second.value(), second.wilson(confidence));
  }

  /**
   * Returns the interval of the difference of two independent figures from their intervals: the
   * distances of the figures from their ends, squared and added (MOVER, Zou and Donner 2008).
   *
   * @param first the figure to subtract from
   * @param second the figure that is subtracted
   */
  public static Interval of(double first, Interval ofFirst, double second, Interval ofSecond) {
    double difference = first - second;
    return new Interval(
        difference - Math.hypot(first - ofFirst.low(), ofSecond.high() - second),
        difference + Math.hypot(ofFirst.high() - first, second - ofSecond.low()));
  }
}
