package org.genimage.models.nn;

import static com.google.common.base.Preconditions.checkArgument;
import static org.genimage.models.nn.Layers.channels;

import java.util.List;
import java.util.function.UnaryOperator;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.math.Mean;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.TFloat32;

/**
 * The layers of vision transformers, over tokens {@code [N, L, C]}: N images or windows of L tokens
 * with C channels. Weights of linear layers are N(0, 0.02) at first, biases 0.
 */
public final class Transformers {

  private static final Init WEIGHTS = Init.truncatedNormal(0.02);

  /** Hidden channels of an MLP for each of its inputs. */
  private static final int MLP_RATIO = 4;

  private Transformers() {}

  /**
   * Cuts images into square patches, each a token: a convolution with bias that moves by its own
   * side, uniform at first as PyTorch's are.
   *
   * @param scope the convolution's place; its parameters are {@code weight} and {@code bias}
   * @param images {@code [N, H, W, C]}
   * @param patch side of a patch, which divides H and W
   * @param width channels of a token
   * @return {@code [N, H * W / patch^2, width]}, row by row
   */
  public static Operand<TFloat32> patchEmbedding(
      ModelScope scope, Operand<TFloat32> images, int patch, int width) {
    Ops tf = scope.tf();
    long height = images.shape().get(1);
    long breadth = images.shape().get(2);
    checkArgument(
        height % patch == 0 && breadth % patch == 0,
        "patches of side %s need images of a multiple of it, got %sx%s",
        patch,
        breadth,
        height);
    int inputs = channels(images);
    Init init = Init.uniform(inputs * patch * patch);
    var weight = scope.parameter("weight", Layout.CONV, init, width, inputs, patch, patch);
    var bias = scope.parameter("bias", Layout.SAME, init, width);
    var x = tf.nn.conv2d(images, weight, List.of(1L, (long) patch, (long) patch, 1L), "VALID");
    long tokens = height / patch * (breadth / patch);
    return tf.reshape(tf.nn.biasAdd(x, bias), tf.array(-1, tokens, width));
  }

  /**
   * Returns layer normalisation over the last axis (Ba et al. 2016), with the biased variance.
   *
   * @param scope the layer's place and the output's; its parameters are {@code weight} and {@code
   *     bias}
   * @param x of any rank
   * @param epsilon added to the variance: 1e-5 is PyTorch's default, 1e-6 that of many transformers
   */
  public static Operand<TFloat32> layerNorm(ModelScope scope, Operand<TFloat32> x, double epsilon) {
    Ops tf = scope.tf();
    var weight = scope.parameter("weight", Layout.SAME, Init.ONES, channels(x));
    var bias = scope.parameter("bias", Layout.SAME, Init.ZEROS, channels(x));
    var last = tf.constant(-1);
    var centred = tf.math.sub(x, tf.math.mean(x, last, Mean.keepDims(true)));
    var variance = tf.math.mean(tf.math.square(centred), last, Mean.keepDims(true));
    var scale = tf.math.rsqrt(tf.math.add(variance, tf.constant((float) epsilon)));
    var normal = tf.math.mul(centred, scale);
    return scope.output(tf.math.add(tf.math.mul(normal, weight), bias));
  }

  /** Returns x times the normal distribution function of x, exactly, not by tanh. */
  public static Operand<TFloat32> gelu(ModelScope scope, Operand<TFloat32> x) {
    Ops tf = scope.tf();
    var erf = tf.math.erf(tf.math.mul(x, tf.constant((float) Math.sqrt(0.5))));
    return tf.math.mul(tf.math.mul(x, tf.constant(0.5f)), tf.math.add(erf, tf.constant(1f)));
  }

  /**
   * Returns a linear layer with bias.
   *
   * @param scope the layer's place; its parameters are {@code weight} and {@code bias}
   * @param x {@code [N, ..., C]}
   * @param outputs number of outputs
   * @return {@code [N, ..., outputs]}
   */
  public static Operand<TFloat32> linear(ModelScope scope, Operand<TFloat32> x, int outputs) {
    Ops tf = scope.tf();
    var weight = linearWeight(scope, channels(x), outputs);
    var bias = scope.parameter("bias", Layout.SAME, Init.ZEROS, outputs);
    return unflatten(tf, tf.nn.biasAdd(tf.linalg.matMul(flatten(tf, x), weight), bias), x);
  }

  /**
   * Returns a linear layer without bias.
   *
   * @param scope the layer's place; its parameter is {@code weight}
   * @param x {@code [N, ..., C]}
   * @param outputs number of outputs
   * @return {@code [N, ..., outputs]}
   */
  public static Operand<TFloat32> projection(ModelScope scope, Operand<TFloat32> x, int outputs) {
    Ops tf = scope.tf();
    var weight = linearWeight(scope, channels(x), outputs);
    return unflatten(tf, tf.linalg.matMul(flatten(tf, x), weight), x);
  }

  /**
   * Returns the weight of a linear layer, for networks whose checkpoints list it before entries
   * that the graph asks for earlier.
   *
   * @param scope the layer's place
   * @param inputs number of inputs
   * @param outputs number of outputs
   */
  public static Operand<TFloat32> linearWeight(ModelScope scope, int inputs, int outputs) {
    return scope.parameter("weight", Layout.LINEAR, WEIGHTS, outputs, inputs);
  }

  /** A product of rank 2, since TensorFlow's is slow on higher ranks. */
  private static Operand<TFloat32> flatten(Ops tf, Operand<TFloat32> x) {
    return tf.reshape(x, tf.array(-1, channels(x)));
  }

  private static Operand<TFloat32> unflatten(
      Ops tf, Operand<TFloat32> rows, Operand<TFloat32> like) {
    long[] shape = like.shape().asArray();
    shape[0] = -1;
    shape[shape.length - 1] = channels(rows);
    return tf.reshape(rows, tf.array(shape));
  }

  /**
   * Returns multi-head self-attention (Vaswani et al. 2017): for each head softmax(q k / sqrt(d))
   * v, its outputs side by side and projected.
   *
   * @param scope the layer's place and the output's; its layers are {@code qkv}, whose outputs are
   *     all heads' q, then k, then v, and {@code proj}
   * @param x {@code [N, L, C]}
   * @param heads number of heads, which divides C
   * @param bias what happens to {@code [N, heads, L, L]}, query by key, before the softmax
   * @return {@code [N, L, C]}
   */
  public static Operand<TFloat32> selfAttention(
      ModelScope scope, Operand<TFloat32> x, int heads, UnaryOperator<Operand<TFloat32>> bias) {
    Ops tf = scope.tf();
    int width = channels(x);
    int depth = width / heads;
    long length = x.shape().get(1);
    var qkv = linear(scope.at("qkv"), x, 3 * width); // [N, L, 3 * C]
    var split = tf.reshape(qkv, tf.array(-1, length, 3, heads, depth));
    var parts =
        tf.unstack(tf.linalg.transpose(split, tf.array(2, 0, 3, 1, 4)), 3L)
            .output(); // [N, h, L, d]
    var query = tf.math.mul(parts.get(0), tf.constant((float) (1 / Math.sqrt(depth))));
    var scores = tf.train.batchMatMul(query, parts.get(1), TFloat32.class, BatchMatMul.adjY(true));
    var weights = tf.nn.softmax(bias.apply(scores)); // [N, h, L, L]
    var heard = tf.train.batchMatMul(weights, parts.get(2), TFloat32.class); // [N, h, L, d]
    var joined =
        tf.reshape(tf.linalg.transpose(heard, tf.array(0, 2, 1, 3)), tf.array(-1, length, width));
    return scope.output(linear(scope.at("proj"), joined, width));
  }

  /**
   * Returns two linear layers with GELU between them and four times the channels.
   *
   * @param scope the block's place and the output's; its layers are {@code fc1} and {@code fc2}
   * @param x {@code [N, L, C]}
   * @return {@code [N, L, C]}
   */
  public static Operand<TFloat32> mlp(ModelScope scope, Operand<TFloat32> x) {
    var hidden = gelu(scope, linear(scope.at("fc1"), x, MLP_RATIO * channels(x)));
    return scope.output(linear(scope.at("fc2"), hidden, channels(x)));
  }
}
