package org.genimage.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.genimage.data.Seed;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * A device's part of a batch. The sizes differ by at most one sample. If there are fewer samples
 * than devices, a device without samples gets one whose loss has the weight 0.
 *
 * @param images {@code [splits * n, side, side, 3]}
 * @param targets {@code [n, 2]}
 * @param weight of its loss in the mean over the devices: n over the mean n; none for one device
 * @param draw as in {@link TrainingPass.Input}, different on each device
 */
record Shard(
    Operand<TFloat32> images,
    Operand<TFloat32> targets,
    Optional<Operand<TFloat32>> weight,
    Operand<TInt64> draw) {

  /** Returns the parts in order, all splits of a sample in one. */
  static List<Shard> of(Ops tf, TrainingPass.Input input, int splits, int count) {
    if (count == 1) {
      return List.of(new Shard(input.images(), input.targets(), Optional.empty(), input.draw()));
    }
    int side = (int) input.images().shape().get(1);
    Operand<TFloat32> bySplit =
        tf.reshape(input.images(), tf.array(splits, -1, side, side, 3)); // [splits, N, ...]
    Operand<TInt32> samples =
        tf.reshape(
            tf.slice(tf.shape(input.targets()), tf.array(0), tf.array(1)), tf.array(new int[0]));
    List<Shard> shards = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Operand<TInt32> from = bound(tf, samples, i, count);
      Operand<TInt32> size = tf.math.sub(bound(tf, samples, i + 1, count), from);
      Operand<TInt32> taken = tf.math.maximum(size, tf.constant(1));
      Operand<TInt32> first = tf.math.minimum(from, tf.math.sub(samples, tf.constant(1)));
      Operand<TInt32> zero = tf.constant(0);
      Operand<TFloat32> images =
          tf.slice(
              bySplit,
              tf.stack(List.of(zero, first, zero, zero, zero)),
              tf.stack(
                  List.of(
                      tf.constant(splits),
                      taken,
                      tf.constant(side),
                      tf.constant(side),
                      tf.constant(3))));
      Operand<TFloat32> targets =
          tf.slice(
              input.targets(),
              tf.stack(List.of(first, zero)),
              tf.stack(List.of(taken, tf.constant(2))));
      Operand<TFloat32> weight =
          tf.math.div(
              tf.dtypes.cast(tf.math.mul(size, tf.constant(count)), TFloat32.class),
              tf.dtypes.cast(samples, TFloat32.class));
      long own = i == 0 ? 0 : Seed.of(0).at("device").at(i).value();
      shards.add(
          new Shard(
              tf.reshape(images, tf.array(-1, side, side, 3)),
              targets,
              Optional.of(weight),
              tf.math.add(input.draw(), tf.constant(new long[] {own, 0}))));
    }
    return shards;
  }

  private static Operand<TInt32> bound(Ops tf, Operand<TInt32> samples, int index, int count) {
    return tf.math.div(tf.math.mul(samples, tf.constant(index)), tf.constant(count));
  }
}
