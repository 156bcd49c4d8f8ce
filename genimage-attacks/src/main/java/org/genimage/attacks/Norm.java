package org.genimage.attacks;

/** How the distance between an image and the attacked one is measured. */
public enum Norm {
  /** The largest change of any value. */
  LINF("L-inf") {
    @Override
    double distance(float[] a, float[] b, int from, int to) {
      double largest = 0;
      for (int i = from; i < to; i++) {
        largest = Math.max(largest, Math.abs((double) a[i] - b[i]));
      }
      return largest;
    }

    @Override
    double rounding(int values) {
      return ROUNDING;
    }
  },
  /** The root of the sum of all squared changes. */
  L2("L2") {
    @Override
    double distance(float[] a, float[] b, int from, int to) {
      double squares = 0;
      for (int i = from; i < to; i++) {
        double change = (double) a[i] - b[i];
        squares += change * change;
      }
      return Math.sqrt(squares);
    }

    @Override
    double rounding(int values) {
      return ROUNDING * Math.sqrt(values);
    }
  };

  /** What a value in [0, 1] may be off by after a few operations in 32 bits. */
  private static final double ROUNDING = 1e-6;

  private final String display;

  Norm(String display) {
    this.display = display;
  }

  /**
   * Returns the distance between two images, NaN if a value is.
   *
   * @param from the first value's index
   * @param to the index after the last value's
   */
  abstract double distance(float[] a, float[] b, int from, int to);

  /** Returns the distance that rounding alone can make between images of so many values. */
  abstract double rounding(int values);

  /** Returns the norm as papers write it, such as {@code L-inf}. */
  @Override
  public String toString() {
    return display;
  }
}
