package org.genimage.data.resampling;

/**
 * What each output of one axis is made of: {@code count[i]} inputs from {@code first[i]}, weighed
 * by the numbers from {@code weights[i * stride]}. These are computed in double precision,
 * normalised, then rounded to 22 bits.
 */
public final class Taps {

  static final int PRECISION = 22;
  static final int HALF = 1 << (PRECISION - 1);

  final int[] first;
  final int[] count;
  final int[] weights;
  final int stride;

  private Taps(int outputs, int stride) {
    this.first = new int[outputs];
    this.count = new int[outputs];
    this.weights = new int[outputs * stride];
    this.stride = stride;
  }

  /** Returns the first input that is read. */
  public int start() {
    return first[0];
  }

  /** Returns how many inputs from the first to the last are read. */
  public int length() {
    int last = first.length - 1;
    return first[last] + count[last] - first[0];
  }

  /** Returns how many outputs there are. */
  public int outputs() {
    return first.length;
  }

  /**
   * Returns the taps of a part of an axis.
   *
   * @param from inputs of the whole axis
   * @param to outputs of the whole axis
   * @param kernel weighs the inputs around an output
   * @param start the first output of the part
   * @param outputs of the part
   */
  public static Taps of(int from, int to, Kernel kernel, int start, int outputs) {
    double scale = (double) from / to;
    double stretch = Math.max(scale, 1);
    double shrink = 1 / stretch;
    double support = kernel.support * stretch;
    Taps taps = new Taps(outputs, 2 * (int) Math.ceil(support) + 1);
    double[] exact = new double[taps.stride];
    for (int i = 0; i < outputs; i++) {
      double center = (start + i + 0.5) * scale;
      int first = Math.max(0, (int) (center - support + 0.5));
      int count = Math.min(from, (int) (center + support + 0.5)) - first;
      double sum = 0;
      for (int k = 0; k < count; k++) {
        exact[k] = kernel.weight((first + k - center + 0.5) * shrink);
        sum += exact[k];
      }
      for (int k = 0; k < count; k++) {
        double fixed = exact[k] / sum * (1 << PRECISION);
        taps.weights[i * taps.stride + k] = (int) (fixed < 0 ? fixed - 0.5 : fixed + 0.5);
      }
      taps.first[i] = first;
      taps.count[i] = count;
    }
    return taps;
  }
}
