package org.genimage.models.nn;

import static org.genimage.models.nn.Layers.channels;

import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.StridedSlice;
import org.tensorflow.op.math.Mean;
import org.tensorflow.op.nn.Conv2d;
import org.tensorflow.op.nn.DepthwiseConv2dNative;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.TFloat32;

/**
 * Kernels of TensorFlow's public ops.
 *
 * @param differentiable whether every op must have a gradient
 */
record PlainKernels(Ops tf, CustomGradients gradients, boolean differentiable) implements Kernels {

  @Override
  public Operand<TFloat32> relu(Operand<TFloat32> x) {
    return tf.nn.relu(x);
  }

  @Override
  public Operand<TFloat32> gelu(Operand<TFloat32> x) {
    var erf = tf.math.erf(tf.math.mul(x, tf.constant((float) Math.sqrt(0.5))));
    return tf.math.mul(tf.math.mul(x, tf.constant(0.5f)), tf.math.add(erf, tf.constant(1f)));
  }

  @Override
  public Operand<TFloat32> add(Operand<TFloat32> x, Operand<TFloat32> y) {
    return tf.math.add(x, y);
  }

  @Override
  public Operand<TFloat32> conv(Operand<TFloat32> x, Operand<TFloat32> kernel, Conv window) {
    if (differentiable && window.kernel() == 1 && window.padding() == 0) {
      return product(x, kernel, window.stride());
    }
    if (differentiable && channels(x) % 2 == 1) {
      return conv(oneMore(x, 3), oneMore(kernel, 2), window);
    }
    List<Long> strides = window.strides();
    if (window.same()) {
      return tf.nn.conv2d(x, kernel, strides, "SAME");
    }
    if (window.padding() == 0) {
      return tf.nn.conv2d(x, kernel, strides, "VALID");
    }
    if (differentiable) {
      // TensorFlow's C++ gradient drops explicit_paddings.
      return tf.nn.conv2d(window.pad(tf, x, 0), kernel, strides, "VALID");
    }
    return tf.nn.conv2d(
        x, kernel, strides, "EXPLICIT", Conv2d.explicitPaddings(window.explicitPadding()));
  }

  /**
   * Returns a convolution of single pixels as a matrix product. The gradient of the convolution by
   * oneDNN 3.5 is wrong for some numbers of channels on processors with AVX-512.
   */
  private Operand<TFloat32> product(Operand<TFloat32> x, Operand<TFloat32> kernel, int stride) {
    Operand<TFloat32> pixels = stride == 1 ? x : everyPixel(x, stride);
    int inputs = channels(x);
    int outputs = channels(kernel);
    var rows = tf.reshape(pixels, tf.array(-1, inputs));
    var products = tf.linalg.matMul(rows, tf.reshape(kernel, tf.array(inputs, outputs)));
    return Shapes.images(tf, products, Shapes.sides(tf, pixels), outputs);
  }

  /** Returns every stride-th row and column. */
  private Operand<TFloat32> everyPixel(Operand<TFloat32> x, int stride) {
    var none = tf.array(0, 0, 0, 0);
    var steps = tf.array(1, stride, stride, 1);
    return tf.stridedSlice(
        x, none, none, steps, StridedSlice.beginMask(15L), StridedSlice.endMask(15L));
  }

  /**
   * Returns x with zeros behind its last entry of an axis. In mixed precision oneDNN 3.5 takes
   * channels in pairs, and fills the last pair's other half with numbers that are not zero.
   */
  private Operand<TFloat32> oneMore(Operand<TFloat32> x, int axis) {
    int[][] paddings = new int[x.shape().numDimensions()][2];
    paddings[axis][1] = 1;
    return tf.pad(x, tf.constant(paddings), tf.constant(0f));
  }

  @Override
  public Operand<TFloat32> conv(
      Operand<TFloat32> x, ParameterValue kernel, ParameterValue bias, Conv window) {
    return tf.nn.biasAdd(conv(x, kernel.operand(), window), bias.operand());
  }

  @Override
  public Operand<TFloat32> depthwiseConv(Operand<TFloat32> x, ParameterValue kernel, Conv window) {
    int channels = channels(x);
    int filters = kernel.shape().get(0) / channels;
    Operand<TFloat32> all = kernel.operand(); // [side, side, M * C, 1]
    Operand<TFloat32> each =
        filters == 1
            ? all
            : tf.reshape(all, tf.array(window.kernel(), window.kernel(), channels, filters));
    List<Long> strides = window.strides();
    if (window.same() || window.padding() == 0) {
      return tf.nn.depthwiseConv2dNative(x, each, strides, window.same() ? "SAME" : "VALID");
    }
    // Its gradient, unlike that of the dense convolution, keeps explicit paddings.
    return tf.nn.depthwiseConv2dNative(
        x,
        each,
        strides,
        "EXPLICIT",
        DepthwiseConv2dNative.explicitPaddings(window.explicitPadding()));
  }

  @Override
  public Operand<TFloat32> maxPool(Operand<TFloat32> x, Conv window) {
    boolean same = window.same(x.shape().get(1)) && window.same(x.shape().get(2));
    Operand<TFloat32> padded =
        same || window.padding() == 0 ? x : window.pad(tf, x, Float.NEGATIVE_INFINITY);
    // tf.nn.maxPool makes MaxPoolV2, which TensorFlow does not leave to oneDNN.
    return tf.scope()
        .opBuilder("MaxPool", "MaxPool")
        .addInput(padded.asOutput())
        .setAttr("ksize", new long[] {1, window.kernel(), window.kernel(), 1})
        .setAttr("strides", new long[] {1, window.stride(), window.stride(), 1})
        .setAttr("padding", same ? "SAME" : "VALID")
        .build()
        .output(0);
  }

  @Override
  public Operand<TFloat32> linear(Operand<TFloat32> x, ParameterValue weight) {
    return Shapes.unflatten(tf, tf.linalg.matMul(Shapes.flatten(tf, x), weight.operand()), x);
  }

  @Override
  public Operand<TFloat32> linear(Operand<TFloat32> x, ParameterValue weight, ParameterValue bias) {
    var product = tf.linalg.matMul(Shapes.flatten(tf, x), weight.operand());
    return Shapes.unflatten(tf, tf.nn.biasAdd(product, bias.operand()), x);
  }

  @Override
  public Operand<TFloat32> layerNorm(
      Operand<TFloat32> x, ParameterValue weight, ParameterValue bias, double epsilon) {
    var last = tf.constant(-1);
    var centred = tf.math.sub(x, tf.math.mean(x, last, Mean.keepDims(true)));
    var variance = tf.math.mean(tf.math.square(centred), last, Mean.keepDims(true));
    var scale = tf.math.rsqrt(tf.math.add(variance, tf.constant((float) epsilon)));
    return tf.math.add(tf.math.mul(tf.math.mul(centred, scale), weight.operand()), bias.operand());
  }

  @Override
  public Operand<TFloat32> attention(
      Operand<TFloat32> qkv, int heads, Optional<Operand<TFloat32>> bias) {
    var parts = Shapes.heads(tf, qkv, heads); // [N, h, L, d] each
    Operand<TFloat32> scores =
        tf.train.batchMatMul(
            parts.get(0), parts.get(1), TFloat32.class, BatchMatMul.adjY(true)); // [N, h, L, L]
    var weights = tf.nn.softmax(bias.map(b -> Shapes.addGroups(tf, scores, b)).orElse(scores));
    var attended = tf.train.batchMatMul(weights, parts.get(2), TFloat32.class); // [N, h, L, d]
    return Shapes.joined(tf, attended, qkv.shape().get(1), channels(qkv) / 3);
  }

  @Override
  public Operand<TFloat32> products(Operand<TFloat32> x) {
    return tf.train.batchMatMul(x, x, TFloat32.class, BatchMatMul.adjX(true));
  }
}
