package org.genimage.models.nn;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Longs;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.nn.FusedBatchNorm;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * The layers that networks are made of, each a function from an operand to an operand. They compute
 * what PyTorch's do; a user's own layers look the same.
 */
public final class Layers {

  /** PyTorch's defaults; running = (1 - momentum) * running + momentum * batch. */
  private static final float BATCH_NORM_EPSILON = 1e-5f;

  private static final float BATCH_NORM_MOMENTUM = 0.1f;

  private Layers() {}

  /** Returns max(x, 0). */
  public static Operand<TFloat32> relu(ModelScope scope, Operand<TFloat32> x) {
    return scope.kernels().relu(x);
  }

  /** Returns the sum of two of the same shape. */
  public static Operand<TFloat32> add(ModelScope scope, Operand<TFloat32> x, Operand<TFloat32> y) {
    return scope.kernels().add(x, y);
  }

  /**
   * Returns a convolution without bias, its kernel Kaiming-normal by fan-out at first.
   *
   * @param scope the layer's place; its parameter is {@code weight}
   * @param x {@code [N, H, W, C]}
   * @param filters number of output channels
   * @param window the geometry
   */
  public static Operand<TFloat32> conv(
      ModelScope scope, Operand<TFloat32> x, int filters, Conv window) {
    return conv(scope, x, filters, window, Init.KAIMING_NORMAL_FAN_OUT);
  }

  /**
   * Returns a convolution without bias.
   *
   * @param scope the layer's place; its parameter is {@code weight}
   * @param x {@code [N, H, W, C]}
   * @param filters number of output channels
   * @param window the geometry
   * @param init the law of {@code weight} at first
   */
  public static Operand<TFloat32> conv(
      ModelScope scope, Operand<TFloat32> x, int filters, Conv window, Init init) {
    ParameterValue kernel = scope.weight(kernelEntry(scope, x, filters, window, init));
    return scope.kernels().conv(x, kernel, window);
  }

  private static Parameter kernelEntry(
      ModelScope scope, Operand<TFloat32> x, int filters, Conv window, Init init) {
    return kernelEntry(scope, channels(x), filters, window, init);
  }

  private static Parameter kernelEntry(
      ModelScope scope, int inputs, int filters, Conv window, Init init) {
    return scope.entry(
        "weight",
        Layout.CONV,
        init,
        Parameter.Role.TRAINED,
        filters,
        inputs,
        window.kernel(),
        window.kernel());
  }

  private static Parameter biasEntry(
      ModelScope scope, Operand<TFloat32> x, int filters, Conv window) {
    int fanIn = channels(x) * window.kernel() * window.kernel();
    return scope.entry("bias", Layout.SAME, Init.uniform(fanIn), Parameter.Role.TRAINED, filters);
  }

  /**
   * Returns a convolution with a kernel that is given.
   *
   * @param scope where it is
   * @param x {@code [N, H, W, C]}
   * @param kernel {@code [height, width, C, filters]}
   * @param window the geometry
   */
  public static Operand<TFloat32> convolve(
      ModelScope scope, Operand<TFloat32> x, Operand<TFloat32> kernel, Conv window) {
    return scope.kernels().conv(x, kernel, window);
  }

  /**
   * Returns batch normalisation over all axes but the last, eps 1e-5. In training the batch's
   * statistics normalise, and the running ones move by a tenth of the way after the step (the
   * variance by its unbiased estimate), unless these are {@linkplain ModelVariables#frozen frozen}.
   * The batch is what the graph sees of it, or all of it where {@linkplain ModelScope#peers peers}
   * share their statistics.
   *
   * @param scope the layer's place; its entries are {@code weight}, {@code bias}, {@code
   *     running_mean}, {@code running_var} and {@code num_batches_tracked}
   * @param x {@code [N, H, W, C]}
   * @param gamma the law of {@code weight} at first
   */
  public static Operand<TFloat32> batchNorm(ModelScope scope, Operand<TFloat32> x, Init gamma) {
    Ops tf = scope.tf();
    BatchNorm entries = BatchNorm.at(scope, channels(x), gamma);
    ModelVariables variables = scope.variables();
    Operand<TFloat32> weight = variables.value(tf, entries.weight());
    Operand<TFloat32> bias = variables.value(tf, entries.bias());
    Buffer mean = scope.buffer(entries.mean());
    Buffer variance = scope.buffer(entries.variance());
    variables.declare(entries.counter());
    FusedBatchNorm.Options epsilon = FusedBatchNorm.epsilon(BATCH_NORM_EPSILON);
    if (!scope.isTraining() || mean.isFrozen()) {
      return tf.nn
          .fusedBatchNorm(
              x,
              weight,
              bias,
              mean.value(),
              variance.value(),
              epsilon,
              FusedBatchNorm.isTraining(false))
          .y();
    }
    if (scope.peers().isPresent()) {
      SharedStatistics shared = SharedStatistics.of(scope.peers().get(), scope.kernels(), x);
      track(tf, mean, shared.mean());
      track(tf, variance, shared.unbiased(tf));
      return shared.normalise(tf, x, weight, bias, BATCH_NORM_EPSILON);
    }
    Kernels.BatchNormalised norm = scope.kernels().batchNorm(x, weight, bias, BATCH_NORM_EPSILON);
    track(tf, mean, norm.mean());
    track(tf, variance, norm.variance());
    return norm.y();
  }

  private static void track(Ops tf, Buffer running, Operand<TFloat32> batch) {
    Operand<TFloat32> kept = tf.math.mul(running.value(), tf.constant(1 - BATCH_NORM_MOMENTUM));
    Operand<TFloat32> moved = tf.math.mul(batch, tf.constant(BATCH_NORM_MOMENTUM));
    running.afterStep(tf.math.add(kept, moved));
  }

  /**
   * Returns a convolution followed by batch normalisation; the second is folded into the first
   * where the parameters are fixed while the graph lives and training does not move the statistics.
   *
   * @param conv the convolution's place
   * @param norm the normalisation's place
   * @param x {@code [N, H, W, C]}
   * @param filters number of output channels
   * @param window the geometry
   * @param gamma the law of the normalisation's weight at first
   */
  public static Operand<TFloat32> convBatchNorm(
      ModelScope conv, ModelScope norm, Operand<TFloat32> x, int filters, Conv window, Init gamma) {
    return convBatchNorm(conv, norm, x, filters, window, Init.KAIMING_NORMAL_FAN_OUT, gamma);
  }

  /**
   * Returns a convolution followed by batch normalisation; the second is folded into the first
   * where the parameters are fixed while the graph lives and training does not move the statistics.
   *
   * @param conv the convolution's place
   * @param norm the normalisation's place
   * @param x {@code [N, H, W, C]}
   * @param filters number of output channels
   * @param window the geometry
   * @param init the law of the convolution's weight at first
   * @param gamma the law of the normalisation's weight at first
   */
  public static Operand<TFloat32> convBatchNorm(
      ModelScope conv,
      ModelScope norm,
      Operand<TFloat32> x,
      int filters,
      Conv window,
      Init init,
      Init gamma) {
    Parameter kernel = kernelEntry(conv, x, filters, window, init);
    BatchNorm entries = BatchNorm.at(norm, filters, gamma);
    return folded(conv, entries, kernel, Optional.empty())
        .map(both -> conv.kernels().conv(x, both.kernel(), both.bias(), window))
        .orElseGet(() -> batchNorm(norm, conv.output(conv(conv, x, filters, window, init)), gamma));
  }

  private static Optional<BatchNorm.Folded> folded(
      ModelScope conv, BatchNorm norm, Parameter kernel, Optional<Parameter> offset) {
    Optional<BatchNorm.Folded> folded =
        conv.isTraining()
            ? Optional.empty()
            : norm.fold(conv.tf(), conv.variables(), kernel, offset);
    folded.ifPresent(both -> conv.variables().declare(norm.counter()));
    return folded;
  }

  /**
   * Returns a convolution with bias, both uniform at first as PyTorch's are, followed by batch
   * normalisation, folded as in {@link #convBatchNorm}.
   *
   * @param conv the convolution's place
   * @param norm the normalisation's place
   * @param x {@code [N, H, W, C]}
   * @param filters number of output channels
   * @param window the geometry
   * @param gamma the law of the normalisation's weight at first
   */
  public static Operand<TFloat32> biasedConvBatchNorm(
      ModelScope conv, ModelScope norm, Operand<TFloat32> x, int filters, Conv window, Init gamma) {
    Parameter kernel = kernelEntry(conv, x, filters, window, Init.UNIFORM_FAN_IN);
    Parameter offset = biasEntry(conv, x, filters, window);
    BatchNorm entries = BatchNorm.at(norm, filters, gamma);
    return folded(conv, entries, kernel, Optional.of(offset))
        .map(both -> conv.kernels().conv(x, both.kernel(), both.bias(), window))
        .orElseGet(() -> batchNorm(norm, conv.output(biasedConv(conv, x, filters, window)), gamma));
  }

  /**
   * Returns a convolution of each channel by itself, a convolution of single pixels and batch
   * normalisation, folded as in {@link #convBatchNorm}. Neither convolution has a bias.
   *
   * @param conv the place of the convolution of single pixels; its parameter is {@code weight},
   *     uniform at first as PyTorch's is
   * @param norm the normalisation's place
   * @param x {@code [N, H, W, C]}
   * @param depthwise the first kernel, {@code [M * C, 1, height, width]}, such as {@link
   *     #depthwiseKernel} returns
   * @param filters number of output channels
   * @param window the geometry of the first convolution
   * @param gamma the law of the normalisation's weight at first
   */
  public static Operand<TFloat32> separableConvBatchNorm(
      ModelScope conv,
      ModelScope norm,
      Operand<TFloat32> x,
      ParameterValue depthwise,
      int filters,
      Conv window,
      Init gamma) {
    int inputs = depthwise.shape().get(0);
    Parameter kernel = kernelEntry(conv, inputs, filters, Conv.kernel(1), Init.UNIFORM_FAN_IN);
    BatchNorm entries = BatchNorm.at(norm, filters, gamma);
    return folded(conv, entries, kernel, Optional.empty())
        .map(both -> conv.kernels().separableConv(x, depthwise, both.kernel(), both.bias(), window))
        .orElseGet(
            () -> {
              Operand<TFloat32> each = conv.kernels().depthwiseConv(x, depthwise, window);
              Operand<TFloat32> y = conv(conv, each, filters, Conv.kernel(1), Init.UNIFORM_FAN_IN);
              return batchNorm(norm, conv.output(y), gamma);
            });
  }

  /**
   * Returns the largest value in each window; what is padded never wins.
   *
   * @param x {@code [N, H, W, C]}
   */
  public static Operand<TFloat32> maxPool(ModelScope scope, Operand<TFloat32> x, Conv window) {
    return scope.kernels().maxPool(x, window);
  }

  /**
   * Returns the mean over height and width.
   *
   * @param x {@code [N, H, W, C]}
   * @return {@code [N, C]}
   */
  public static Operand<TFloat32> globalAveragePool(ModelScope scope, Operand<TFloat32> x) {
    return scope.tf().math.mean(x, scope.tf().constant(new int[] {1, 2}));
  }

  /**
   * Returns for each two channels the sum of their products.
   *
   * @param x {@code [N, L, C]}
   * @return {@code [N, C, C]}
   */
  public static Operand<TFloat32> products(ModelScope scope, Operand<TFloat32> x) {
    return scope.kernels().products(x);
  }

  /**
   * Returns a linear layer with bias, both uniform at first as PyTorch's are.
   *
   * @param scope the layer's place; its parameters are {@code weight} and {@code bias}
   * @param x {@code [N, C]}
   * @param outputs number of outputs
   * @return {@code [N, outputs]}
   */
  public static Operand<TFloat32> linear(ModelScope scope, Operand<TFloat32> x, int outputs) {
    return linear(scope, x, outputs, Init.uniform(channels(x)));
  }

  /**
   * Returns a linear layer with bias, the bias uniform at first as PyTorch's is.
   *
   * @param scope the layer's place; its parameters are {@code weight} and {@code bias}
   * @param x {@code [N, C]}
   * @param outputs number of outputs
   * @param init the law of {@code weight} at first
   * @return {@code [N, outputs]}
   */
  public static Operand<TFloat32> linear(
      ModelScope scope, Operand<TFloat32> x, int outputs, Init init) {
    Ops tf = scope.tf();
    Operand<TFloat32> weight = linearWeight(scope, channels(x), outputs, init);
    Operand<TFloat32> bias = linearBias(scope, channels(x), outputs);
    return tf.nn.biasAdd(tf.linalg.matMul(x, weight), bias);
  }

  /**
   * Returns a convolution with bias, both uniform at first as PyTorch's are.
   *
   * @param scope the layer's place; its parameters are {@code weight} and {@code bias}
   * @param x {@code [N, H, W, C]}
   * @param filters number of output channels
   * @param window the geometry
   */
  public static Operand<TFloat32> biasedConv(
      ModelScope scope, Operand<TFloat32> x, int filters, Conv window) {
    ParameterValue kernel =
        scope.weight(kernelEntry(scope, x, filters, window, Init.UNIFORM_FAN_IN));
    ParameterValue bias = scope.weight(biasEntry(scope, x, filters, window));
    return scope.kernels().conv(x, kernel, bias, window);
  }

  /**
   * Returns a convolution of each channel by itself, without bias, its kernel uniform at first as
   * PyTorch's is.
   *
   * @param scope the layer's place; its parameter is {@code weight}
   * @param x {@code [N, H, W, C]}
   * @param window the geometry
   */
  public static Operand<TFloat32> depthwiseConv(
      ModelScope scope, Operand<TFloat32> x, Conv window) {
    ParameterValue kernel = depthwiseKernel(scope, channels(x), window.kernel());
    return scope.kernels().depthwiseConv(x, kernel, window);
  }

  /**
   * Asks for the kernel of a convolution of each channel by itself, uniform at first as PyTorch's
   * is.
   *
   * @param scope the layer's place; its parameter is {@code weight}
   * @param filters number of output channels: the input's, or a multiple of it
   * @param side of the kernel
   * @return {@code [filters, 1, side, side]}
   */
  public static ParameterValue depthwiseKernel(ModelScope scope, int filters, int side) {
    return scope.weight("weight", Layout.DEPTHWISE, Init.UNIFORM_FAN_IN, filters, 1, side, side);
  }

  /**
   * Returns a convolution of each channel by itself with bias, both uniform at first as PyTorch's
   * are.
   *
   * @param scope the layer's place; its parameters are {@code weight} and {@code bias}
   * @param x {@code [N, H, W, C]}
   * @param window the geometry
   */
  public static Operand<TFloat32> biasedDepthwiseConv(
      ModelScope scope, Operand<TFloat32> x, Conv window) {
    return bias(scope, depthwiseConv(scope, x, window), window.kernel() * window.kernel());
  }

  private static Operand<TFloat32> bias(ModelScope scope, Operand<TFloat32> x, int fanIn) {
    Operand<TFloat32> bias = scope.parameter("bias", Layout.SAME, Init.uniform(fanIn), channels(x));
    return scope.tf().nn.biasAdd(x, bias);
  }

  /**
   * Asks for the parameters of a {@link #linear(ModelScope, Operand, int)} that is added later,
   * where the published order has them before those of the layers that it builds on.
   *
   * @param scope the layer's place
   * @param inputs number of inputs
   * @param outputs number of outputs
   */
  public static void declareLinear(ModelScope scope, int inputs, int outputs) {
    linearWeight(scope, inputs, outputs, Init.uniform(inputs));
    linearBias(scope, inputs, outputs);
  }

  private static Operand<TFloat32> linearWeight(
      ModelScope scope, int inputs, int outputs, Init init) {
    return scope.parameter("weight", Layout.LINEAR, init, outputs, inputs);
  }

  private static Operand<TFloat32> linearBias(ModelScope scope, int inputs, int outputs) {
    return scope.parameter("bias", Layout.SAME, Init.uniform(inputs), outputs);
  }

  /**
   * Returns dropout: in training each value is 0 with a probability and else divided by that of
   * staying; otherwise nothing happens. What is dropped follows from {@link ModelScope#uniform}.
   *
   * @param scope the layer's place
   * @param x of any shape
   * @param rate the probability, from 0 to below 1
   */
  public static Operand<TFloat32> dropout(ModelScope scope, Operand<TFloat32> x, double rate) {
    checkArgument(rate >= 0 && rate < 1, "dropout rate must be from 0 to below 1, got %s", rate);
    return drop(scope, x, scope.tf().shape(x), rate);
  }

  /**
   * Returns a residual branch with drop path (Huang et al. 2016): in training all values of a
   * sample are 0 with a probability and else divided by that of staying; otherwise nothing happens.
   * What is dropped follows from {@link ModelScope#uniform}.
   *
   * @param scope the branch's place
   * @param x {@code [N, L, C]}
   * @param rate the probability, from 0 to below 1
   */
  public static Operand<TFloat32> dropPath(ModelScope scope, Operand<TFloat32> x, double rate) {
    checkArgument(rate >= 0 && rate < 1, "drop path rate must be from 0 to below 1, got %s", rate);
    Ops tf = scope.tf();
    Operand<TInt32> samples = tf.slice(tf.shape(x), tf.array(0), tf.array(1));
    return drop(scope, x, tf.concat(List.of(samples, tf.array(1, 1)), tf.constant(0)), rate);
  }

  /** Values that share a number of this shape are dropped together; x is a multiple of it. */
  private static Operand<TFloat32> drop(
      ModelScope scope, Operand<TFloat32> x, Operand<TInt32> shape, double rate) {
    if (!scope.isTraining() || rate == 0) {
      return x;
    }
    Ops tf = scope.tf();
    Operand<TFloat32> draws = scope.uniform(shape);
    Operand<TFloat32> stays =
        tf.dtypes.cast(tf.math.greaterEqual(draws, tf.constant((float) rate)), TFloat32.class);
    return tf.math.mul(x, tf.math.div(tf.stopGradient(stays), tf.constant((float) (1 - rate))));
  }

  /**
   * Returns an array of any rank as a constant of the graph.
   *
   * @param values row-major
   */
  public static Operand<TFloat32> constant(Ops tf, List<Integer> shape, float[] values) {
    return tf.constant(Shape.of(Longs.toArray(shape)), DataBuffers.of(values, true, false));
  }

  /** Returns the number of channels, the size of the last axis. */
  public static int channels(Operand<? extends TNumber> x) {
    var shape = x.shape();
    return Math.toIntExact(shape.get(shape.numDimensions() - 1));
  }
}
