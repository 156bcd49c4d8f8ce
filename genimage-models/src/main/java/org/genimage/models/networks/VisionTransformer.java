package org.genimage.models.networks;

import static com.google.common.base.Preconditions.checkArgument;
import static org.genimage.models.nn.Layers.add;
import static org.genimage.models.nn.Layers.dropPath;
import static org.genimage.models.nn.Transformers.layerNorm;
import static org.genimage.models.nn.Transformers.linear;
import static org.genimage.models.nn.Transformers.mlp;
import static org.genimage.models.nn.Transformers.patchEmbedding;
import static org.genimage.models.nn.Transformers.selfAttention;

import java.util.List;
import java.util.Optional;
import org.genimage.models.nn.Activation;
import org.genimage.models.nn.AttentionKeys;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.Layout;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * An image is worth 16x16 words, Dosovitskiy et al. 2021, with the sizes of data-efficient image
 * transformers, Touvron et al. 2021, table 1, without distillation. Keys are timm's; shapes are
 * those of a 224-pixel input and DeiT-S.
 *
 * <p>Networks of one's own change a part of it: {@code new VisionTransformer(16, 192, 12, 3,
 * 2).activation(Activation.QUICK_GELU).normFirst(true)}.
 *
 * @param patch side of a patch
 * @param width channels of a token
 * @param depth number of blocks
 * @param heads attention heads of a block
 * @param outputs number of logits
 * @param activation of the MLPs
 * @param normFirst whether a layer norm, {@code norm_pre}, comes before the blocks, as in CLIP
 * @param attention how the checkpoint spells the parameters of attention
 * @param epsilon added to the variance by every layer norm
 * @param tokenDeviation standard deviation of the class token at first
 */
public record VisionTransformer(
    int patch,
    int width,
    int depth,
    int heads,
    int outputs,
    Activation activation,
    boolean normFirst,
    AttentionKeys attention,
    double epsilon,
    double tokenDeviation)
    implements Network {

  private static final double DEVIATION = 0.02;

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if a number is not positive, or the heads do not divide the
   *     width
   */
  public VisionTransformer {
    checkArgument(
        patch > 0 && width > 0 && depth > 0 && heads > 0 && outputs > 0 && width % heads == 0,
        "a vision transformer needs positive sizes and heads that divide the width, got patch %s,"
            + " width %s, depth %s, heads %s, outputs %s",
        patch,
        width,
        depth,
        heads,
        outputs);
  }

  /** Returns the network of the paper with timm's keys: GELU, no layer norm before the blocks. */
  public VisionTransformer(int patch, int width, int depth, int heads, int outputs) {
    this(
        patch,
        width,
        depth,
        heads,
        outputs,
        Activation.GELU,
        false,
        AttentionKeys.QKV,
        1e-6,
        DEVIATION);
  }

  /** Returns the same network with another number of blocks. */
  public VisionTransformer depth(int blocks) {
    return new VisionTransformer(
        patch,
        width,
        blocks,
        heads,
        outputs,
        activation,
        normFirst,
        attention,
        epsilon,
        tokenDeviation);
  }

  /** Returns the same network with another non-linearity in its MLPs. */
  public VisionTransformer activation(Activation other) {
    return new VisionTransformer(
        patch, width, depth, heads, outputs, other, normFirst, attention, epsilon, tokenDeviation);
  }

  /** Returns the same network with or without a layer norm before the blocks. */
  public VisionTransformer normFirst(boolean first) {
    return new VisionTransformer(
        patch, width, depth, heads, outputs, activation, first, attention, epsilon, tokenDeviation);
  }

  /** Returns the same network with other keys for the parameters of attention. */
  public VisionTransformer attention(AttentionKeys keys) {
    return new VisionTransformer(
        patch, width, depth, heads, outputs, activation, normFirst, keys, epsilon, tokenDeviation);
  }

  /** Returns the same network with another epsilon of its layer norms. */
  public VisionTransformer epsilon(double added) {
    return new VisionTransformer(
        patch,
        width,
        depth,
        heads,
        outputs,
        activation,
        normFirst,
        attention,
        added,
        tokenDeviation);
  }

  /**
   * Returns the same network with another standard deviation of the class token at first: 0.02 is
   * that of DeiT's release, 1e-6 that of later versions of timm.
   */
  public VisionTransformer tokenDeviation(double deviation) {
    return new VisionTransformer(
        patch, width, depth, heads, outputs, activation, normFirst, attention, epsilon, deviation);
  }

  @Override
  public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) { // [N, 224, 224, 3]
    return linear(scope.at("head"), features(scope, images), outputs); // [N, outputs]
  }

  /**
   * Adds all but the last layer.
   *
   * @param scope the network's root
   * @param images {@code [N, side, side, 3]}
   * @return the class token after the layer norm at the end, {@code [N, width]}
   */
  public Operand<TFloat32> features(ModelScope scope, Operand<TFloat32> images) {
    var x = layerNorm(scope.at("norm"), tokens(scope, images), epsilon);
    var first = scope.tf().stridedSlice(x, Indices.all(), Indices.at(0));
    return scope.at("pooled").output(first); // [N, 384]
  }

  /**
   * Adds all before the layer norm at the end.
   *
   * @param scope the network's root
   * @param images {@code [N, side, side, 3]}
   * @return the class token and one token for each patch, {@code [N, 1 + patches, width]}
   */
  public Operand<TFloat32> tokens(ModelScope scope, Operand<TFloat32> images) { // [N, 224, 224, 3]
    Ops tf = scope.tf();
    Init init = Init.truncatedNormal(DEVIATION);
    int patches = Math.toIntExact(images.shape().get(1) / patch * (images.shape().get(2) / patch));
    Init first = Init.truncatedNormal(tokenDeviation);
    var token = scope.parameter("cls_token", Layout.SAME, first, 1, 1, width);
    var positions = scope.parameter("pos_embed", Layout.SAME, init, 1, patches + 1, width);
    var embed = scope.at("patch_embed");
    var x = embed.output(patchEmbedding(embed.at("proj"), images, patch, width)); // [N, 196, 384]
    // The class token is added to a token of zeros: BroadcastTo has no gradient.
    x = tf.math.add(pad(tf, x, 1, 0), tf.math.add(pad(tf, token, 0, patches), positions));
    x = scope.at("tokens").output(x); // [N, 197, 384]
    if (normFirst) {
      x = layerNorm(scope.at("norm_pre"), x, epsilon);
    }
    for (int i = 0; i < depth; i++) {
      x = block(scope.at("blocks").at(i), x, scope.drop().path(i, depth));
    }
    return x;
  }

  @Override
  public List<String> head() {
    return List.of("head.");
  }

  private Operand<TFloat32> block(ModelScope scope, Operand<TFloat32> tokens, double drop) {
    var x = layerNorm(scope.at("norm1"), tokens, epsilon);
    x = selfAttention(scope.at("attn"), x, heads, attention, Optional.empty());
    var attended = add(scope, tokens, dropPath(scope.at("drop_path1"), x, drop));
    x = mlp(scope.at("mlp"), layerNorm(scope.at("norm2"), attended, epsilon), activation);
    return scope.output(add(scope, attended, dropPath(scope.at("drop_path2"), x, drop)));
  }

  private static Operand<TFloat32> pad(Ops tf, Operand<TFloat32> x, int before, int after) {
    return tf.pad(x, tf.constant(new int[][] {{0, 0}, {before, after}, {0, 0}}), tf.constant(0f));
  }
}
