package org.genimage.eval.statistics;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.function.DoubleUnaryOperator;

/**
 * An interval of the area under a ROC curve that needs only the area and the numbers of images, and
 * has a width at 0 and 1, too (Newcombe 2006, method 5).
 */
public final class AreaInterval {

  private static final double NEAR = 1e-13;
  private static final int HALVINGS = 200;

  private AreaInterval() {}

  /**
   * Returns the areas from which the found one is at most z standard errors away. The variance of
   * an area t is t (1 - t) (1 + N (1 - t) / (2 - t) + N t / (1 + t)) / (m n), N = (m + n) / 2 - 1.
   *
   * @param area in [0, 1]
   * @param ai the number of AI images, m, at least 1
   * @param nature the number of natural images, n, at least 1
   * @param confidence in (0, 1)
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public static Interval of(double area, long ai, long nature, double confidence) {
    checkArgument(area >= 0 && area <= 1, "area under a ROC curve must be in [0, 1], got %s", area);
    checkArgument(
        ai > 0 && nature > 0,
        "an area under a ROC curve needs images of both labels, got %s natural and %s AI",
        nature,
        ai);
    double z = Confidence.deviate(Confidence.checked(confidence));
    double images = (ai + nature) / 2.0 - 1;
    DoubleUnaryOperator error =
        t ->
            z
                * Math.sqrt(
                    t
                        * (1 - t)
                        * (1 + images * (1 - t) / (2 - t) + images * t / (1 + t))
                        / ((double) ai * nature));
    return new Interval(
        area <= NEAR ? 0 : root(t -> t - area + error.applyAsDouble(t), 0, area - NEAR),
        area >= 1 - NEAR ? 1 : root(t -> t - area - error.applyAsDouble(t), area + NEAR, 1));
  }

  /** Returns where a function changes from negative to positive. */
  private static double root(DoubleUnaryOperator function, double from, double to) {
    double low = from;
    double high = to;
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (low + high) / 2;
      if (function.applyAsDouble(middle) < 0) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return (low + high) / 2;
  }
}
