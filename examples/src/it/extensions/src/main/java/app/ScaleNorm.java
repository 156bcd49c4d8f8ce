package app;

import static org.genimage.models.nn.Conv.kernel;
import static org.genimage.models.nn.Layers.channels;
import static org.genimage.models.nn.Layers.conv;
import static org.genimage.models.nn.Layers.globalAveragePool;
import static org.genimage.models.nn.Layers.linear;
import static org.genimage.models.nn.Layers.relu;

import org.genimage.models.nn.Buffer;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.Layout;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** A network with a normalisation of its own, which has a parameter and running statistics. */
record ScaleNorm(int width) implements Network {

  @Override
  public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) { // [N, 64, 64, 3]
    var x = conv(scope.at("conv1"), images, width, kernel(3).stride(2));
    x = relu(scope, scaled(scope.at("norm1"), x)); // [N, 32, 32, width]
    return linear(scope.at("fc"), globalAveragePool(scope, x), 2); // [N, 2]: nature, ai
  }

  /**
   * Divides each channel by its root mean square: the batch's in training, else the running one.
   */
  private static Operand<TFloat32> scaled(ModelScope scope, Operand<TFloat32> x) {
    Ops tf = scope.tf();
    var weight = scope.parameter("weight", Layout.SAME, Init.ONES, channels(x));
    Buffer running = scope.buffer("running_square", Init.ONES, channels(x));
    var square = running.value();
    if (scope.isTraining() && !running.isFrozen()) {
      square = tf.math.mean(tf.math.square(x), tf.array(0, 1, 2)); // [C]
      var kept = tf.math.mul(running.value(), tf.constant(0.9f));
      running.afterStep(tf.math.add(kept, tf.math.mul(square, tf.constant(0.1f))));
    }
    var scale = tf.math.rsqrt(tf.math.add(square, tf.constant(1e-5f)));
    return tf.math.mul(x, tf.math.mul(weight, scale));
  }
}
