package org.genimage.models.networks;

import static org.genimage.models.nn.Conv.kernel;
import static org.genimage.models.nn.Layers.add;
import static org.genimage.models.nn.Layers.convBatchNorm;
import static org.genimage.models.nn.Layers.globalAveragePool;
import static org.genimage.models.nn.Layers.linear;
import static org.genimage.models.nn.Layers.maxPool;
import static org.genimage.models.nn.Layers.relu;

import java.util.ArrayList;
import java.util.List;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.Layers;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * Deep residual learning, He et al. 2016, table 1; the stride of a bottleneck sits on its 3x3
 * convolution ("v1.5"). Keys are timm's and torchvision's; shapes are those of a 224-pixel input.
 *
 * @param block what a stage is made of
 * @param depths blocks per stage: bottlenecks (3, 4, 6, 3) are ResNet-50
 * @param zeroInitLast whether a block's last gamma is 0 at first, so that it starts as the identity
 *     (timm), or 1 (torchvision)
 * @param outputs number of logits
 */
public record ResNet(Block block, List<Integer> depths, boolean zeroInitLast, int outputs)
    implements Network {

  @Override
  public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) { // [N, 224, 224, 3]
    return linear(scope.at("fc"), features(scope, images), outputs); // [N, outputs]
  }

  /** Returns what the last layer sees. */
  Operand<TFloat32> features(ModelScope scope, Operand<TFloat32> images) {
    List<Operand<TFloat32>> maps = maps(scope, images);
    var x = globalAveragePool(scope, maps.get(maps.size() - 1));
    return scope.at("pooled").output(x); // [N, 512 * expansion]
  }

  /** Returns the feature maps: of the first convolution, of the pooling, of each stage. */
  List<Operand<TFloat32>> maps(ModelScope scope, Operand<TFloat32> images) {
    List<Operand<TFloat32>> maps = new ArrayList<>();
    var x = conv(scope, "conv1", "bn1", images, 64, kernel(7).stride(2), Init.ONES);
    x = scope.at("act1").output(relu(scope, x)); // [N, 112, 112, 64]
    maps.add(x);
    x = scope.at("maxpool").output(maxPool(scope, x, kernel(3).stride(2))); // [N, 56, 56, 64]
    maps.add(x);
    for (int i = 0; i < depths.size(); i++) { // [N, 56 >> i, 56 >> i, expansion * (64 << i)]
      x = stage(scope.at("layer" + (i + 1)), x, 64 << i, depths.get(i), i == 0 ? 1 : 2);
      maps.add(x);
    }
    return maps;
  }

  private Operand<TFloat32> stage(
      ModelScope scope, Operand<TFloat32> images, int width, int depth, int stride) {
    var x = images;
    for (int i = 0; i < depth; i++) {
      x = residual(scope.at(i), x, width, i == 0 ? stride : 1);
    }
    return scope.output(x);
  }

  private Operand<TFloat32> residual(ModelScope scope, Operand<TFloat32> x, int width, int stride) {
    var y = block.branch(scope, x, width, stride, zeroInitLast ? Init.ZEROS : Init.ONES);
    int filters = Layers.channels(y);
    var shortcut = x;
    if (stride > 1 || Layers.channels(x) != filters) {
      var down = scope.at("downsample");
      shortcut = conv(down, "0", "1", x, filters, kernel(1).stride(stride), Init.ONES);
    }
    return scope.output(relu(scope, add(scope, y, shortcut)));
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

  /** What is added to a block's input. */
  public enum Block {
    /** Two 3x3 convolutions: ResNet-18 and -34. */
    BASIC {
      @Override
      Operand<TFloat32> branch(
          ModelScope scope, Operand<TFloat32> x, int width, int stride, Init lastGamma) {
        var y =
            relu(scope, conv(scope, "conv1", "bn1", x, width, kernel(3).stride(stride), Init.ONES));
        return conv(scope, "conv2", "bn2", y, width, kernel(3), lastGamma);
      }
    },
    /** A 3x3 convolution between two of 1x1, the last four times as wide: ResNet-50 and deeper. */
    BOTTLENECK {
      @Override
      Operand<TFloat32> branch(
          ModelScope scope, Operand<TFloat32> x, int width, int stride, Init lastGamma) {
        var y = relu(scope, conv(scope, "conv1", "bn1", x, width, kernel(1), Init.ONES));
        y = relu(scope, conv(scope, "conv2", "bn2", y, width, kernel(3).stride(stride), Init.ONES));
        return conv(scope, "conv3", "bn3", y, 4 * width, kernel(1), lastGamma);
      }
    };

    abstract Operand<TFloat32> branch(
        ModelScope scope, Operand<TFloat32> x, int width, int stride, Init lastGamma);
  }
}
