package org.genimage.attacks;

import java.util.random.RandomGenerator;

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
    void project(float[] centre, float[] x, int from, int to, double size) {
      float bound = (float) size;
      for (int i = from; i < to; i++) {
        x[i] = centre[i] + Math.max(-bound, Math.min(bound, x[i] - centre[i]));
      }
    }

    @Override
    void step(float[] x, float[] direction, int from, int to, double size) {
      float step = (float) size;
      for (int i = from; i < to; i++) {
        x[i] += step * Math.signum(direction[i]);
      }
    }

    @Override
    void draw(float[] x, int from, int to, double size, RandomGenerator random) {
      for (int i = from; i < to; i++) {
        x[i] += (float) (size * (2 * random.nextDouble() - 1));
      }
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
    void project(float[] centre, float[] x, int from, int to, double size) {
      double factor = size / Math.max(SMALLEST, distance(centre, x, from, to));
      for (int i = from; i < to && factor < 1; i++) {
        x[i] = centre[i] + (float) (factor * (x[i] - centre[i]));
      }
    }

    @Override
    void step(float[] x, float[] direction, int from, int to, double size) {
      double length = distance(direction, new float[direction.length], from, to);
      double factor = size / Math.max(SMALLEST, length);
      for (int i = from; i < to; i++) {
        x[i] += (float) (factor * direction[i]);
      }
    }

    @Override
    void draw(float[] x, int from, int to, double size, RandomGenerator random) {
      float[] direction = new float[x.length];
      for (int i = from; i < to; i++) {
        direction[i] = (float) random.nextGaussian();
      }
      step(x, direction, from, to, size * Math.pow(random.nextDouble(), 1.0 / (to - from)));
    }

    @Override
    double rounding(int values) {
      return ROUNDING * Math.sqrt(values);
    }
  };

  /** A shorter gradient counts as this long, as in Foolbox. */
  private static final double SMALLEST = 1e-12;

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

  /** Moves x, where it is further than {@code size} from the centre, to that distance. */
  abstract void project(float[] centre, float[] x, int from, int to, double size);

  /** Moves x by {@code size} in the steepest direction of this norm. */
  abstract void step(float[] x, float[] direction, int from, int to, double size);

  /** Moves x to a point drawn evenly from the ball around it. */
  abstract void draw(float[] x, int from, int to, double size, RandomGenerator random);

  /** Returns the distance that rounding alone can make between images of so many values. */
  abstract double rounding(int values);

  /** Returns the norm as papers write it, such as {@code L-inf}. */
  @Override
  public String toString() {
    return display;
  }
}
