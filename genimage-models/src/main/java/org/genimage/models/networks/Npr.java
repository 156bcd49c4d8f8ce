package org.genimage.models.networks;

import static com.google.common.base.Preconditions.checkArgument;

import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Shapes;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * NPR, Tan et al. 2024: a small residual network that sees neighbouring pixel relationships, the
 * traces of up-sampling. Keys are those of the published checkpoints.
 *
 * @param trunk sees the relationships, at the images' size
 */
public record Npr(ResNet trunk) implements FrontedResNet {

  @Override
  public int leastSide() {
    return 2;
  }

  @Override
  public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) { // [N, 256, 256, 3]
    Ops tf = scope.tf();
    var front = tf.math.mul(relationships(tf, images), tf.constant(2 / 3f));
    return trunk.logits(scope, scope.at("front").output(front)); // [N, outputs]
  }

  /**
   * Returns each pixel less the one at the top left of its cell of 2x2 pixels: the image less its
   * nearest-neighbour reduction to half the size and enlargement back.
   *
   * @param images {@code [N, H, W, 3]}, both sides even
   * @return the same shape
   * @throws IllegalArgumentException if a side is known and odd
   */
  public static Operand<TFloat32> relationships(Ops tf, Operand<TFloat32> images) {
    checkArgument(
        Math.max(0, images.shape().get(1)) % 2 == 0 && Math.max(0, images.shape().get(2)) % 2 == 0,
        "NPR needs images of even sides, got %s",
        images.shape());
    var sides = Shapes.sides(tf, images);
    var half = tf.math.div(sides, tf.constant(2));
    var reduced = tf.image.resizeNearestNeighbor(images, half); // even rows and columns
    return tf.math.sub(images, tf.image.resizeNearestNeighbor(reduced, sides));
  }
}
