package org.genimage.eval.protocol;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.genimage.eval.statistics.Interval;
import org.genimage.eval.statistics.Proportion;

/**
 * An accuracy, or a mean of accuracies, with its 95 % interval.
 *
 * @param value in [0, 1]
 * @param interval the 95 % interval of the value
 * @param images the number of images that it was measured on
 */
public record Estimate(double value, Interval interval, long images) {

  /** Returns the estimate of a proportion, with Wilson's interval. */
  public static Estimate of(Proportion proportion) {
    return new Estimate(proportion.value(), proportion.wilson(), proportion.total());
  }

  /**
   * Returns the unweighted mean of accuracies on different images. The half-width of its interval
   * is the root of the summed squares of the parts' half-widths, divided by their number (Zou and
   * Donner 2008).
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Estimate mean(List<Estimate> parts) {
    checkArgument(!parts.isEmpty(), "a mean needs at least one estimate, got none");
    double value = mean(parts, Estimate::value);
    double below = norm(parts, part -> part.value() - part.interval().low());
    double above = norm(parts, part -> part.interval().high() - part.value());
    return new Estimate(value, new Interval(value - below, value + above), images(parts));
  }

  /**
   * Returns the unweighted mean of several detectors' accuracies on the same images. Its interval
   * is the mean of theirs, because their errors are correlated.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Estimate meanOnSameImages(List<Estimate> parts) {
    checkArgument(!parts.isEmpty(), "a mean needs at least one estimate, got none");
    return new Estimate(
        mean(parts, Estimate::value),
        new Interval(
            mean(parts, part -> part.interval().low()),
            mean(parts, part -> part.interval().high())),
        parts.get(0).images());
  }

  private static double mean(List<Estimate> parts, ToDoubleFunction<Estimate> number) {
    return parts.stream().mapToDouble(number).average().orElseThrow();
  }

  private static double norm(List<Estimate> parts, ToDoubleFunction<Estimate> number) {
    return Math.sqrt(parts.stream().mapToDouble(number).map(x -> x * x).sum()) / parts.size();
  }

  private static long images(List<Estimate> parts) {
    return parts.stream().mapToLong(Estimate::images).sum();
  }
}
