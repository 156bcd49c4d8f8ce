package org.genimage.attacks;

import static com.google.common.base.Preconditions.checkArgument;

import org.genimage.data.image.Pixels;

/**
 * How far an attacked image may lie from the original.
 *
 * @param norm how the distance is measured
 * @param size the largest distance, where a pixel's values are in [0, 1]
 */
public record Budget(Norm norm, double size) {

  private static final int LEVELS = 255;
  private static final int FEW_LEVELS = 4; // below, halves of a level are written as such

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if the size is negative, no number, or more than 1 in {@link
   *     Norm#LINF}
   */
  public Budget {
    checkArgument(
        norm == Norm.LINF ? size >= 0 && size <= 1 : size >= 0,
        "%s budget must be %s where values are in [0, 1] (8 levels are 8 / 255.0), got %s",
        norm,
        norm == Norm.LINF ? "from 0 to 1" : "at least 0",
        size);
  }

  /**
   * Returns a budget for the largest change of any value, such as {@code linf(8 / 255.0)}.
   *
   * @throws IllegalArgumentException if the size is not from 0 to 1
   */
  public static Budget linf(double size) {
    return new Budget(Norm.LINF, size);
  }

  /**
   * Returns a budget for the root of the sum of all squared changes.
   *
   * @param size infinite for an attack that seeks the smallest change instead
   * @throws IllegalArgumentException if the size is negative
   */
  public static Budget l2(double size) {
    return new Budget(Norm.L2, size);
  }

  /**
   * Returns attacked images, with the originals in place of those that changed by more than this.
   * It is for attacks that seek the smallest change; {@link Norm#project} brings images back into
   * the budget instead.
   *
   * @param originals {@code [count, height, width, 3]}
   * @param attacked values in the order of the originals'; changed in place
   */
  public Pixels restored(Pixels originals, float[] attacked) {
    float[] before = originals.toArray();
    int length = before.length / originals.count();
    for (int from = 0; from < attacked.length; from += length) {
      if (norm.distance(before, attacked, from, from + length) > size) {
        System.arraycopy(before, from, attacked, from, length);
      }
    }
    return Pixels.of(originals.count(), originals.height(), originals.width(), attacked);
  }

  /**
   * Returns the size as papers write it: {@code 8/255}, {@code 0.5/255}, {@code 0.007}, {@code L2
   * 0.5}, {@code L2 without limit}.
   */
  @Override
  public String toString() {
    if (norm == Norm.L2) {
      return norm + (Double.isInfinite(size) ? " without limit" : " " + size);
    }
    double levels = size * LEVELS;
    long whole = Math.round(levels);
    if (Math.abs(levels - whole) < 1e-9) {
      return whole + "/" + LEVELS;
    }
    double half = Math.round(2 * levels) / 2.0;
    return Math.abs(levels - half) < 1e-9 && half < FEW_LEVELS
        ? half + "/" + LEVELS
        : Double.toString(size);
  }
}
