package org.genimage.models.nn;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;

/**
 * The orthonormal discrete cosine transform (DCT-II) as real matrix products, so that it has a
 * gradient. Its matrix D holds a frequency per row; the transform of a plane x is D x D<sup>T</sup>
 * and its inverse D<sup>T</sup> y D.
 */
public final class Dct {

  private Dct() {}

  /** Returns the matrix's entry for a frequency (row) and a position (column), in [-1, 1]. */
  public static double entry(int size, int frequency, int position) {
    double scale = Math.sqrt((frequency == 0 ? 1.0 : 2.0) / size);
    return scale * Math.cos((position + 0.5) * Math.PI * frequency / size);
  }

  /** Returns the matrix {@code [size, size]}, row-major. */
  public static float[] matrix(int size) {
    float[] values = new float[size * size];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) entry(size, i / size, i % size);
    }
    return values;
  }

  /**
   * Returns the transposed matrix {@code [size, size]}, row-major: each row holds a position.
   *
   * @param size number of frequencies and of positions
   */
  public static float[] transposedMatrix(int size) {
    float[] values = new float[size * size];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) entry(size, i % size, i / size);
    }
    return values;
  }

  /**
   * Returns D x D<sup>T</sup> of every plane.
   *
   * @param planes {@code [N, C, size, size]}
   * @param matrix D, {@code [size, size]}
   */
  public static Operand<TFloat32> transform(
      Ops tf, Operand<TFloat32> planes, Operand<TFloat32> matrix) {
    return bothAxes(tf, planes, matrix, true);
  }

  /**
   * Returns D<sup>T</sup> y D of every plane.
   *
   * @param planes {@code [N, C, size, size]}
   * @param matrix D, {@code [size, size]}
   */
  public static Operand<TFloat32> inverse(
      Ops tf, Operand<TFloat32> planes, Operand<TFloat32> matrix) {
    return bothAxes(tf, planes, matrix, false);
  }

  /** What maps x to (x M^T)^T, done twice, gives M x M^T. */
  private static Operand<TFloat32> bothAxes(
      Ops tf, Operand<TFloat32> planes, Operand<TFloat32> matrix, boolean transposed) {
    int size = Layers.channels(planes);
    int channels = Math.toIntExact(planes.shape().get(1));
    var x = planes;
    for (int axis = 0; axis < 2; axis++) {
      Operand<TFloat32> rows = tf.reshape(x, tf.array(-1, size));
      rows = tf.linalg.matMul(rows, matrix, MatMul.transposeB(transposed));
      x = tf.reshape(rows, tf.array(-1, channels, size, size));
      x = tf.linalg.transpose(x, tf.array(0, 1, 3, 2));
    }
    return x;
  }

  /**
   * Returns D x D<sup>T</sup> of every window of a plane, as two products in 32-bit floats: along
   * the rows, then along the columns. Pixels that a frequency weighs alike are added before they
   * are weighed. So a coefficient that vanishes by symmetry, as nearly all do where a window is
   * flat, is exactly 0, and its logarithm is not that of a rounding.
   *
   * @param planes {@code [N, H, W, 1]}
   * @param window an even side; what is padded is 0
   * @return {@code [N, rows, columns, size * size]}: one row and column per window; horizontal
   *     frequency, then vertical frequency
   * @throws IllegalArgumentException if the window's side is odd
   */
  public static Operand<TFloat32> windows(Ops tf, Operand<TFloat32> planes, Conv window) {
    int size = window.kernel();
    int stride = window.stride();
    checkArgument(size % 2 == 0, "the side of a DCT's window must be even, got %s", size);
    var padded = window.pad(tf, planes, 0);
    int height = Math.toIntExact(padded.shape().get(1));
    var sums = Layers.constant(tf, List.of(1, size, 1, size), sums(size));
    var x = tf.nn.conv2d(padded, sums, List.of(1L, 1L, (long) stride, 1L), "VALID");
    int columns = Math.toIntExact(x.shape().get(2)); // [N, H, columns, size]
    var along = weigh(tf, x, size, height, columns * size); // [N, H, columns * size, 1]
    sums = Layers.constant(tf, List.of(size, 1, 1, size), sums(size));
    var y = tf.nn.conv2d(along, sums, List.of(1L, (long) stride, 1L, 1L), "VALID");
    int rows = Math.toIntExact(y.shape().get(1)); // [N, rows, columns * size, size]
    return tf.reshape(
        weigh(tf, y, size, rows, columns * size * size), tf.array(-1, rows, columns, size * size));
  }

  private static Operand<TFloat32> weigh(
      Ops tf, Operand<TFloat32> sums, int size, int height, int width) {
    var weights = Layers.constant(tf, List.of(size, size), weights(size));
    var product = tf.linalg.matMul(tf.reshape(sums, tf.array(-1, size)), weights);
    return tf.reshape(product, tf.array(-1, height, width, 1));
  }

  /**
   * Returns the sums that {@link #weights} weighs, {@code [position, sum]}, of entries 1, -1 and 0.
   * Even frequencies are the same in both halves, so they see x(j) + x(size - 1 - j); every second
   * of them is symmetric in each half, too, and the others are antisymmetric there. Odd frequencies
   * see x(j) - x(size - 1 - j).
   */
  private static float[] sums(int size) {
    int half = size / 2;
    float[] values = new float[size * size];
    for (int position = 0; position < size; position++) {
      int j = Math.min(position, size - 1 - position);
      int mirrored = half - 1 - j;
      values[position * size + half + j] = position < half ? 1 : -1;
      values[position * size + j] = j <= mirrored ? 1 : -1;
      if (j != mirrored) {
        values[position * size + mirrored] = 1;
      }
    }
    return values;
  }

  /** Returns what each of the {@link #sums} adds to a frequency, {@code [sum, frequency]}. */
  private static float[] weights(int size) {
    int half = size / 2;
    float[] values = new float[size * size];
    for (int sum = 0; sum < size; sum++) {
      int j = sum % half;
      int mirrored = half - 1 - j;
      for (int frequency = 0; frequency < size; frequency++) {
        boolean symmetric = j < mirrored;
        boolean weighed =
            frequency % 2 == 1
                ? sum >= half
                : sum < half && (j == mirrored || symmetric == (frequency % 4 == 0));
        int position = frequency % 2 == 1 ? j : Math.min(j, mirrored);
        values[sum * size + frequency] = weighed ? (float) entry(size, frequency, position) : 0;
      }
    }
    return values;
  }
}
