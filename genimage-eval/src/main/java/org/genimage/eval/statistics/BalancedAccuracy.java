package org.genimage.eval.statistics;

/**
 * The mean of the accuracies on natural and on AI images. AIGIBench (arXiv 2505.12335) calls the
 * two R.Acc and F.Acc.
 *
 * @param nature the natural images that are decided rightly, out of all natural images
 * @param ai the AI images that are decided rightly, out of all AI images
 */
public record BalancedAccuracy(Proportion nature, Proportion ai) {

  /** Returns the mean, in [0, 1]. */
  public double value() {
    return (nature.value() + ai.value()) / 2;
  }

  /**
   * Returns the 95 % interval: Wilson's half-widths of the two accuracies, halved, and the root of
   * their summed squares (MOVER, Zou and Donner 2008).
   */
  public Interval interval() {
    return interval(Confidence.USUAL);
  }

  /**
   * Returns the interval, as {@link #interval()} does.
   *
   * @param confidence in (0, 1)
   * @throws IllegalArgumentException if the confidence is out of its range
   */
  public Interval interval(double confidence) {
    Interval first = nature.wilson(confidence);
    Interval second = ai.wilson(confidence);
    return new Interval(
        value() - Math.hypot(nature.value() - first.low(), ai.value() - second.low()) / 2,
        value() + Math.hypot(first.high() - nature.value(), second.high() - ai.value()) / 2);
  }
}
