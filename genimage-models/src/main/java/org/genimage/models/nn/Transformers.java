package org.genimage.models.nn;

import static com.google.common.base.Preconditions.checkArgument;
import static org.genimage.models.nn.Layers.channels;

import java.util.Arrays;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The layers of vision transformers, over tokens {@code [N, L, C]}: N images or windows of L tokens
 * with C channels. Weights of linear layers are N(0, 0.02) at first, biases 0.
 */
public final class Transformers {

  static final Init WEIGHTS = Init.truncatedNormal(0.02);

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
    long patches = patches(images, patch);
    Conv window = new Conv(patch, patch, 0);
    var x = Layers.biasedConv(scope, images, width, window);
    return tf.reshape(x, tf.array(-1, patches, width));
  }

  /**
   * Returns into how many square patches images are cut.
   *
   * @param images {@code [N, H, W, C]}
   * @param patch side of a patch
   * @throws IllegalArgumentException if it does not divide H and W
   */
  public static long patches(Operand<TFloat32> images, int patch) {
    long height = images.shape().get(1);
    long breadth = images.shape().get(2);
    checkArgument(
        height % patch == 0 && breadth % patch == 0,
        "patches of side %s need images of a multiple of it, got %sx%s",
        patch,
        breadth,
        height);
    return height / patch * (breadth / patch);
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
    ParameterValue weight = scope.weight("weight", Layout.SAME, Init.ONES, channels(x));
    ParameterValue bias = scope.weight("bias", Layout.SAME, Init.ZEROS, channels(x));
    return scope.output(scope.kernels().layerNorm(x, weight, bias, epsilon));
  }

  /** Returns x times the normal distribution function of x, exactly, not by tanh. */
  public static Operand<TFloat32> gelu(ModelScope scope, Operand<TFloat32> x) {
    return scope.kernels().gelu(x);
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
    ParameterValue weight = weight(scope, channels(x), outputs);
    return scope.kernels().linear(x, weight, bias(scope, outputs));
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
    return scope.kernels().linear(x, weight(scope, channels(x), outputs));
  }

  /**
   * Asks for the weight of a linear layer that is added later, where checkpoints list it before
   * entries that the graph asks for earlier.
   *
   * @param scope the layer's place
   * @param inputs number of inputs
   * @param outputs number of outputs
   */
  public static void declareWeight(ModelScope scope, int inputs, int outputs) {
    weight(scope, inputs, outputs);
  }

  /**
   * Asks for the parameters of multi-head self-attention that is added later, as {@link
   * #declareWeight} does.
   *
   * @param scope the layer's place
   * @param width channels of a token
   * @param keys how the checkpoint spells the parameters
   */
  public static void declareAttention(ModelScope scope, int width, AttentionKeys keys) {
    keys.projection(scope, width);
    declareLinear(scope.at(keys.output()), width, width);
  }

  /**
   * Asks for the parameters of an MLP that is added later, as {@link #declareWeight} does.
   *
   * @param first the place of the first layer
   * @param second the place of the second layer
   * @param width channels of a token
   */
  public static void declareMlp(ModelScope first, ModelScope second, int width) {
    declareLinear(first, width, MLP_RATIO * width);
    declareLinear(second, MLP_RATIO * width, width);
  }

  private static void declareLinear(ModelScope scope, int inputs, int outputs) {
    weight(scope, inputs, outputs);
    bias(scope, outputs);
  }

  private static ParameterValue weight(ModelScope scope, int inputs, int outputs) {
    return scope.weight("weight", Layout.LINEAR, WEIGHTS, outputs, inputs);
  }

  private static ParameterValue bias(ModelScope scope, int outputs) {
    return scope.weight("bias", Layout.SAME, Init.ZEROS, outputs);
  }

  /**
   * Returns multi-head self-attention (Vaswani et al. 2017): for each head softmax(q k / sqrt(d))
   * v, the heads' outputs side by side and projected. The keys are timm's.
   *
   * @param scope the layer's place and the output's
   * @param x {@code [N, L, C]}
   * @param heads number of heads, which divides C
   * @param bias {@code [groups, heads, L * L]}, query by key, added before the softmax, the first
   *     group to the first tokens and so on, again and again; groups divides N
   * @return {@code [N, L, C]}
   */
  public static Operand<TFloat32> selfAttention(
      ModelScope scope, Operand<TFloat32> x, int heads, Optional<Operand<TFloat32>> bias) {
    return selfAttention(scope, x, heads, AttentionKeys.QKV, bias);
  }

  /**
   * Returns multi-head self-attention whose parameters have other keys.
   *
   * @param scope the layer's place and the output's
   * @param x {@code [N, L, C]}
   * @param heads number of heads, which divides C
   * @param keys how the checkpoint spells the parameters
   * @param bias as above
   * @return {@code [N, L, C]}
   */
  public static Operand<TFloat32> selfAttention(
      ModelScope scope,
      Operand<TFloat32> x,
      int heads,
      AttentionKeys keys,
      Optional<Operand<TFloat32>> bias) {
    int width = channels(x);
    int depth = width / heads;
    AttentionKeys.Projection in = keys.projection(scope, width);
    // The queries' scale goes into the weights, which are fewer.
    float[] scales = new float[3 * width];
    Arrays.fill(scales, 1);
    Arrays.fill(scales, 0, width, (float) (1 / Math.sqrt(depth)));
    ModelScope out = scope.at(keys.output());
    return scope.output(
        scope
            .kernels()
            .selfAttention(
                x,
                in.weight().scaled(scales),
                in.bias().scaled(scales),
                weight(out, width, width),
                bias(out, width),
                heads,
                bias));
  }

  /**
   * Returns two linear layers with GELU between them and four times the channels.
   *
   * @param scope the block's place and the output's; its layers are {@code fc1} and {@code fc2}
   * @param x {@code [N, L, C]}
   * @return {@code [N, L, C]}
   */
  public static Operand<TFloat32> mlp(ModelScope scope, Operand<TFloat32> x) {
    return mlp(scope, x, Activation.GELU);
  }

  /**
   * Returns two linear layers with a non-linearity between them and four times the channels.
   *
   * @param scope the block's place and the output's; its layers are {@code fc1} and {@code fc2}
   * @param x {@code [N, L, C]}
   * @return {@code [N, L, C]}
   */
  public static Operand<TFloat32> mlp(
      ModelScope scope, Operand<TFloat32> x, Activation activation) {
    return mlp(scope, scope.at("fc1"), scope.at("fc2"), x, activation);
  }

  /**
   * Returns two linear layers with a non-linearity between them and four times the channels.
   *
   * @param scope the output's place
   * @param first the first layer's place
   * @param second the second layer's place
   * @param x {@code [N, L, C]}
   * @return {@code [N, L, C]}
   */
  public static Operand<TFloat32> mlp(
      ModelScope scope,
      ModelScope first,
      ModelScope second,
      Operand<TFloat32> x,
      Activation activation) {
    int width = channels(x);
    ParameterValue in = weight(first, width, MLP_RATIO * width);
    ParameterValue inBias = bias(first, MLP_RATIO * width);
    ParameterValue out = weight(second, MLP_RATIO * width, width);
    ParameterValue outBias = bias(second, width);
    return scope.output(scope.kernels().feedForward(activation, x, in, inBias, out, outBias));
  }
}
