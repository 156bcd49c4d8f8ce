package org.genimage.models.nn;

import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.nn.Conv2d;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The layers of convolutional networks with derivatives that need less memory or time than those
 * that TensorFlow finds.
 */
final class ConvolutionRules {

  private final ModelScope scope;
  private final Ops tf;
  private final Derivatives derivatives;

  private ConvolutionRules(ModelScope scope) {
    this.scope = scope;
    this.tf = scope.tf();
    this.derivatives = scope.derivatives();
  }

  static ConvolutionRules in(ModelScope scope) {
    return new ConvolutionRules(scope);
  }

  /** Returns max(x, 0), by whose result the derivative follows, so that x need not be kept. */
  Operand<TFloat32> relu(Operand<TFloat32> x) {
    return fused(x, "Relu", Optional.empty())
        .map(y -> derivatives.tellMore(tf, x, y, own -> reluGradient(own, y), List.of()))
        .orElseGet(
            () -> {
              Operand<TFloat32> y = tf.nn.relu(x);
              return derivatives.tell(tf, y, List.of(x), own -> List.of(reluGradient(own, y)));
            });
  }

  /** Returns the sum of two of the same shape. */
  Operand<TFloat32> add(Operand<TFloat32> x, Operand<TFloat32> y) {
    return addTo(x, y)
        .or(() -> addTo(y, x))
        .orElseGet(
            () -> derivatives.tell(tf, tf.math.add(x, y), List.of(x, y), own -> List.of(own, own)));
  }

  private Optional<Operand<TFloat32>> addTo(Operand<TFloat32> x, Operand<TFloat32> y) {
    return fused(x, "Add", Optional.of(y))
        .map(sum -> derivatives.tellMore(tf, x, sum, own -> own, List.of(y)));
  }

  /** oneDNN computes it together with the convolution before, whose weights are constant. */
  private Optional<Operand<TFloat32>> fused(
      Operand<TFloat32> x, String next, Optional<Operand<TFloat32>> argument) {
    return scope.mode() == Mode.DIFFERENTIABLE && derivatives.tells(x)
        ? Fused.in(scope).followConv(x, next, argument)
        : Optional.empty();
  }

  private Operand<TFloat32> reluGradient(Operand<TFloat32> derivative, Operand<TFloat32> y) {
    return tf.scope()
        .opBuilder("ReluGrad", "ReluGrad")
        .addInput(derivative.asOutput())
        .addInput(y.asOutput())
        .build()
        .output(0);
  }

  /**
   * Returns a convolution with bias, both constant.
   *
   * @param x {@code [N, H, W, C]}
   * @param kernel {@code [out, in, height, width]}
   * @param shape of the kernel
   */
  Operand<TFloat32> constantConv(
      Operand<TFloat32> x, float[] kernel, List<Integer> shape, float[] bias, Conv window) {
    Operand<TFloat32> y = Fused.in(scope).conv(x, kernel, shape, bias, window);
    Operand<TFloat32> numbers = Fused.kernel(y);
    return derivatives.tell(
        tf, y, List.of(x), own -> List.of(inputGradient(x, numbers, own, window)));
  }

  /**
   * Returns a convolution with padding, which is padded once more for its derivative: padded images
   * are not kept, and oneDNN's derivatives take no explicit padding.
   *
   * @param x {@code [N, H, W, C]}
   * @param kernel {@code [height, width, C, filters]}
   */
  Operand<TFloat32> paddedConv(Operand<TFloat32> x, Operand<TFloat32> kernel, Conv window) {
    var y =
        tf.nn.conv2d(
            x,
            kernel,
            window.strides(),
            "EXPLICIT",
            Conv2d.explicitPaddings(window.explicitPadding()));
    return derivatives.tell(
        tf,
        y,
        List.of(x, kernel),
        own -> {
          Ops late = tf.withControlDependencies(List.of(own));
          var padded = Layers.pad(late, x, window.padding(), 0f);
          return List.of(
              inputGradient(x, kernel, own, window),
              tf.nn.conv2dBackpropFilter(padded, tf.shape(kernel), own, window.strides(), "VALID"));
        });
  }

  private Operand<TFloat32> inputGradient(
      Operand<TFloat32> x, Operand<TFloat32> kernel, Operand<TFloat32> derivative, Conv window) {
    Operand<TInt32> sides = tf.shape(x);
    int p = window.padding();
    if (window.same() || p == 0) {
      return tf.nn.conv2dBackpropInput(
          sides, kernel, derivative, window.strides(), window.same() ? "SAME" : "VALID");
    }
    Operand<TInt32> padded = tf.math.add(sides, tf.array(0, 2 * p, 2 * p, 0));
    var slopes = tf.nn.conv2dBackpropInput(padded, kernel, derivative, window.strides(), "VALID");
    return tf.slice(slopes, tf.array(0, p, p, 0), sides);
  }
}
