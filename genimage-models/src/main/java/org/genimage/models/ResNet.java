package org.genimage.models;

import static org.genimage.models.nn.Conv.kernel;
import static org.genimage.models.nn.Layers.convBatchNorm;
import static org.genimage.models.nn.Layers.globalAveragePool;
import static org.genimage.models.nn.Layers.linear;
import static org.genimage.models.nn.Layers.maxPool;
import static org.genimage.models.nn.Layers.relu;

import java.util.List;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.Layers;
import org.genimage.models.nn.ModelScope;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * Deep residual learning, He et al. 2016, table 1, with bottleneck blocks whose stride sits on the
 * 3x3 convolution ("v1.5"). Keys are timm's and torchvision's; shapes are those of a 224-pixel
 * input.
 *
 * @param depths blocks per stage: (3, 4, 6, 3) is ResNet-50
 * @param outputs number of logits
 */
record ResNet(List<Integer> depths, int outputs) implements Network {

  private static final int EXPANSION = 4;

  @Override
  public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) { // [N, 224, 224, 3]
    var x = conv(scope, "conv1", "bn1", images, 64, kernel(7).stride(2), Init.ONES);
    x = scope.at("act1").output(relu(scope, x)); // [N, 112, 112, 64]
    x = scope.at("maxpool").output(maxPool(scope, x, kernel(3).stride(2))); // [N, 56, 56, 64]
    for (int i = 0; i < depths.size(); i++) { // [N, 56 >> i, 56 >> i, 256 << i]
      x = stage(scope.at("layer" + (i + 1)), x, 64 << i, depths.get(i), i == 0 ? 1 : 2);
    }
    x = scope.at("pooled").output(globalAveragePool(scope, x)); // [N, 2048]
    return linear(scope.at("fc"), x, outputs); // [N, outputs]
  }

  private static Operand<TFloat32> stage(
      ModelScope scope, Operand<TFloat32> images, int width, int depth, int stride) {
    var x = images;
    for (int i = 0; i < depth; i++) {
      x = bottleneck(scope.at(i), x, width, i == 0 ? stride : 1);
    }
    return scope.output(x);
  }

  private static Operand<TFloat32> bottleneck(
      ModelScope scope, Operand<TFloat32> x, int width, int stride) {
    var y = relu(scope, conv(scope, "conv1", "bn1", x, width, kernel(1), Init.ONES));
    y = relu(scope, conv(scope, "conv2", "bn2", y, width, kernel(3).stride(stride), Init.ONES));
    // A block starts as the identity: the last gamma is 0 (timm's zero_init_last).
    y = conv(scope, "conv3", "bn3", y, EXPANSION * width, kernel(1), Init.ZEROS);
    var shortcut = x;
    if (stride > 1 || Layers.channels(x) != EXPANSION * width) {
      var down = scope.at("downsample");
      shortcut = conv(down, "0", "1", x, EXPANSION * width, kernel(1).stride(stride), Init.ONES);
    }
    return scope.output(relu(scope, scope.tf().math.add(y, shortcut)));
  }

  private static Operand<TFloat32> conv(
      ModelScope scope,
      String conv,
      String norm,
      Operand<TFloat32> x,
      int filters,
      Conv window,
      Init gamma) {
    return convBatchNorm(scope.at(conv), scope.at(norm), x, filters, window, gamma);
  }
}
