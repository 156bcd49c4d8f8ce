package org.genimage.models.nn;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Mean and variance of each channel over all parts of a batch. Every part gives its count, means
 * and squared deviations from these; together they make the batch's without the cancellation that a
 * sum of squares would bring (Chan et al. 1979, eq. 1.5).
 *
 * @param count numbers per channel, a scalar
 * @param mean {@code [C]}
 * @param deviations the sum of squared deviations from the mean, {@code [C]}
 */
record SharedStatistics(
    Operand<TFloat32> count, Operand<TFloat32> mean, Operand<TFloat32> deviations) {

  /**
   * Returns the statistics over all axes but the last.
   *
   * @param x this part's, {@code [N, H, W, C]}
   */
  static SharedStatistics of(Peers peers, Kernels kernels, Operand<TFloat32> x) {
    Ops tf = kernels.tf();
    int channels = (int) x.shape().get(3);
    Operand<TFloat32> own = tf.math.mean(x, tf.array(0, 1, 2));
    Operand<TFloat32> apart = tf.sum(tf.math.square(tf.math.sub(x, own)), tf.array(0, 1, 2)); // [C]
    Operand<TFloat32> numbers = tf.dtypes.cast(tf.size(x), TFloat32.class);
    Operand<TFloat32> each = tf.math.div(numbers, tf.constant((float) channels));
    Operand<TFloat32> row =
        tf.concat(
            List.of(tf.reshape(tf.stopGradient(each), tf.array(1)), own, apart), tf.constant(0));
    Operand<TFloat32> rows =
        peers.rows(tf, kernels.gradients(), tf.expandDims(row, tf.constant(0)));
    Operand<TFloat32> counts = tf.stopGradient(columns(tf, rows, 0, 1)); // [parts, 1]
    Operand<TFloat32> means = columns(tf, rows, 1, channels); // [parts, C]
    Operand<TFloat32> count = tf.sum(counts, tf.array(0, 1));
    Operand<TFloat32> mean = tf.math.div(tf.sum(tf.math.mul(means, counts), tf.constant(0)), count);
    Operand<TFloat32> between = tf.math.mul(tf.math.square(tf.math.sub(means, mean)), counts);
    Operand<TFloat32> deviations =
        tf.sum(tf.math.add(columns(tf, rows, 1 + channels, channels), between), tf.constant(0));
    return new SharedStatistics(count, mean, deviations);
  }

  private static Operand<TFloat32> columns(Ops tf, Operand<TFloat32> rows, int first, int count) {
    return tf.slice(rows, tf.array(0, first), tf.array(-1, count));
  }

  /** Returns the unbiased estimate of the variance, which running statistics follow. */
  Operand<TFloat32> unbiased(Ops tf) {
    return tf.math.div(deviations, tf.math.sub(count, tf.constant(1f)));
  }

  /** Returns x with mean 0 and variance 1 per channel, scaled and moved. */
  Operand<TFloat32> normalise(
      Ops tf,
      Operand<TFloat32> x,
      Operand<TFloat32> weight,
      Operand<TFloat32> bias,
      float epsilon) {
    Operand<TFloat32> variance = tf.math.div(deviations, count);
    Operand<TFloat32> scale =
        tf.math.mul(weight, tf.math.rsqrt(tf.math.add(variance, tf.constant(epsilon))));
    return tf.math.add(tf.math.mul(tf.math.sub(x, mean), scale), bias);
  }
}
