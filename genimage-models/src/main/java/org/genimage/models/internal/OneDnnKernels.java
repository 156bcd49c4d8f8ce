package org.genimage.models.internal;

import static org.genimage.models.nn.Layers.channels;

import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.genimage.models.nn.Activation;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.CustomGradients;
import org.genimage.models.nn.Kernels;
import org.genimage.models.nn.Layout;
import org.genimage.models.nn.ParameterValue;
import org.genimage.models.nn.Purpose;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Kernels for scores on a CPU: oneDNN's fused ops, in 32-bit floats or in bfloat16. They have no
 * gradient, and need parameters whose numbers are fixed; others are left to TensorFlow's public
 * ops.
 */
final class OneDnnKernels implements Kernels {

  /** The types of oneDNN's ops that these kernels put into a graph; {@link OneDnn} tries each. */
  static final ImmutableSet<String> OPS =
      ImmutableSet.of(
          "_MklNativeFusedConv2D",
          "_MklNativeFusedMatMul",
          "_MklNativeMaxPool",
          "_MklNativeDepthwiseConv2dNative",
          "_MklBatchMatMulV2",
          "_MklFusedBatchMatMulV2",
          "_MklLayerNorm");

  private final OneDnnOps ops;
  private final Kernels plain;
  private final boolean halves;

  private OneDnnKernels(OneDnnOps ops, Kernels plain, boolean halves) {
    this.ops = ops;
    this.plain = plain;
    this.halves = halves;
  }

  private static OneDnnKernels of(Ops tf, boolean low, boolean packs, boolean halves) {
    return new OneDnnKernels(
        new OneDnnOps(tf, low, packs), Kernels.plain(tf, Purpose.SCORING), halves);
  }

  static OneDnnKernels float32(Ops tf) {
    return of(tf, false, false, false);
  }

  /** Returns kernels with bfloat16 for what convolutions and matrix products see and give. */
  static OneDnnKernels bfloat16(Ops tf) {
    return of(tf, true, false, false);
  }

  /** Returns kernels that keep the weights of matrix products a second time, in blocks. */
  OneDnnKernels packed() {
    return of(tf(), ops.isLow(), true, halves);
  }

  /**
   * Returns kernels for two processors that do not share the work of each op: a transformer's
   * layers become two halves that know nothing of each other until they are added, as on several
   * GPUs (Shoeybi et al. 2019, Megatron-LM, section 3). Threads wait for each other twice in a
   * block, not in every op of it.
   */
  OneDnnKernels halves() {
    return of(tf(), ops.isLow(), ops.packs(), true);
  }

  /** Returns whether layers were added as halves: then an op's own threads would be in the way. */
  boolean isHalved() {
    return ops.hasHalves();
  }

  @Override
  public Ops tf() {
    return plain.tf();
  }

  @Override
  public CustomGradients gradients() {
    return plain.gradients();
  }

  @Override
  public Operand<TFloat32> relu(Operand<TFloat32> x) {
    return ops.relu(x);
  }

  @Override
  public Operand<TFloat32> gelu(Operand<TFloat32> x) {
    return ops.gelu(x).orElseGet(() -> plain.gelu(x));
  }

  @Override
  public Operand<TFloat32> add(Operand<TFloat32> x, Operand<TFloat32> y) {
    return ops.add(x, y);
  }

  @Override
  public Operand<TFloat32> conv(Operand<TFloat32> x, Operand<TFloat32> kernel, Conv window) {
    return plain.conv(x, kernel, window);
  }

  @Override
  public Operand<TFloat32> conv(Operand<TFloat32> x, ParameterValue kernel, Conv window) {
    return fixed(kernel)
        ? ops.conv(x, kernel, none(kernel), window)
        : plain.conv(x, kernel, window);
  }

  @Override
  public Operand<TFloat32> conv(
      Operand<TFloat32> x, ParameterValue kernel, ParameterValue bias, Conv window) {
    return fixed(kernel, bias)
        ? ops.conv(x, kernel, bias, window)
        : plain.conv(x, kernel, bias, window);
  }

  @Override
  public Operand<TFloat32> depthwiseConv(Operand<TFloat32> x, ParameterValue kernel, Conv window) {
    return fixed(kernel) && kernel.shape().get(0) == channels(x)
        ? ops.depthwiseConv(x, kernel, window)
        : plain.depthwiseConv(x, kernel, window);
  }

  /**
   * Returns a separable convolution. oneDNN is fast at one filter for each channel alone, so of
   * several all first ones are one convolution, all second ones another; the convolution of single
   * pixels takes its inputs in that order.
   */
  @Override
  public Operand<TFloat32> separableConv(
      Operand<TFloat32> x,
      ParameterValue depthwise,
      ParameterValue pointwise,
      ParameterValue bias,
      Conv window) {
    int filters = depthwise.shape().get(0) / channels(x);
    if (!fixed(depthwise, pointwise, bias) || filters == 1) {
      return conv(depthwiseConv(x, depthwise, window), pointwise, bias, Conv.kernel(1));
    }
    List<Operand<TFloat32>> parts = new ArrayList<>();
    for (int filter = 0; filter < filters; filter++) {
      parts.add(ops.depthwiseConv(x, one(depthwise, filters, filter), window));
    }
    return conv(ops.concat(parts), regrouped(pointwise, filters), bias, Conv.kernel(1));
  }

  /** Returns the filter of this number of each channel, {@code [C, 1, height, width]}. */
  private ParameterValue one(ParameterValue depthwise, int filters, int number) {
    List<Integer> shape = new ArrayList<>(depthwise.shape());
    int size = shape.get(2) * shape.get(3);
    shape.set(0, shape.get(0) / filters);
    return depthwise.derived(
        shape,
        all -> {
          float[] chosen = new float[all.length / filters];
          for (int i = 0; i < chosen.length; i++) {
            chosen[i] = all[(i / size * filters + number) * size + i % size];
          }
          return chosen;
        });
  }

  /** Returns a kernel of single pixels whose inputs are all first ones, then all second ones. */
  private ParameterValue regrouped(ParameterValue pointwise, int filters) {
    int inputs = pointwise.shape().get(1);
    int channels = inputs / filters;
    return pointwise.derived(
        pointwise.shape(),
        all -> {
          float[] values = new float[all.length];
          for (int i = 0; i < values.length; i++) {
            int input = i % inputs;
            values[i] = all[i - input + input % channels * filters + input / channels];
          }
          return values;
        });
  }

  @Override
  public Operand<TFloat32> maxPool(Operand<TFloat32> x, Conv window) {
    return ops.maxPool(x, window);
  }

  @Override
  public Operand<TFloat32> linear(Operand<TFloat32> x, ParameterValue weight) {
    return fixed(weight) ? ops.linear(x, weight, none(weight)) : plain.linear(x, weight);
  }

  /** Returns a bias of zeros. */
  private ParameterValue none(ParameterValue weight) {
    int outputs = weight.shape().get(0);
    return ParameterValue.fixed(tf(), Layout.SAME, List.of(outputs), new float[outputs]);
  }

  @Override
  public Operand<TFloat32> linear(Operand<TFloat32> x, ParameterValue weight, ParameterValue bias) {
    return fixed(weight, bias) ? ops.linear(x, weight, bias) : plain.linear(x, weight, bias);
  }

  @Override
  public Operand<TFloat32> layerNorm(
      Operand<TFloat32> x, ParameterValue weight, ParameterValue bias, double epsilon) {
    return fixed(weight, bias)
        ? ops.layerNorm(x, weight, bias, epsilon)
        : plain.layerNorm(x, weight, bias, epsilon);
  }

  @Override
  public Operand<TFloat32> attention(
      Operand<TFloat32> qkv, int heads, Optional<Operand<TFloat32>> bias) {
    return ops.attention(qkv, heads, bias);
  }

  @Override
  public Operand<TFloat32> selfAttention(
      Operand<TFloat32> x,
      ParameterValue in,
      ParameterValue inBias,
      ParameterValue out,
      ParameterValue outBias,
      int heads,
      Optional<Operand<TFloat32>> bias) {
    if (!canHalve(heads, in, inBias, out, outBias)) {
      return Kernels.super.selfAttention(x, in, inBias, out, outBias, heads, bias);
    }
    int depth = in.shape().get(1) / heads;
    return halves(
        heads,
        out,
        outBias,
        depth,
        (from, to) -> {
          ParameterValue weight = in.outputs(3, from * depth, to * depth);
          ParameterValue offset = inBias.outputs(3, from * depth, to * depth);
          return attention(
              linear(x, weight, offset), to - from, bias.map(all -> heads(all, from, to)));
        });
  }

  private Operand<TFloat32> heads(Operand<TFloat32> bias, int from, int to) {
    int[] begin = {0, from, 0};
    int[] size = {-1, to - from, -1};
    return tf().slice(bias, tf().constant(begin), tf().constant(size));
  }

  @Override
  public Operand<TFloat32> feedForward(
      Activation between,
      Operand<TFloat32> x,
      ParameterValue in,
      ParameterValue inBias,
      ParameterValue out,
      ParameterValue outBias) {
    int hidden = in.shape().get(0);
    if (!canHalve(hidden, in, inBias, out, outBias)) {
      return Kernels.super.feedForward(between, x, in, inBias, out, outBias);
    }
    return halves(
        hidden,
        out,
        outBias,
        1,
        (from, to) -> {
          ParameterValue weight = in.outputs(1, from, to);
          return between.of(this, linear(x, weight, inBias.outputs(1, from, to)));
        });
  }

  private boolean canHalve(int parts, ParameterValue... values) {
    return halves && parts > 1 && fixed(values);
  }

  /** What a half computes before its last linear layer. */
  private interface Half {
    Operand<TFloat32> of(int from, int to);
  }

  /** Returns the sum of two halves, each with its part of the inputs of the last linear layer. */
  private Operand<TFloat32> halves(
      int parts, ParameterValue weight, ParameterValue bias, int width, Half half) {
    int middle = parts / 2;
    var first = linear(half.of(0, middle), weight.inputs(0, middle * width), bias);
    var second = linear(half.of(middle, parts), weight.inputs(middle * width, parts * width));
    return ops.halves(first, second);
  }

  @Override
  public Operand<TFloat32> products(Operand<TFloat32> x) {
    return ops.products(x);
  }

  private static boolean fixed(ParameterValue... values) {
    return List.of(values).stream().allMatch(ParameterValue::isFixed);
  }
}
