package app;

import static org.genimage.models.nn.Conv.kernel;
import static org.genimage.models.nn.Layers.convBatchNorm;
import static org.genimage.models.nn.Layers.globalAveragePool;
import static org.genimage.models.nn.Layers.linear;
import static org.genimage.models.nn.Layers.relu;

import org.genimage.models.nn.Conv;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/** Two layers: the smallest network that learns anything. */
record TinyNetwork(int width) implements Network {

  @Override
  public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) { // [N, 64, 64, 3]
    Conv window = kernel(3).stride(2);
    var x = convBatchNorm(scope.at("conv1"), scope.at("bn1"), images, width, window, Init.ONES);
    x = globalAveragePool(scope, relu(scope, x)); // [N, width]
    return linear(scope.at("fc"), x, 2); // [N, 2]: nature, ai
  }
}
