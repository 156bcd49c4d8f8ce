package app;

import static org.genimage.models.nn.Conv.kernel;
import static org.genimage.models.nn.Layers.channels;
import static org.genimage.models.nn.Layers.convBatchNorm;
import static org.genimage.models.nn.Layers.globalAveragePool;
import static org.genimage.models.nn.Layers.linear;
import static org.genimage.models.nn.Layers.relu;

import org.genimage.models.nn.Init;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** A network with a layer of its own, made of other layers: it needs no kernel. */
record ChannelGates(int width) implements Network {

  @Override
  public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) { // [N, 64, 64, 3]
    var window = kernel(3).stride(2);
    var x = convBatchNorm(scope.at("conv1"), scope.at("bn1"), images, width, window, Init.ONES);
    x = gated(scope.at("se"), relu(scope, x)); // [N, 32, 32, width]
    return linear(scope.at("fc"), globalAveragePool(scope, x), 2); // [N, 2]: nature, ai
  }

  /** Weighs each channel by what the whole image shows (Hu et al. 2018, section 3). */
  private static Operand<TFloat32> gated(ModelScope scope, Operand<TFloat32> x) {
    Ops tf = scope.tf();
    var pooled = globalAveragePool(scope, x); // [N, C]
    var hidden = relu(scope, linear(scope.at("fc1"), pooled, channels(x) / 2));
    var gates = tf.math.sigmoid(linear(scope.at("fc2"), hidden, channels(x))); // [N, C]
    return tf.math.mul(x, tf.reshape(gates, tf.array(-1, 1, 1, channels(x))));
  }
}
