package org.genimage.attacks;

import static org.genimage.models.nn.Conv.kernel;
import static org.genimage.models.nn.Layers.batchNorm;
import static org.genimage.models.nn.Layers.conv;
import static org.genimage.models.nn.Layers.convBatchNorm;
import static org.genimage.models.nn.Layers.globalAveragePool;
import static org.genimage.models.nn.Layers.linear;
import static org.genimage.models.nn.Layers.relu;

import org.genimage.models.nn.Init;
import org.genimage.models.nn.Layout;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/** The network that the fixtures attack. Its third convolution has a bias before the batch norm. */
record VictimNetwork(int outputs) implements Network {

  @Override
  public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) { // [N, 32, 32, 3]
    var first = scope.at("conv1");
    var x = relu(scope, convBatchNorm(first, scope.at("bn1"), images, 8, kernel(3), Init.ONES));
    var half = kernel(3).stride(2);
    var second = scope.at("conv2");
    x = relu(scope, convBatchNorm(second, scope.at("bn2"), x, 16, half, Init.ONES)); // [N, 16, 16]
    var third = scope.at("conv3");
    var bias = third.parameter("bias", Layout.SAME, Init.ZEROS, 24);
    x = scope.tf().nn.biasAdd(conv(third, x, 24, half), bias);
    x = relu(scope, batchNorm(scope.at("bn3"), x, Init.ONES)); // [N, 8, 8, 24]
    return linear(scope.at("fc"), globalAveragePool(scope, x), outputs);
  }
}
