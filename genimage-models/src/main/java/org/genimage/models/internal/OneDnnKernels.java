package org.genimage.models.internal;

import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Optional;
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

  private OneDnnKernels(OneDnnOps ops, Kernels plain) {
    this.ops = ops;
    this.plain = plain;
  }

  static OneDnnKernels float32(Ops tf) {
    return new OneDnnKernels(new OneDnnOps(tf, false), Kernels.plain(tf, Purpose.SCORING));
  }

  /** Returns kernels with bfloat16 for what convolutions and matrix products see and give. */
  static OneDnnKernels bfloat16(Ops tf) {
    return new OneDnnKernels(new OneDnnOps(tf, true), Kernels.plain(tf, Purpose.SCORING));
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
  public Operand<TFloat32> conv(
      Operand<TFloat32> x, ParameterValue kernel, ParameterValue bias, Conv window) {
    return fixed(kernel, bias)
        ? ops.conv(x, kernel, bias, window)
        : plain.conv(x, kernel, bias, window);
  }

  @Override
  public Operand<TFloat32> depthwiseConv(Operand<TFloat32> x, ParameterValue kernel) {
    return fixed(kernel) ? ops.depthwiseConv(x, kernel) : plain.depthwiseConv(x, kernel);
  }

  @Override
  public Operand<TFloat32> maxPool(Operand<TFloat32> x, Conv window) {
    return ops.maxPool(x, window);
  }

  @Override
  public Operand<TFloat32> linear(Operand<TFloat32> x, ParameterValue weight) {
    int outputs = weight.shape().get(0);
    ParameterValue none =
        ParameterValue.fixed(tf(), Layout.SAME, List.of(outputs), new float[outputs]);
    return fixed(weight) ? ops.linear(x, weight, none) : plain.linear(x, weight);
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
  public Operand<TFloat32> products(Operand<TFloat32> x) {
    return ops.products(x);
  }

  private static boolean fixed(ParameterValue... values) {
    return List.of(values).stream().allMatch(value -> value.numbers().isPresent());
  }
}
