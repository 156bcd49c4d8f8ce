package org.genimage.models.networks;

import static org.genimage.models.nn.Conv.kernel;
import static org.genimage.models.nn.Layers.add;
import static org.genimage.models.nn.Layers.convBatchNorm;
import static org.genimage.models.nn.Layers.depthwiseConv;
import static org.genimage.models.nn.Layers.globalAveragePool;
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
 * Xception, Chollet 2017, figure 5, without its classifier and cut in three, so that something can
 * happen after block 7 and block 12. Keys and layout are those of Cadene's ImageNet file; shapes
 * are those of a 299-pixel input and stride 2.
 *
 * @param stride of the first convolution
 */
record Xception(int stride) {

  private static final Conv WINDOW = kernel(3);

  /** From the input to block 7. */
  Operand<TFloat32> entry(ModelScope scope, Operand<TFloat32> input) { // [N, 299, 299, C]
    // Xception's kernel for three channels, repeated over the input's and divided by their number.
    Init tiled = new TiledInit(Init.UNIFORM_FAN_IN, Layers.channels(input) / 3);
    var x = conv(scope, "conv1", "bn1", input, 32, WINDOW.stride(stride).padding(0), tiled);
    x = relu(scope, x); // [N, 149, 149, 32]
    x = conv(scope, "conv2", "bn2", x, 64, WINDOW.padding(0), Init.UNIFORM_FAN_IN);
    x = relu(scope, x); // [N, 147, 147, 64]
    x = block(scope.at("block1"), x, List.of(128, 128), 2, false); // [N, 74, 74, 128]
    x = block(scope.at("block2"), x, List.of(256, 256), 2, true); // [N, 37, 37, 256]
    x = block(scope.at("block3"), x, List.of(728, 728), 2, true); // [N, 19, 19, 728]
    for (int i = 4; i <= 7; i++) {
      x = block(scope.at("block" + i), x, List.of(728, 728, 728), 1, true);
    }
    return x; // [N, 19, 19, 728]
  }

  /** From block 8 to block 12. */
  Operand<TFloat32> middle(ModelScope scope, Operand<TFloat32> input) { // [N, 19, 19, 728]
    var x = input;
    for (int i = 8; i <= 11; i++) {
      x = block(scope.at("block" + i), x, List.of(728, 728, 728), 1, true);
    }
    return block(scope.at("block12"), x, List.of(728, 1024), 2, true); // [N, 10, 10, 1024]
  }

  /** From block 12 to the mean over all positions. */
  Operand<TFloat32> exit(ModelScope scope, Operand<TFloat32> input) { // [N, 10, 10, 1024]
    var x = relu(scope, separable(scope.at("conv3"), scope.at("bn3"), input, 1536));
    x = relu(scope, separable(scope.at("conv4"), scope.at("bn4"), x, 2048));
    return globalAveragePool(scope, x); // [N, 2048]
  }

  private static Operand<TFloat32> block(
      ModelScope scope, Operand<TFloat32> input, List<Integer> widths, int stride, boolean relu) {
    int width = widths.get(widths.size() - 1);
    var shortcut = input;
    if (stride > 1 || Layers.channels(input) != width) {
      Conv window = kernel(1).stride(stride);
      shortcut = conv(scope, "skip", "skipbn", input, width, window, Init.UNIFORM_FAN_IN);
    }
    var layers = scope.at("rep");
    var x = input;
    int index = 0;
    for (int filters : widths) {
      if (index > 0 || relu) {
        x = relu(scope, x);
        index++;
      }
      x = separable(layers.at(index), layers.at(index + 1), x, filters);
      index += 2;
    }
    if (stride > 1) {
      x = maxPool(scope, x, WINDOW.stride(stride));
    }
    return scope.output(add(scope, x, shortcut));
  }

  private static Operand<TFloat32> separable(
      ModelScope scope, ModelScope norm, Operand<TFloat32> x, int filters) {
    var y = depthwiseConv(scope.at("conv1"), x, WINDOW);
    Init init = Init.UNIFORM_FAN_IN;
    var pointwise = scope.at("pointwise");
    return norm.output(convBatchNorm(pointwise, norm, y, filters, kernel(1), init, Init.ONES));
  }

  private static Operand<TFloat32> conv(
      ModelScope scope,
      String conv,
      String norm,
      Operand<TFloat32> x,
      int filters,
      Conv window,
      Init init) {
    var place = scope.at(norm);
    return place.output(convBatchNorm(scope.at(conv), place, x, filters, window, init, Init.ONES));
  }
}
