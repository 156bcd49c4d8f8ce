package org.genimage.models.nn;

import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.nn.FusedBatchNorm;
import org.tensorflow.types.TFloat32;

/**
 * How the vocabulary's primitives are computed. {@link Layers} and {@link Transformers} say what a
 * layer is; one of these, chosen once where a graph begins and handed along by {@link ModelScope},
 * says by which ops. All compute the same numbers, but for rounding. Implementations exist for
 * TensorFlow's public ops ({@link #plain}), for oneDNN's fused ops, and for training with custom
 * gradients; another processor or backend is one more implementation.
 *
 * <p>Images are {@code [N, H, W, C]}; N is unknown, the other sides are static.
 */
public interface Kernels {

  /**
   * Returns kernels of TensorFlow's public ops, which every device and compiler has.
   *
   * @param purpose what the graph is built for: where gradients are asked for, every op has one
   */
  static Kernels plain(Ops tf, Purpose purpose) {
    return plain(tf, purpose, new CustomGradients());
  }

  /**
   * Returns kernels of TensorFlow's public ops.
   *
   * @param purpose what the graph is built for: where gradients are asked for, every op has one
   * @param gradients where layers register custom gradients; one per graph
   */
  static Kernels plain(Ops tf, Purpose purpose, CustomGradients gradients) {
    return new PlainKernels(tf, gradients, purpose != Purpose.SCORING);
  }

  /** Returns the ops of the graph. */
  Ops tf();

  /** Returns where layers register custom gradients; ask it for the gradients of the graph. */
  CustomGradients gradients();

  /** Returns max(x, 0), for x of any shape. */
  Operand<TFloat32> relu(Operand<TFloat32> x);

  /** Returns x times the normal distribution function of x, exactly, for x of any shape. */
  Operand<TFloat32> gelu(Operand<TFloat32> x);

  /** Returns the sum of two operands of the same shape. */
  Operand<TFloat32> add(Operand<TFloat32> x, Operand<TFloat32> y);

  /**
   * Returns a convolution without bias.
   *
   * @param x {@code [N, H, W, C]}
   * @param kernel {@code [height, width, C, filters]}
   */
  Operand<TFloat32> conv(Operand<TFloat32> x, Operand<TFloat32> kernel, Conv window);

  /**
   * Returns a convolution without bias.
   *
   * @param x {@code [N, H, W, C]}
   * @param kernel {@code [filters, C, height, width]}
   */
  default Operand<TFloat32> conv(Operand<TFloat32> x, ParameterValue kernel, Conv window) {
    return conv(x, kernel.operand(), window);
  }

  /**
   * Returns a convolution with bias.
   *
   * @param x {@code [N, H, W, C]}
   * @param kernel {@code [filters, C, height, width]}
   * @param bias {@code [filters]}
   */
  Operand<TFloat32> conv(
      Operand<TFloat32> x, ParameterValue kernel, ParameterValue bias, Conv window);

  /**
   * Returns a convolution of each channel by itself, without bias.
   *
   * @param x {@code [N, H, W, C]}
   * @param kernel {@code [M * C, 1, height, width]}: M filters for the first channel, then M for
   *     the second and so on
   */
  Operand<TFloat32> depthwiseConv(Operand<TFloat32> x, ParameterValue kernel, Conv window);

  /**
   * Returns a convolution of each channel by itself, and one of single pixels with bias.
   *
   * @param x {@code [N, H, W, C]}
   * @param depthwise {@code [M * C, 1, height, width]} of the first
   * @param pointwise {@code [filters, M * C, 1, 1]} of the second
   * @param bias {@code [filters]} of the second
   * @param window of the first
   */
  default Operand<TFloat32> separableConv(
      Operand<TFloat32> x,
      ParameterValue depthwise,
      ParameterValue pointwise,
      ParameterValue bias,
      Conv window) {
    return conv(depthwiseConv(x, depthwise, window), pointwise, bias, Conv.kernel(1));
  }

  /**
   * Returns the largest value in each window; what is padded never wins.
   *
   * @param x {@code [N, H, W, C]}
   */
  Operand<TFloat32> maxPool(Operand<TFloat32> x, Conv window);

  /**
   * Returns a linear layer without bias.
   *
   * @param x {@code [N, ..., C]}
   * @param weight {@code [outputs, C]}
   * @return {@code [N, ..., outputs]}
   */
  Operand<TFloat32> linear(Operand<TFloat32> x, ParameterValue weight);

  /**
   * Returns a linear layer with bias.
   *
   * @param x {@code [N, ..., C]}
   * @param weight {@code [outputs, C]}
   * @param bias {@code [outputs]}
   * @return {@code [N, ..., outputs]}
   */
  Operand<TFloat32> linear(Operand<TFloat32> x, ParameterValue weight, ParameterValue bias);

  /**
   * Returns two linear layers with a non-linearity between them.
   *
   * @param between the non-linearity
   * @param x {@code [N, ..., C]}
   * @param in weight {@code [hidden, C]} of the first
   * @param inBias {@code [hidden]}
   * @param out weight {@code [outputs, hidden]} of the second
   * @param outBias {@code [outputs]}
   * @return {@code [N, ..., outputs]}
   */
  default Operand<TFloat32> feedForward(
      Activation between,
      Operand<TFloat32> x,
      ParameterValue in,
      ParameterValue inBias,
      ParameterValue out,
      ParameterValue outBias) {
    return linear(between.of(this, linear(x, in, inBias)), out, outBias);
  }

  /**
   * Returns layer normalisation over the last axis, with the biased variance.
   *
   * @param x of rank 2 or more, C channels
   * @param weight {@code [C]}
   * @param bias {@code [C]}
   * @param epsilon added to the variance
   */
  Operand<TFloat32> layerNorm(
      Operand<TFloat32> x, ParameterValue weight, ParameterValue bias, double epsilon);

  /**
   * What batch normalisation gives while a network trains.
   *
   * @param y {@code [N, H, W, C]}
   * @param mean of the batch, {@code [C]}
   * @param variance of the batch, {@code [C]}: the unbiased estimate
   */
  record BatchNormalised(Operand<TFloat32> y, Operand<TFloat32> mean, Operand<TFloat32> variance) {}

  /**
   * Returns batch normalisation over all axes but the last by the batch's own statistics.
   *
   * @param x {@code [N, H, W, C]}
   * @param weight {@code [C]}
   * @param bias {@code [C]}
   * @param epsilon added to the variance
   */
  default BatchNormalised batchNorm(
      Operand<TFloat32> x, Operand<TFloat32> weight, Operand<TFloat32> bias, float epsilon) {
    Operand<TFloat32> none = tf().constant(new float[0]);
    FusedBatchNorm<TFloat32, TFloat32> norm =
        tf().nn
            .fusedBatchNorm(
                x,
                weight,
                bias,
                none,
                none,
                FusedBatchNorm.epsilon(epsilon),
                FusedBatchNorm.isTraining(true));
    return new BatchNormalised(norm.y(), norm.batchMean(), norm.batchVariance());
  }

  /**
   * Returns scaled dot-product attention for each head, softmax(q k + bias) v, the heads' outputs
   * side by side.
   *
   * @param qkv {@code [N, L, 3 * C]}: all heads' queries, already scaled, then keys, then values
   * @param heads number of heads, which divides C
   * @param bias {@code [groups, heads, L * L]}, query by key, where groups divides N: the first
   *     group is for the first tokens and so on, again and again
   * @return {@code [N, L, C]}
   */
  Operand<TFloat32> attention(Operand<TFloat32> qkv, int heads, Optional<Operand<TFloat32>> bias);

  /**
   * Returns multi-head self-attention between its two linear layers.
   *
   * @param x {@code [N, L, C]}
   * @param in weight {@code [3 * C, C]} of the first layer: queries, already scaled, keys, values
   * @param inBias {@code [3 * C]}
   * @param out weight {@code [C, C]} of the second layer
   * @param outBias {@code [C]}
   * @param heads number of heads, which divides C
   * @param bias as for {@link #attention}
   * @return {@code [N, L, C]}
   */
  default Operand<TFloat32> selfAttention(
      Operand<TFloat32> x,
      ParameterValue in,
      ParameterValue inBias,
      ParameterValue out,
      ParameterValue outBias,
      int heads,
      Optional<Operand<TFloat32>> bias) {
    return linear(attention(linear(x, in, inBias), heads, bias), out, outBias);
  }

  /**
   * Returns for each two channels the sum of their products.
   *
   * @param x {@code [N, L, C]}
   * @return {@code [N, C, C]}
   */
  Operand<TFloat32> products(Operand<TFloat32> x);

  /**
   * Takes note that an operand got another name.
   *
   * @param named the identity of x under its name
   * @return the operand to be used from here on
   */
  default Operand<TFloat32> named(Operand<TFloat32> named, Operand<TFloat32> x) {
    return named;
  }

  /**
   * Registers a custom gradient for what a layer computed from others.
   *
   * @see CustomGradients#register
   */
  default Operand<TFloat32> register(
      Operand<TFloat32> y, List<Operand<TFloat32>> inputs, CustomGradients.Gradient gradient) {
    return gradients().register(tf(), y, inputs, gradient);
  }
}
