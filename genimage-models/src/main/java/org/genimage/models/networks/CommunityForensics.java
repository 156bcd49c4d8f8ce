package org.genimage.models.networks;

import static org.genimage.models.nn.Layers.linear;

import java.util.List;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * Community Forensics, Park and Owens 2025: an ordinary vision transformer with one logit, trained
 * on images of thousands of generators. Keys are those of the published checkpoints: timm's below
 * {@code vit}.
 *
 * @param backbone all but the last layer, and how many logits that has
 */
public record CommunityForensics(VisionTransformer backbone) implements Network {

  /** Where the transformer lives. */
  public static final String PREFIX = "vit.";

  @Override
  public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) { // [N, 384, 384, 3]
    ModelScope vit = scope.at("vit");
    var x = backbone.features(vit, images); // [N, 384]
    return linear(vit.at("head"), x, backbone.outputs()); // [N, outputs]
  }

  @Override
  public List<String> head() {
    return List.of(PREFIX + "head.");
  }
}
