package org.genimage.models.networks;

import static org.genimage.models.nn.Transformers.linear;

import java.util.List;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The image tower of CLIP (Radford et al. 2021) with a linear layer on the mean of its patches, as
 * transformers' {@code CLIPForImageClassification} has it: neither the class token nor the layer
 * norm after the blocks is used. Keys are timm's.
 *
 * @param tower all before the mean, and how many logits there are
 */
public record ClipClassifier(VisionTransformer tower) implements Network {

  @Override
  public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) { // [N, 224, 224, 3]
    Ops tf = scope.tf();
    var x = tower.tokens(scope, images); // [N, 50, 768]
    x = tf.stridedSlice(x, Indices.all(), Indices.sliceFrom(1)); // [N, 49, 768]
    x = scope.at("pooled").output(tf.math.mean(x, tf.constant(1))); // [N, 768]
    return linear(scope.at("head"), x, tower.outputs()); // [N, outputs]
  }

  @Override
  public List<String> head() {
    return List.of("head.");
  }
}
