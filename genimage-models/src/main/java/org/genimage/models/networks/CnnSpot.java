package org.genimage.models.networks;

import static org.genimage.models.nn.Layers.linear;

import java.util.List;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * CNNSpot, Wang et al. 2020: a residual network with one logit, whose last weights are N(0, 0.02^2)
 * at first. Keys are those of the published checkpoints.
 *
 * @param backbone all but the last layer, and how many logits that has
 */
public record CnnSpot(ResNet backbone) implements Network {

  @Override
  public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) { // [N, 224, 224, 3]
    var x = backbone.features(scope, images); // [N, 2048]
    return linear(scope.at("fc"), x, backbone.outputs(), Init.normal(0.02)); // [N, outputs]
  }

  @Override
  public boolean takesAnySize() {
    return backbone.takesAnySize();
  }

  @Override
  public List<String> head() {
    return backbone.head();
  }
}
