package org.genimage.eval.statistics;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * McNemar's test (1947) of two detectors on the same images. Only images that one of them decides
 * rightly and the other wrongly count.
 *
 * @param onlyFirst the number of images that only the first decides rightly
 * @param onlySecond the number of images that only the second decides rightly
 */
public record McNemar(long onlyFirst, long onlySecond) {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if one is negative
   */
  public McNemar {
    checkArgument(
        onlyFirst >= 0 && onlySecond >= 0,
        "numbers of images must not be negative, got %s and %s",
        onlyFirst,
        onlySecond);
  }

  /**
   * Returns the exact two-sided p-value: the probability of counts at least as unequal, if both
   * detectors are equally good. 1 if there is no such image.
   */
  public double exact() {
    return Math.min(1, 2 * Binomial.atMost(fewer(), all(), 0.5));
  }

  /**
   * Returns the mid-p-value, which counts half of the observed counts' own probability. It is less
   * cautious than {@link #exact}, and errs more rarely than it says in practice (Fagerland et al.
   * 2013). 1 if both counts are equal.
   */
  public double mid() {
    return onlyFirst == onlySecond ? 1 : exact() - Binomial.exactly(fewer(), all(), 0.5);
  }

  /**
   * Returns an interval of the accuracy of the first less that of the second, from exact bounds of
   * the two discordant rates (Bonferroni). It is wide, but has a width where a bootstrap has none.
   *
   * @param images the number of all images that were compared, at least 1
   * @param confidence in (0, 1)
   * @throws IllegalArgumentException if there are fewer images than the two counts, or the
   *     confidence is out of its range
   */
  public Interval difference(long images, double confidence) {
    double each = 1 - (1 - Confidence.checked(confidence)) / 4;
    Proportion first = new Proportion(onlyFirst, images);
    Proportion second = new Proportion(onlySecond, images);
    return new Interval(
        first.lowerBound(each) - second.upperBound(each),
        first.upperBound(each) - second.lowerBound(each));
  }

  private long fewer() {
    return Math.min(onlyFirst, onlySecond);
  }

  private int all() {
    return Math.toIntExact(onlyFirst + onlySecond);
  }
}
