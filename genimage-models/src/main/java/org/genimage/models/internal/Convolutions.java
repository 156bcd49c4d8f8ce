package org.genimage.models.internal;

import static org.genimage.models.nn.Layers.channels;

import java.util.List;
import java.util.function.Function;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.Shapes;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.nn.Conv2d;
import org.tensorflow.op.nn.DepthwiseConv2dNative;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * Convolutions without bias and their gradients, in any type of number. An image with padding is
 * padded once more for the kernel's gradient: padded images are not kept, and oneDNN's gradients
 * take no explicit padding.
 */
final class Convolutions {

  private Convolutions() {}

  /**
   * Returns a convolution, for which TensorFlow's own gradient may be wrong.
   *
   * @param x {@code [N, H, W, C]}
   * @param kernel {@code [height, width, C, filters]}
   */
  static <T extends TNumber> Operand<T> of(Ops tf, Operand<T> x, Operand<T> kernel, Conv window) {
    if (isOneProduct(window)) {
      Operand<T> rows =
          tf.linalg.matMul(rows(tf, x, channels(x)), rows(tf, kernel, channels(kernel)));
      return Shapes.images(tf, rows, Shapes.sides(tf, x), channels(kernel));
    }
    List<Long> strides = window.strides();
    return isPadded(window)
        ? tf.nn.conv2d(
            x, kernel, strides, "EXPLICIT", Conv2d.explicitPaddings(window.explicitPadding()))
        : tf.nn.conv2d(x, kernel, strides, padding(window));
  }

  private static boolean isPadded(Conv window) {
    return !window.same() && window.padding() > 0;
  }

  private static String padding(Conv window) {
    return window.same() ? "SAME" : "VALID";
  }

  /** Whether pixels are multiplied by one matrix, all of them or those of some rows and columns. */
  static boolean isProduct(Conv window) {
    return window.kernel() == 1 && window.padding() == 0;
  }

  /** Whether the pixels as they are, all of them, are multiplied by one matrix. */
  private static boolean isOneProduct(Conv window) {
    return isProduct(window) && window.stride() == 1;
  }

  /** Returns {@code [..., C]} as {@code [M, C]}; a gradient's shape may not be known. */
  private static <T extends TNumber> Operand<T> rows(Ops tf, Operand<T> x, int channels) {
    return tf.reshape(x, tf.array(-1, channels));
  }

  /** Returns the gradient towards the kernel. */
  static <T extends TNumber> Operand<T> kernelGradient(
      Ops tf, Operand<T> x, Operand<T> kernel, Operand<T> upstream, Conv window) {
    if (isOneProduct(window)) {
      Operand<T> gradient =
          tf.linalg.matMul(
              rows(tf, x, channels(x)),
              rows(tf, upstream, channels(kernel)),
              MatMul.transposeA(true));
      return tf.reshape(gradient, tf.shape(kernel));
    }
    return tf.nn.conv2dBackpropFilter(
        padded(tf, x, upstream, window),
        tf.shape(kernel),
        upstream,
        window.strides(),
        padding(window));
  }

  /** Returns x as the gradient towards the kernel needs it, once the upstream gradient is known. */
  private static <T extends TNumber> Operand<T> padded(
      Ops tf, Operand<T> x, Operand<T> upstream, Conv window) {
    Ops late = tf.withControlDependencies(List.of(upstream));
    return isPadded(window) ? window.pad(late, x, 0) : x;
  }

  /** Returns the gradient towards x. */
  static <T extends TNumber> Operand<T> inputGradient(
      Ops tf, Operand<T> x, Operand<T> kernel, Operand<T> upstream, Conv window) {
    if (isProduct(window)) {
      return productGradient(tf, x, kernel, upstream, window.stride());
    }
    return withoutPadding(
        tf,
        x,
        window,
        sides ->
            tf.nn.conv2dBackpropInput(sides, kernel, upstream, window.strides(), padding(window)));
  }

  /**
   * Returns the gradient towards x.
   *
   * @param gradient returns that towards x with its padding, of these sides
   */
  private static <T extends TNumber> Operand<T> withoutPadding(
      Ops tf, Operand<T> x, Conv window, Function<Operand<TInt32>, Operand<T>> gradient) {
    Operand<TInt32> sides = tf.shape(x);
    if (!isPadded(window)) {
      return gradient.apply(sides);
    }
    int p = window.padding();
    Operand<TInt32> padded = tf.math.add(sides, tf.array(0, 2 * p, 2 * p, 0));
    return tf.slice(gradient.apply(padded), tf.array(0, p, p, 0), sides);
  }

  /**
   * Returns a convolution of each channel by itself.
   *
   * @param x {@code [N, H, W, C]}
   * @param kernel {@code [height, width, C, M]}: M filters for each channel
   */
  static <T extends TNumber> Operand<T> depthwise(
      Ops tf, Operand<T> x, Operand<T> kernel, Conv window) {
    boolean padded = isPadded(window);
    List<Long> explicit = padded ? window.explicitPadding() : List.of();
    return tf.nn.depthwiseConv2dNative(
        x,
        kernel,
        window.strides(),
        padded ? "EXPLICIT" : padding(window),
        DepthwiseConv2dNative.explicitPaddings(explicit));
  }

  /**
   * Returns the gradient of {@link #depthwise} towards the kernel. With explicit padding TensorFlow
   * would not leave it to oneDNN, and add up in bfloat16.
   */
  static <T extends TNumber> Operand<T> depthwiseKernelGradient(
      Ops tf, Operand<T> x, Operand<T> kernel, Operand<T> upstream, Conv window) {
    return tf.nn.depthwiseConv2dNativeBackpropFilter(
        padded(tf, x, upstream, window),
        tf.shape(kernel),
        upstream,
        window.strides(),
        padding(window));
  }

  /** Returns the gradient of {@link #depthwise} towards x. */
  static <T extends TNumber> Operand<T> depthwiseInputGradient(
      Ops tf, Operand<T> x, Operand<T> kernel, Operand<T> upstream, Conv window) {
    return withoutPadding(
        tf,
        x,
        window,
        sides ->
            tf.nn.depthwiseConv2dNativeBackpropInput(
                sides, kernel, upstream, window.strides(), padding(window)));
  }

  /**
   * Returns the gradient of a convolution of single pixels by a matrix product. For 1024 channels
   * and 2048, for instance, the op of oneDNN 3.5 gives wrong numbers on processors with AVX-512.
   */
  private static <T extends TNumber> Operand<T> productGradient(
      Ops tf, Operand<T> x, Operand<T> kernel, Operand<T> upstream, int stride) {
    Operand<T> gradient =
        tf.linalg.matMul(
            rows(tf, upstream, channels(kernel)),
            rows(tf, kernel, channels(kernel)),
            MatMul.transposeB(true));
    if (stride == 1) {
      return tf.reshape(gradient, tf.shape(x));
    }
    // Every number becomes the first of stride x stride ones, the others 0.
    var sides = Shapes.sides(tf, upstream);
    var height = tf.slice(sides, tf.array(0), tf.array(1));
    var width = tf.slice(sides, tf.array(1), tf.array(1));
    var one = tf.array(1);
    var channels = tf.array(channels(x));
    int after = stride - 1;
    int[][] between = {{0, 0}, {0, 0}, {0, after}, {0, 0}, {0, after}, {0, 0}};
    var apart = tf.concat(List.of(tf.array(-1), height, one, width, one, channels), tf.constant(0));
    Operand<T> zeros =
        tf.pad(tf.reshape(gradient, apart), tf.constant(between), Shapes.scalar(tf, 0, x.type()));
    var whole = Shapes.images(tf, zeros, tf.math.mul(sides, tf.constant(stride)), channels(x));
    return tf.slice(whole, tf.array(0, 0, 0, 0), tf.shape(x));
  }
}
