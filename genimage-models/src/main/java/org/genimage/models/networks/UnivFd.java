package org.genimage.models.networks;

import static com.google.common.base.Preconditions.checkArgument;
import static org.genimage.models.nn.Layers.add;
import static org.genimage.models.nn.Layers.conv;
import static org.genimage.models.nn.Layers.linear;
import static org.genimage.models.nn.Transformers.declareAttention;
import static org.genimage.models.nn.Transformers.declareMlp;
import static org.genimage.models.nn.Transformers.layerNorm;
import static org.genimage.models.nn.Transformers.mlp;
import static org.genimage.models.nn.Transformers.patches;
import static org.genimage.models.nn.Transformers.selfAttention;

import java.util.List;
import java.util.Optional;
import org.genimage.models.nn.Activation;
import org.genimage.models.nn.AttentionKeys;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.Layout;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * UnivFD, Ojha, Li and Lee 2023: a linear layer on what the image tower of CLIP (Radford et al.
 * 2021) says of an image, and training changes that layer alone. Keys are OpenAI's for the tower,
 * below {@code visual}, and the authors' for the head, {@code fc}; shapes are those of ViT-L/14.
 * First values of a tower from scratch are N(0, 0.02^2), not the laws of CLIP's own training: the
 * method needs CLIP's published weights.
 *
 * @param patch side of a patch
 * @param width channels of a token
 * @param depth number of blocks
 * @param heads attention heads of a block
 * @param features channels of what the tower gives
 * @param outputs number of logits
 */
public record UnivFd(int patch, int width, int depth, int heads, int features, int outputs)
    implements Network {

  private static final double EPSILON = 1e-5;
  private static final double DEVIATION = 0.02;

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if a number is not positive, or the heads do not divide the
   *     width
   */
  public UnivFd {
    checkArgument(
        patch > 0
            && width > 0
            && depth > 0
            && heads > 0
            && features > 0
            && outputs > 0
            && width % heads == 0,
        "CLIP's tower needs positive sizes and heads that divide the width, got patch %s, width %s,"
            + " depth %s, heads %s, features %s, outputs %s",
        patch,
        width,
        depth,
        heads,
        features,
        outputs);
  }

  /** Returns the same network with another number of blocks. */
  public UnivFd depth(int blocks) {
    return new UnivFd(patch, width, blocks, heads, features, outputs);
  }

  @Override
  public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) { // [N, 224, 224, 3]
    var x = scope.at("features").output(tower(scope.at("visual"), images)); // [N, 768]
    return linear(scope.at("fc"), x, outputs, Init.normal(DEVIATION)); // [N, outputs]
  }

  @Override
  public List<String> head() {
    return List.of("fc.");
  }

  private Operand<TFloat32> tower(ModelScope scope, Operand<TFloat32> images) {
    Ops tf = scope.tf();
    Init init = Init.normal(DEVIATION);
    int patches = Math.toIntExact(patches(images, patch));
    var token = scope.parameter("class_embedding", Layout.SAME, init, width);
    var positions = scope.parameter("positional_embedding", Layout.SAME, init, patches + 1, width);
    var projection = scope.parameter("proj", Layout.SAME, init, width, features); // [1024, 768]
    var embed = scope.at("conv1");
    var x = conv(embed, images, width, new Conv(patch, patch, 0), init);
    x = embed.output(tf.reshape(x, tf.array(-1, patches, width))); // [N, 256, 1024]
    // The class token is added to a token of zeros: BroadcastTo has no gradient.
    var first = pad(tf, tf.reshape(token, tf.array(1, width)), 0, patches); // [257, 1024]
    x = tf.math.add(padTokens(tf, x), tf.math.add(first, positions));
    x = scope.at("tokens").output(x); // [N, 257, 1024]
    x = layerNorm(scope.at("ln_pre"), x, EPSILON);
    for (int i = 0; i < depth; i++) {
      x = block(scope.at("transformer").at("resblocks").at(i), x);
    }
    x = tf.stridedSlice(x, Indices.all(), Indices.at(0)); // [N, 1024]
    x = layerNorm(scope.at("ln_post"), x, EPSILON);
    return tf.linalg.matMul(x, projection); // [N, 768]
  }

  private Operand<TFloat32> block(ModelScope scope, Operand<TFloat32> tokens) {
    ModelScope attention = scope.at("attn");
    ModelScope hidden = scope.at("mlp");
    // Checkpoints list a block's attention before the norm that comes before it.
    declareAttention(attention, width, AttentionKeys.IN_PROJ);
    var x = layerNorm(scope.at("ln_1"), tokens, EPSILON);
    x = selfAttention(attention, x, heads, AttentionKeys.IN_PROJ, Optional.empty());
    var attended = add(scope, tokens, x);
    declareMlp(hidden.at("c_fc"), hidden.at("c_proj"), width);
    x = layerNorm(scope.at("ln_2"), attended, EPSILON);
    x = mlp(hidden, hidden.at("c_fc"), hidden.at("c_proj"), x, Activation.QUICK_GELU);
    return scope.output(add(scope, attended, x));
  }

  private static Operand<TFloat32> pad(Ops tf, Operand<TFloat32> x, int before, int after) {
    return tf.pad(x, tf.constant(new int[][] {{before, after}, {0, 0}}), tf.constant(0f));
  }

  /** Puts a token of zeros before the others. */
  private static Operand<TFloat32> padTokens(Ops tf, Operand<TFloat32> x) {
    return tf.pad(x, tf.constant(new int[][] {{0, 0}, {1, 0}, {0, 0}}), tf.constant(0f));
  }
}
