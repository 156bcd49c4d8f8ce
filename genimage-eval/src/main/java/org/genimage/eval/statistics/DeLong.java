package org.genimage.eval.statistics;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.ImmutableDoubleArray;
import java.util.Arrays;
import java.util.List;

/**
 * The area under a ROC curve with its variance, by DeLong, DeLong and Clarke-Pearson 1988. Computed
 * by mid-ranks (Sun and Xu 2014), so it takes a sort.
 *
 * <p>An image's placement is the share of the other label's images that it is ranked rightly
 * against; ties count half.
 */
public final class DeLong {

  private static final double USUAL = Confidence.USUAL;
  private static final double NEAR = 1e-12;
  private static final int HALVINGS = 60;

  private final ImmutableDoubleArray ofAi;
  private final ImmutableDoubleArray ofNature;
  private final double area;

  private DeLong(double[] ofAi, double[] ofNature) {
    this.ofAi = ImmutableDoubleArray.copyOf(ofAi);
    this.ofNature = ImmutableDoubleArray.copyOf(ofNature);
    this.area = mean(this.ofAi);
  }

  /**
   * Returns the area of two sets of scores.
   *
   * @param ai scores of AI images, at least one. Two detectors that are compared need the same
   *     images in the same order
   * @param nature scores of natural images, at least one, likewise
   * @throws IllegalArgumentException if one label has no images, or a score is not a number
   */
  public static DeLong of(double[] ai, double[] nature) {
    checkArgument(
        ai.length > 0 && nature.length > 0,
        "an area under a ROC curve needs images of both labels, got %s natural and %s AI",
        nature.length,
        ai.length);
    for (double[] scores : new double[][] {ai, nature}) {
      for (double score : scores) {
        checkArgument(!Double.isNaN(score), "scores of a ROC curve must be numbers, got NaN");
      }
    }
    double[] sortedAi = sorted(ai);
    double[] sortedNature = sorted(nature);
    return new DeLong(
        Arrays.stream(ai).map(score -> below(sortedNature, score)).toArray(),
        Arrays.stream(nature).map(score -> 1 - below(sortedAi, score)).toArray());
  }

  /**
   * Returns the area of images that have several scores each, such as one after every change: over
   * all scores together, with the variance of images as blocks (Obuchowski 1997, where every block
   * has one label). An image's placement is the mean of its scores' placements.
   *
   * @param ai {@code [image][score]} of AI images, at least one of each. Two detectors that are
   *     compared need the same images in the same order
   * @param nature the same of natural images
   * @throws IllegalArgumentException if one label has no images, an image has another number of
   *     scores than the first, or a score is not a number
   */
  public static DeLong ofBlocks(double[][] ai, double[][] nature) {
    checkArgument(
        ai.length > 0 && nature.length > 0 && ai[0].length > 0,
        "an area under a ROC curve needs images of both labels with scores, got %s natural and %s"
            + " AI",
        nature.length,
        ai.length);
    int each = ai[0].length;
    for (double[][] blocks : List.of(ai, nature)) {
      for (double[] block : blocks) {
        checkArgument(
            block.length == each,
            "every image needs as many scores as the first, %s, got %s",
            each,
            block.length);
      }
    }
    DeLong single = of(joined(ai), joined(nature));
    return new DeLong(means(single.ofAi, each), means(single.ofNature, each));
  }

  private static double[] joined(double[][] blocks) {
    return Arrays.stream(blocks).flatMapToDouble(Arrays::stream).toArray();
  }

  private static double[] means(ImmutableDoubleArray placements, int each) {
    double[] means = new double[placements.length() / each];
    for (int i = 0; i < means.length; i++) {
      means[i] = mean(placements.subArray(i * each, (i + 1) * each));
    }
    return means;
  }

  private static double[] sorted(double[] scores) {
    double[] sorted = scores.clone();
    Arrays.sort(sorted);
    return sorted;
  }

  /** Returns the share of sorted scores below a score, ties counting half. */
  private static double below(double[] sorted, double score) {
    return (places(sorted, score, false) + places(sorted, score, true)) / 2.0 / sorted.length;
  }

  /** Returns the number of sorted scores below a score, or not above it. */
  private static int places(double[] sorted, double score, boolean orEqual) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] < score || orEqual && sorted[middle] == score) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Returns the area, in [0, 1]. */
  public double area() {
    return area;
  }

  /** Returns the variance of the AI images' placements; NaN if there is one. */
  public double varianceOfAi() {
    return covariance(ofAi, ofAi);
  }

  /** Returns the variance of the natural images' placements; NaN if there is one. */
  public double varianceOfNature() {
    return covariance(ofNature, ofNature);
  }

  /** Returns the variance of the area; NaN if a label has one image. */
  public double variance() {
    return covariance(this);
  }

  /**
   * Returns the covariance of this area and another detector's on the same images; NaN if a label
   * has one image.
   *
   * @throws IllegalArgumentException if the numbers of images differ
   */
  public double covariance(DeLong other) {
    checkSameImages(other);
    return covariance(ofAi, other.ofAi) / ofAi.length()
        + covariance(ofNature, other.ofNature) / ofNature.length();
  }

  private void checkSameImages(DeLong other) {
    checkArgument(
        ofAi.length() == other.ofAi.length() && ofNature.length() == other.ofNature.length(),
        "areas on the same images are needed, got %s and %s natural, %s and %s AI images",
        ofNature.length(),
        other.ofNature.length(),
        ofAi.length(),
        other.ofAi.length());
  }

  /** Returns the 95 % interval, as {@link #interval(double)} does. */
  public Interval interval() {
    return interval(USUAL);
  }

  /**
   * Returns the interval of the area's logit, mapped back, so that it stays within (0, 1). Where
   * the variance is 0 or not defined, as at an area of 1, it is {@link AreaInterval}'s.
   *
   * @param confidence in (0, 1)
   * @throws IllegalArgumentException if the confidence is out of its range
   */
  public Interval interval(double confidence) {
    double z = Confidence.deviate(Confidence.checked(confidence));
    double half = z * Math.sqrt(variance()) / (area * (1 - area));
    if (!(half > 0) || Double.isInfinite(half)) {
      return AreaInterval.of(area, ofAi.length(), ofNature.length(), confidence);
    }
    double logit = Math.log(area / (1 - area));
    return new Interval(sigmoid(logit - half), sigmoid(logit + half));
  }

  private static double sigmoid(double logit) {
    return 1 / (1 + Math.exp(-logit));
  }

  /**
   * The difference of two detectors' areas on the same images.
   *
   * @param value the area of the first less that of the second, in [-1, 1]
   * @param standardError of the difference; 0 if both rank all images alike
   * @param z the difference in standard errors; 0 if both are 0
   * @param pValue the two-sided p-value of no difference; 1 if the areas are equal
   * @param interval 95 %. Where the standard error is 0 or not defined, interval and p-value are
   *     those of two independent areas: too cautious rather than too bold
   */
  public record Difference(
      double value, double standardError, double z, double pValue, Interval interval) {}

  /**
   * Returns this area less another detector's on the same images.
   *
   * @throws IllegalArgumentException if the numbers of images differ
   */
  public Difference minus(DeLong other) {
    checkSameImages(other);
    double value = area - other.area;
    double variance =
        differences(ofAi, other.ofAi) / ofAi.length()
            + differences(ofNature, other.ofNature) / ofNature.length();
    double error = Math.sqrt(variance);
    if (!(error > 0)) {
      return new Difference(
          value, error, value == 0 ? 0 : value / error, pValue(other), unpaired(other, USUAL));
    }
    double z = value / error;
    double half = Confidence.deviate(USUAL) * error;
    return new Difference(
        value, error, z, Confidence.outside(z), new Interval(value - half, value + half));
  }

  /** Returns the interval of the difference as if the images were not the same. */
  private Interval unpaired(DeLong other, double confidence) {
    return ProportionDifference.of(
        area, interval(confidence), other.area, other.interval(confidence));
  }

  /** Returns 1 less the largest confidence whose unpaired interval has no 0 in it. */
  private double pValue(DeLong other) {
    if (area == other.area) {
      return 1;
    }
    double without = NEAR;
    double with = 1 - NEAR;
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (without + with) / 2;
      if (unpaired(other, middle).contains(0)) {
        with = middle;
      } else {
        without = middle;
      }
    }
    return 1 - with;
  }

  private static double mean(ImmutableDoubleArray values) {
    return values.stream().average().orElseThrow();
  }

  private static double covariance(ImmutableDoubleArray first, ImmutableDoubleArray second) {
    double meanOfFirst = mean(first);
    double meanOfSecond = mean(second);
    double sum = 0;
    for (int i = 0; i < first.length(); i++) {
      sum += (first.get(i) - meanOfFirst) * (second.get(i) - meanOfSecond);
    }
    return sum / (first.length() - 1);
  }

  /** Returns the variance of the differences, exactly 0 where both are equal. */
  private static double differences(ImmutableDoubleArray first, ImmutableDoubleArray second) {
    double[] gaps = new double[first.length()];
    for (int i = 0; i < gaps.length; i++) {
      gaps[i] = first.get(i) - second.get(i);
    }
    ImmutableDoubleArray all = ImmutableDoubleArray.copyOf(gaps);
    return covariance(all, all);
  }
}
