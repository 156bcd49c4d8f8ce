package org.genimage.models.nn;

import static com.google.common.base.Preconditions.checkArgument;
import static org.genimage.models.nn.Layers.channels;

import java.util.Arrays;
import java.util.Optional;
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
    Conv window = new Conv(patch, patch, 0);
    var x = Layers.biasedConv(scope, images, width, window);
    return tf.reshape(x, tf.array(-1, height / patch * (breadth / patch), width));
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
    Parameter weights = scope.trained("weight", Layout.SAME, Init.ONES, channels(x));
    Parameter biases = scope.trained("bias", Layout.SAME, Init.ZEROS, channels(x));
    if (scope.mode().fuses()) {
      return scope.output(
          Fused.in(scope).layerNorm(x, scope.numbers(weights), scope.numbers(biases), epsilon));
    }
    var weight = scope.value(weights);
    var bias = scope.value(biases);
    if (scope.derivatives().listens()) {
      return scope.output(TransformerRules.in(scope).layerNorm(x, weight, bias, epsilon));
    }
    return scope.output(layerNorm(tf, x, weight, bias, epsilon));
  }

  static Operand<TFloat32> layerNorm(
      Ops tf,
      Operand<TFloat32> x,
      Operand<TFloat32> weight,
      Operand<TFloat32> bias,
      double epsilon) {
    var last = tf.constant(-1);
    var centred = tf.math.sub(x, tf.math.mean(x, last, Mean.keepDims(true)));
    var variance = tf.math.mean(tf.math.square(centred), last, Mean.keepDims(true));
    var scale = tf.math.rsqrt(tf.math.add(variance, tf.constant((float) epsilon)));
    return tf.math.add(tf.math.mul(tf.math.mul(centred, scale), weight), bias);
  }

  /** Returns x times the normal distribution function of x, exactly, not by tanh. */
  public static Operand<TFloat32> gelu(ModelScope scope, Operand<TFloat32> x) {
    return scope.mode().fuses()
        ? Fused.in(scope).gelu(x).orElseGet(() -> composedGelu(scope.tf(), x))
        : composedGelu(scope.tf(), x);
  }

  private static Operand<TFloat32> composedGelu(Ops tf, Operand<TFloat32> x) {
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
    Parameter weights = weight(scope, channels(x), outputs);
    Parameter biases = scope.trained("bias", Layout.SAME, Init.ZEROS, outputs);
    if (scope.mode().fuses()) {
      return Fused.in(scope)
          .linear(x, scope.numbers(weights), weights.shape(), scope.numbers(biases));
    }
    return linear(scope, x, scope.value(weights), scope.value(biases));
  }

  private static Operand<TFloat32> linear(
      ModelScope scope, Operand<TFloat32> x, Operand<TFloat32> weight, Operand<TFloat32> bias) {
    Ops tf = scope.tf();
    var rows = flatten(tf, x);
    var sums =
        scope.derivatives().listens()
            ? TransformerRules.in(scope).linear(rows, weight, bias)
            : tf.nn.biasAdd(tf.linalg.matMul(rows, weight), bias);
    return unflatten(tf, sums, x);
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
    if (scope.mode().fuses()) {
      Parameter weights = weight(scope, channels(x), outputs);
      return Fused.in(scope).linear(x, scope.numbers(weights), weights.shape(), new float[outputs]);
    }
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
    return scope.value(weight(scope, inputs, outputs));
  }

  private static Parameter weight(ModelScope scope, int inputs, int outputs) {
    return scope.trained("weight", Layout.LINEAR, WEIGHTS, outputs, inputs);
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
   * @param bias {@code [groups, heads, L * L]}, query by key, added before the softmax, the first
   *     group to the first tokens and so on, again and again; groups divides N
   * @return {@code [N, L, C]}
   */
  public static Operand<TFloat32> selfAttention(
      ModelScope scope, Operand<TFloat32> x, int heads, Optional<Operand<TFloat32>> bias) {
    Ops tf = scope.tf();
    int width = channels(x);
    int depth = width / heads;
    if (scope.mode().fuses()) {
      var qkv = scaledQueries(scope.at("qkv"), x, (float) (1 / Math.sqrt(depth)));
      var heard = Fused.in(scope).attention(qkv, heads, bias);
      return scope.output(linear(scope.at("proj"), heard, width));
    }
    long length = x.shape().get(1);
    boolean told = scope.derivatives().listens();
    var qkv =
        told
            ? scaledLinear(
                scope.at("qkv"), x, 3 * width, factors(width, depth), factors(width, depth))
            : linear(scope.at("qkv"), x, 3 * width); // [N, L, 3 * C]
    var split = tf.reshape(qkv, tf.array(-1, length, 3, heads, depth));
    var parts =
        tf.unstack(tf.linalg.transpose(split, tf.array(2, 0, 3, 1, 4)), 3L)
            .output(); // [N, h, L, d]
    if (told) {
      var heard =
          TransformerRules.in(scope).attention(parts.get(0), parts.get(1), parts.get(2), bias);
      return scope.output(linear(scope.at("proj"), joined(tf, heard, length, width), width));
    }
    var query = tf.math.mul(parts.get(0), tf.constant((float) (1 / Math.sqrt(depth))));
    Operand<TFloat32> scores =
        tf.train.batchMatMul(query, parts.get(1), TFloat32.class, BatchMatMul.adjY(true));
    var weights =
        tf.nn.softmax(bias.map(b -> addGroups(tf, scores, b)).orElse(scores)); // [N, h, L, L]
    var heard = tf.train.batchMatMul(weights, parts.get(2), TFloat32.class); // [N, h, L, d]
    return scope.output(linear(scope.at("proj"), joined(tf, heard, length, width), width));
  }

  private static Operand<TFloat32> joined(Ops tf, Operand<TFloat32> heard, long length, int width) {
    return tf.reshape(
        tf.linalg.transpose(heard, tf.array(0, 2, 1, 3)), tf.array(-1, length, width));
  }

  /** A scale for the queries, none for keys and values. */
  private static float[] factors(int width, int depth) {
    float[] factors = new float[3 * width];
    Arrays.fill(factors, 1);
    Arrays.fill(factors, 0, width, (float) (1 / Math.sqrt(depth)));
    return factors;
  }

  /** A linear layer whose outputs are scaled by scaling its parameters, which are fewer. */
  private static Operand<TFloat32> scaledLinear(
      ModelScope scope, Operand<TFloat32> x, int outputs, float[] weights, float[] biases) {
    Ops tf = scope.tf();
    var weight = scope.value(weight(scope, channels(x), outputs));
    var bias = scope.value(scope.trained("bias", Layout.SAME, Init.ZEROS, outputs));
    return linear(
        scope,
        x,
        tf.math.mul(weight, tf.constant(weights)),
        tf.math.mul(bias, tf.constant(biases)));
  }

  /** The linear layer of queries, keys and values, with the queries' scale in its numbers. */
  private static Operand<TFloat32> scaledQueries(
      ModelScope scope, Operand<TFloat32> x, float scale) {
    int width = channels(x);
    Parameter weights = weight(scope, width, 3 * width);
    float[] weight = scope.numbers(weights).clone();
    float[] bias = scope.numbers(scope.trained("bias", Layout.SAME, Init.ZEROS, 3 * width)).clone();
    for (int i = 0; i < width * width; i++) {
      weight[i] *= scale;
    }
    for (int i = 0; i < width; i++) {
      bias[i] *= scale;
    }
    return Fused.in(scope).linear(x, weight, weights.shape(), bias);
  }

  static Operand<TFloat32> addGroups(Ops tf, Operand<TFloat32> scores, Operand<TFloat32> bias) {
    long[] from = scores.shape().asArray();
    long[] to = bias.shape().asArray();
    var grouped = tf.reshape(scores, tf.array(-1, to[0], to[1], to[2]));
    return tf.reshape(tf.math.add(grouped, bias), tf.array(-1, from[1], from[2], from[3]));
  }

  /**
   * Returns two linear layers with GELU between them and four times the channels.
   *
   * @param scope the block's place and the output's; its layers are {@code fc1} and {@code fc2}
   * @param x {@code [N, L, C]}
   * @return {@code [N, L, C]}
   */
  public static Operand<TFloat32> mlp(ModelScope scope, Operand<TFloat32> x) {
    if (scope.derivatives().listens()) {
      float[] half = {(float) Math.sqrt(0.5)};
      var scaled = scaledLinear(scope.at("fc1"), x, MLP_RATIO * channels(x), half, half);
      var twice = TransformerRules.in(scope).scaledGelu(scaled);
      return scope.output(scaledLinear(scope.at("fc2"), twice, channels(x), half, new float[] {1}));
    }
    var hidden = gelu(scope, linear(scope.at("fc1"), x, MLP_RATIO * channels(x)));
    return scope.output(linear(scope.at("fc2"), hidden, channels(x)));
  }
}
