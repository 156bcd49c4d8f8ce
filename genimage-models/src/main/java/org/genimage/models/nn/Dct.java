package org.genimage.models.nn;

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
}
