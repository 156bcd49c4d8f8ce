package org.genimage.models.networks;

import static com.google.common.base.Preconditions.checkArgument;
import static org.genimage.models.nn.Layers.add;
import static org.genimage.models.nn.Layers.channels;
import static org.genimage.models.nn.Layers.dropPath;
import static org.genimage.models.nn.Transformers.declareWeight;
import static org.genimage.models.nn.Transformers.layerNorm;
import static org.genimage.models.nn.Transformers.linear;
import static org.genimage.models.nn.Transformers.mlp;
import static org.genimage.models.nn.Transformers.patchEmbedding;
import static org.genimage.models.nn.Transformers.projection;
import static org.genimage.models.nn.Transformers.selfAttention;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.Layout;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Swin Transformer: hierarchical vision transformer using shifted windows, Liu et al. 2021. Keys
 * are the authors'; shapes are those of a 224-pixel input and Swin-T.
 *
 * @param patch side of a patch
 * @param width channels of a token in the first stage; each further stage doubles them
 * @param depths blocks per stage
 * @param heads attention heads per stage
 * @param window side of an attention window, in tokens
 * @param outputs number of logits
 */
public record SwinTransformer(
    int patch, int width, List<Integer> depths, List<Integer> heads, int window, int outputs)
    implements Network {

  private static final double EPSILON = 1e-5;

  /** What a pair of tokens that only the cyclic shift made neighbours gets before the softmax. */
  private static final float APART = -100;

  @Override
  public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) { // [N, 224, 224, 3]
    var embed = scope.at("patch_embed");
    var x = patchEmbedding(embed.at("proj"), images, patch, width);
    x = embed.output(layerNorm(embed.at("norm"), x, EPSILON)); // [N, 56 * 56, 96]
    int side = Math.toIntExact(images.shape().get(1)) / patch;
    int depth = depths.stream().mapToInt(Integer::intValue).sum();
    int blocks = 0;
    for (int i = 0; i < depths.size(); i++) {
      var stage = scope.at("layers").at(i);
      for (int j = 0; j < depths.get(i); j++) { // [N, (56 >> i) * (56 >> i), 96 << i]
        int shift = j % 2 == 0 || side <= window ? 0 : window / 2;
        Windows windows = new Windows(side, Math.min(window, side), shift);
        double drop = scope.drop().path(blocks++, depth);
        x = block(stage.at("blocks").at(j), x, windows, heads.get(i), drop);
      }
      if (i < depths.size() - 1) {
        x = merge(stage.at("downsample"), x, side);
        side /= 2;
      }
    }
    x = layerNorm(scope.at("norm"), x, EPSILON); // [N, 7 * 7, 768]
    x = scope.at("pooled").output(scope.tf().math.mean(x, scope.tf().constant(1))); // [N, 768]
    return linear(scope.at("head"), x, outputs); // [N, outputs]
  }

  @Override
  public List<String> head() {
    return List.of("head.");
  }

  private static Operand<TFloat32> block(
      ModelScope scope, Operand<TFloat32> tokens, Windows windows, int heads, double drop) {
    Ops tf = scope.tf();
    UnaryOperator<Operand<TFloat32>> mask = mask(scope, windows);
    var x = windows.cut(tf, layerNorm(scope.at("norm1"), tokens, EPSILON)); // [N * windows, 49, C]
    var attention = scope.at("attn");
    var bias =
        mask.apply(positionBias(attention, windows, heads)); // [windows or 1, heads, 49 * 49]
    x = selfAttention(attention, x, heads, Optional.of(bias));
    x = dropPath(scope.at("drop_path1"), windows.join(tf, x), drop);
    var attended = add(scope, tokens, x);
    x = mlp(scope.at("mlp"), layerNorm(scope.at("norm2"), attended, EPSILON));
    return scope.output(add(scope, attended, dropPath(scope.at("drop_path2"), x, drop)));
  }

  /** Section 3.2, equation 4: a learned number for every head and every offset in a window. */
  private static Operand<TFloat32> positionBias(ModelScope scope, Windows windows, int heads) {
    Ops tf = scope.tf();
    int offsets = 2 * windows.span() - 1;
    int tokens = windows.tokens();
    var table =
        scope.parameter(
            "relative_position_bias_table",
            Layout.SAME,
            Init.truncatedNormal(0.02),
            offsets * offsets,
            heads);
    var index = scope.index("relative_position_index", windows.offsets(), tokens, tokens);
    var bias = tf.gather(table, tf.reshape(index, tf.array(-1)), tf.constant(0));
    return tf.reshape(
        tf.linalg.transpose(bias, tf.array(1, 0)), tf.array(1, heads, tokens * tokens));
  }

  /** Section 3.2, figure 4: tokens attend within the region that they come from. */
  private static UnaryOperator<Operand<TFloat32>> mask(ModelScope scope, Windows windows) {
    if (windows.shift() == 0) {
      return UnaryOperator.identity();
    }
    Ops tf = scope.tf();
    int tokens = windows.tokens();
    var mask = scope.fixed("attn_mask", windows.mask(), windows.count(), tokens, tokens);
    var rows = tf.reshape(mask, tf.array(windows.count(), 1, tokens * tokens));
    return bias -> tf.math.add(bias, rows);
  }

  /** Section 3.1, patch merging: 2x2 tokens become one, down the columns first. */
  private static Operand<TFloat32> merge(ModelScope scope, Operand<TFloat32> tokens, int side) {
    checkArgument(side % 2 == 0, "merging 2x2 tokens needs an even side, got %s tokens", side);
    Ops tf = scope.tf();
    int channels = channels(tokens);
    int half = side / 2;
    declareWeight(scope.at("reduction"), 4 * channels, 2 * channels); // The first in checkpoints.
    Operand<TFloat32> x = tf.reshape(tokens, tf.array(-1, half, 2, half, 2, channels));
    x = tf.linalg.transpose(x, tf.array(0, 1, 3, 4, 2, 5));
    x = tf.reshape(x, tf.array(-1, half * half, 4 * channels));
    x = layerNorm(scope.at("norm"), x, EPSILON);
    return scope.output(projection(scope.at("reduction"), x, 2 * channels));
  }

  /**
   * How a square of tokens is cut into windows, after moving it up and left, the edge coming back
   * in at the other side.
   *
   * @param side of the square
   * @param span side of a window
   * @param shift by how many tokens it moves
   */
  private record Windows(int side, int span, int shift) {

    Windows {
      checkArgument(
          side % span == 0,
          "windows of %s tokens need a multiple of it in a row, got %s; Swin-T takes images of 224"
              + " pixels or a multiple of it",
          span,
          side);
    }

    int count() {
      return side / span * (side / span);
    }

    int tokens() {
      return span * span;
    }

    /** {@code [N, side * side, C]} to {@code [N * count, span * span, C]}. */
    Operand<TFloat32> cut(Ops tf, Operand<TFloat32> tokens) {
      int channels = channels(tokens);
      int n = side / span;
      var x = roll(tf, tf.reshape(tokens, tf.array(-1, side, side, channels)), -shift);
      x = swap(tf, tf.reshape(x, tf.array(-1, n, span, n, span, channels)));
      return tf.reshape(x, tf.array(-1, span * span, channels));
    }

    /** The way back. */
    Operand<TFloat32> join(Ops tf, Operand<TFloat32> windows) {
      int channels = channels(windows);
      int n = side / span;
      Operand<TFloat32> x = swap(tf, tf.reshape(windows, tf.array(-1, n, n, span, span, channels)));
      x = roll(tf, tf.reshape(x, tf.array(-1, side, side, channels)), shift);
      return tf.reshape(x, tf.array(-1, side * side, channels));
    }

    private static Operand<TFloat32> swap(Ops tf, Operand<TFloat32> x) {
      return tf.linalg.transpose(x, tf.array(0, 1, 3, 2, 4, 5));
    }

    private Operand<TFloat32> roll(Ops tf, Operand<TFloat32> x, int by) {
      return shift == 0 ? x : tf.roll(x, tf.array(by, by), tf.array(1, 2));
    }

    /** The row of the bias table for each query and key: dy and dx from key to query, from 0 up. */
    int[] offsets() {
      int[] offsets = new int[tokens() * tokens()];
      for (int query = 0; query < tokens(); query++) {
        for (int key = 0; key < tokens(); key++) {
          int dy = query / span - key / span + span - 1;
          int dx = query % span - key % span + span - 1;
          offsets[query * tokens() + key] = dy * (2 * span - 1) + dx;
        }
      }
      return offsets;
    }

    /** For each window, query and key 0, or {@link #APART} if they come from two regions. */
    float[] mask() {
      float[] mask = new float[count() * tokens() * tokens()];
      int i = 0;
      for (int window = 0; window < count(); window++) {
        for (int query = 0; query < tokens(); query++) {
          for (int key = 0; key < tokens(); key++, i++) {
            mask[i] = region(window, query) == region(window, key) ? 0 : APART;
          }
        }
      }
      return mask;
    }

    private int region(int window, int token) {
      int y = window / (side / span) * span + token / span;
      int x = window % (side / span) * span + token % span;
      return 3 * strip(y) + strip(x);
    }

    /** What was not moved over the edge nor shares a window with it; what shares one; the rest. */
    private int strip(int position) {
      return position < side - span ? 0 : position < side - shift ? 1 : 2;
    }
  }
}
