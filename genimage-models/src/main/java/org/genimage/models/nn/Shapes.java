package org.genimage.models.nn;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/** Other shapes of the same numbers, as several kernels need them. */
public final class Shapes {

  private Shapes() {}

  /**
   * Returns height and width of images: constant where the graph knows them, else those of the
   * images that it is run on.
   *
   * @param images {@code [N, H, W, C]}
   * @return {@code [2]}
   */
  public static Operand<TInt32> sides(Ops tf, Operand<? extends TNumber> images) {
    long height = images.shape().get(1);
    long width = images.shape().get(2);
    return height > 0 && width > 0
        ? tf.array(Math.toIntExact(height), Math.toIntExact(width))
        : tf.stridedSlice(tf.shape(images), tf.array(1), tf.array(3), tf.array(1));
  }

  /**
   * Returns rows as images.
   *
   * @param rows {@code [N * H * W, C]}
   * @param sides {@code [2]}, height and width
   * @return {@code [N, H, W, C]}
   */
  public static <T extends TNumber> Operand<T> images(
      Ops tf, Operand<T> rows, Operand<TInt32> sides, int channels) {
    var shape = tf.concat(List.of(tf.array(-1), sides, tf.array(channels)), tf.constant(0));
    return tf.reshape(rows, shape);
  }

  /** Returns {@code [N, ..., C]} as rows {@code [M, C]}: TensorFlow's product is slow otherwise. */
  public static Operand<TFloat32> flatten(Ops tf, Operand<TFloat32> x) {
    return tf.reshape(x, tf.array(-1, Layers.channels(x)));
  }

  /** Returns rows {@code [M, K]} as {@code [N, ..., K]}, with the other sides of an operand. */
  public static Operand<TFloat32> unflatten(
      Ops tf, Operand<TFloat32> rows, Operand<TFloat32> like) {
    long[] shape = like.shape().asArray();
    shape[0] = -1;
    shape[shape.length - 1] = Layers.channels(rows);
    return tf.reshape(rows, tf.array(shape));
  }

  /**
   * Takes queries, keys and values apart.
   *
   * @param qkv {@code [N, L, 3 * C]}
   * @return three times {@code [N, heads, L, C / heads]}
   */
  public static List<Operand<TFloat32>> heads(Ops tf, Operand<TFloat32> qkv, int heads) {
    long length = qkv.shape().get(1);
    int depth = Layers.channels(qkv) / 3 / heads;
    var split = tf.reshape(qkv, tf.array(-1, length, 3, heads, depth));
    return List.copyOf(
        tf.unstack(tf.linalg.transpose(split, tf.array(2, 0, 3, 1, 4)), 3L).output());
  }

  /** Returns {@code [N, heads, L, depth]} as {@code [N, L, width]}, the heads side by side. */
  public static Operand<TFloat32> joined(Ops tf, Operand<TFloat32> x, long length, int width) {
    return tf.reshape(tf.linalg.transpose(x, tf.array(0, 2, 1, 3)), tf.array(-1, length, width));
  }

  /**
   * Adds a bias to scores, group by group.
   *
   * @param scores {@code [N, heads, L, L]}
   * @param bias {@code [groups, heads, L * L]}, where groups divides N
   */
  public static Operand<TFloat32> addGroups(
      Ops tf, Operand<TFloat32> scores, Operand<TFloat32> bias) {
    long[] from = scores.shape().asArray();
    long[] to = bias.shape().asArray();
    var grouped = tf.reshape(scores, tf.array(-1, to[0], to[1], to[2]));
    return tf.reshape(tf.math.add(grouped, bias), tf.array(-1, from[1], from[2], from[3]));
  }

  /** Returns a scalar of a type of number. */
  public static <T extends TNumber> Operand<T> scalar(Ops tf, float value, Class<T> type) {
    var constant = tf.constant(value);
    return type == TFloat32.class
        ? constant.asOutput().expect(type)
        : tf.dtypes.cast(constant, type);
  }
}
