package org.genimage.attacks;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** How the distance between an image and the attacked one is measured. */
public enum Norm {
  /** The largest change of any value. */
  LINF("L-inf") {
    @Override
    public double distance(float[] a, float[] b, int from, int to) {
      double largest = 0;
      for (int i = from; i < to; i++) {
        largest = Math.max(largest, Math.abs((double) a[i] - b[i]));
      }
      return largest;
    }

    @Override
    public void project(float[] centre, float[] x, int from, int to, double size) {
      float bound = (float) size;
      for (int i = from; i < to; i++) {
        x[i] = centre[i] + Math.max(-bound, Math.min(bound, x[i] - centre[i]));
      }
    }

    @Override
    public void step(float[] x, float[] direction, int from, int to, double size) {
      float step = (float) size;
      for (int i = from; i < to; i++) {
        x[i] += step * Math.signum(direction[i]);
      }
    }

    @Override
    public void draw(float[] x, int from, int to, double size, RandomGenerator random) {
      for (int i = from; i < to; i++) {
        x[i] += (float) (size * (2 * random.nextDouble() - 1));
      }
    }

    @Override
    public double rounding(int values) {
      return ROUNDING;
    }
  },
  /** The root of the sum of all squared changes. */
  L2("L2") {
    @Override
    public double distance(float[] a, float[] b, int from, int to) {
      double squares = 0;
      for (int i = from; i < to; i++) {
        double change = (double) a[i] - b[i];
        squares += change * change;
      }
      return Math.sqrt(squares);
    }

    @Override
    public void project(float[] centre, float[] x, int from, int to, double size) {
      double factor = size / Math.max(SMALLEST, distance(centre, x, from, to));
      for (int i = from; i < to && factor < 1; i++) {
        x[i] = centre[i] + (float) (factor * (x[i] - centre[i]));
      }
    }

    @Override
    public void step(float[] x, float[] direction, int from, int to, double size) {
      double factor = size / Math.max(SMALLEST, length(direction, from, to));
      for (int i = from; i < to; i++) {
        x[i] += (float) (factor * direction[i]);
      }
    }

    @Override
    public void draw(float[] x, int from, int to, double size, RandomGenerator random) {
      float[] direction = new float[x.length];
      for (int i = from; i < to; i++) {
        direction[i] = (float) random.nextGaussian();
      }
      step(x, direction, from, to, size * Math.pow(random.nextDouble(), 1.0 / (to - from)));
    }

    @Override
    public double rounding(int values) {
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
   * Returns the length of a vector, such as a gradient or the change of an image; NaN if a value
   * is.
   *
   * @param x the values of a batch, row-major
   * @param from the index of the image's first value
   * @param to the index after the image's last value
   */
  public double length(float[] x, int from, int to) {
    float[] image = Arrays.copyOfRange(x, from, to);
    return distance(image, new float[image.length], 0, image.length);
  }

  /**
   * Returns the distance between two images, NaN if a value is.
   *
   * @param a the values of a batch, row-major
   * @param b as many
   * @param from the index of the image's first value
   * @param to the index after the image's last value
   */
  public abstract double distance(float[] a, float[] b, int from, int to);

  /**
   * Moves an image, where it is further than {@code size} from the centre, to that distance.
   *
   * @param centre the values of a batch, row-major
   * @param x as many; those of the image are changed in place
   * @param from the index of the image's first value
   * @param to the index after the image's last value
   */
  public abstract void project(float[] centre, float[] x, int from, int to, double size);

  /**
   * Moves an image by {@code size} in the direction in which a function grows fastest in this norm:
   * by the signs of its gradient in {@link #LINF}, along the gradient in {@link #L2}.
   *
   * @param x the values of a batch, row-major; those of the image are changed in place
   * @param direction the gradient, as many values
   * @param from the index of the image's first value
   * @param to the index after the image's last value
   */
  public abstract void step(float[] x, float[] direction, int from, int to, double size);

  /**
   * Moves an image to a random point of the ball around it, drawn evenly.
   *
   * @param x the values of a batch, row-major; those of the image are changed in place
   * @param from the index of the image's first value
   * @param to the index after the image's last value
   * @param size the radius of the ball
   */
  public abstract void draw(float[] x, int from, int to, double size, RandomGenerator random);

  /** Returns the distance that rounding alone can make between images of so many values. */
  public abstract double rounding(int values);

  /** Returns the norm as papers write it, such as {@code L-inf}. */
  @Override
  public String toString() {
    return display;
  }
}
