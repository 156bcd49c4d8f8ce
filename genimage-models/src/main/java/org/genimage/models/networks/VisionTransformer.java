package org.genimage.models.networks;

import static org.genimage.models.nn.Layers.add;
import static org.genimage.models.nn.Layers.dropPath;
import static org.genimage.models.nn.Transformers.layerNorm;
import static org.genimage.models.nn.Transformers.linear;
import static org.genimage.models.nn.Transformers.mlp;
import static org.genimage.models.nn.Transformers.patchEmbedding;
import static org.genimage.models.nn.Transformers.selfAttention;

import java.util.List;
import java.util.Optional;
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
 * @param patch side of a patch
 * @param width channels of a token
 * @param depth number of blocks
 * @param heads attention heads of a block
 * @param outputs number of logits
 */
public record VisionTransformer(int patch, int width, int depth, int heads, int outputs)
    implements Network {

  private static final double EPSILON = 1e-6;

  @Override
  public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) { // [N, 224, 224, 3]
    Ops tf = scope.tf();
    Init init = Init.truncatedNormal(0.02);
    int patches = Math.toIntExact(images.shape().get(1) / patch * (images.shape().get(2) / patch));
    var token = scope.parameter("cls_token", Layout.SAME, init, 1, 1, width);
    var positions = scope.parameter("pos_embed", Layout.SAME, init, 1, patches + 1, width);
    var embed = scope.at("patch_embed");
    var x = embed.output(patchEmbedding(embed.at("proj"), images, patch, width)); // [N, 196, 384]
    // The class token is added to a token of zeros: BroadcastTo has no gradient.
    x = tf.math.add(pad(tf, x, 1, 0), tf.math.add(pad(tf, token, 0, patches), positions));
    x = scope.at("tokens").output(x); // [N, 197, 384]
    for (int i = 0; i < depth; i++) {
      x = block(scope.at("blocks").at(i), x, scope.drop().path(i, depth));
    }
    x = layerNorm(scope.at("norm"), x, EPSILON);
    x = scope.at("pooled").output(tf.stridedSlice(x, Indices.all(), Indices.at(0))); // [N, 384]
    return linear(scope.at("head"), x, outputs); // [N, outputs]
  }

  @Override
  public List<String> head() {
    return List.of("head.");
  }

  private Operand<TFloat32> block(ModelScope scope, Operand<TFloat32> tokens, double drop) {
    var x = layerNorm(scope.at("norm1"), tokens, EPSILON);
    x = selfAttention(scope.at("attn"), x, heads, Optional.empty());
    var attended = add(scope, tokens, dropPath(scope.at("drop_path1"), x, drop));
    x = mlp(scope.at("mlp"), layerNorm(scope.at("norm2"), attended, EPSILON));
    return scope.output(add(scope, attended, dropPath(scope.at("drop_path2"), x, drop)));
  }

  private static Operand<TFloat32> pad(Ops tf, Operand<TFloat32> x, int before, int after) {
    return tf.pad(x, tf.constant(new int[][] {{0, 0}, {before, after}, {0, 0}}), tf.constant(0f));
  }
}
