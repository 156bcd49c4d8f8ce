package org.genimage.models.networks;

import static org.genimage.models.nn.Conv.kernel;
import static org.genimage.models.nn.Layers.convBatchNorm;
import static org.genimage.models.nn.Layers.declareLinear;
import static org.genimage.models.nn.Layers.globalAveragePool;
import static org.genimage.models.nn.Layers.linear;
import static org.genimage.models.nn.Layers.relu;

import java.util.ArrayList;
import java.util.List;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.Layers;
import org.genimage.models.nn.Layout;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * GramNet, Liu, Qi and Torr 2020: ResNet-18 whose classifier also sees global texture, the Gram
 * matrices of the image and of five of its feature maps. Keys are those of the published code;
 * shapes are those of a 512-pixel input.
 *
 * @param outputs number of log-probabilities; one alone is a logit
 */
public record GramNet(int outputs) implements Network {

  private static final int HIDDEN = 512;

  /** Places of a map's convolution and of the two on its Gram matrix, in the published order. */
  private record Branch(String conv, String first, String second) {}

  private static final List<Branch> BRANCHES =
      List.of(
          new Branch("conv_interi_0", "gi_fc1", "gi_fc2"),
          new Branch("conv_inter0_0", "g0_fc1", "g0_fc2"),
          new Branch("conv_inter1_0", "g_fc1r", "g_fc2r"),
          new Branch("conv_inter2_0", "g2_fc1", "g2_fc2"),
          new Branch("conv_inter3_0", "g3_fc1", "g3_fc2"),
          new Branch("conv_inter4_0", "g4_fc1", "g4_fc2"));

  @Override
  public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) { // [N, 512, 512, 3]
    var trunk = new ResNet(ResNet.Block.BASIC, List.of(2, 2, 2, 2), false, outputs);
    List<Operand<TFloat32>> maps = new ArrayList<>(List.of(images));
    maps.addAll(trunk.maps(scope, images)); // image, first convolution, pooling, four stages
    var scale = scope.at("scale").parameter("scale", Layout.SAME, Init.ONES, 1);
    // In the published order the classifier comes before the branches.
    declareLinear(scope.at("fcnewr").at(0), HIDDEN + BRANCHES.size() * 32, HIDDEN);
    declareLinear(scope.at("fcnewr").at(3), HIDDEN, outputs);
    List<Operand<TFloat32>> grams = new ArrayList<>();
    for (int i = 0; i < BRANCHES.size(); i++) {
      var place = scope.at(BRANCHES.get(i).conv());
      grams.add(gram(place.at("gram"), conv(place, maps.get(i), 32, kernel(3))));
    }
    List<Operand<TFloat32>> features = new ArrayList<>();
    features.add(globalAveragePool(scope, maps.get(BRANCHES.size()))); // [N, 512]
    for (int i = 0; i < BRANCHES.size(); i++) {
      var texture = texture(scope, BRANCHES.get(i), grams.get(i));
      features.add(scope.tf().math.mul(texture, scale)); // [N, 32]
    }
    var x = scope.at("concat").output(scope.tf().concat(features, scope.tf().constant(1)));
    return classifier(scope.at("fcnewr"), x);
  }

  @Override
  public List<String> head() {
    return List.of("fcnewr.");
  }

  /** ResNet-18 has a classifier of its own, which has no place here. */
  @Override
  public List<String> fresh() {
    return List.of("fc.", "conv_inter", "g", "scale.", "fcnewr.");
  }

  private static Operand<TFloat32> texture(
      ModelScope scope, Branch branch, Operand<TFloat32> gram) { // [N, 32, 32, 1]
    var x = conv(scope.at(branch.first()), gram, 16, kernel(3).stride(2)); // [N, 16, 16, 16]
    x = conv(scope.at(branch.second()), x, 32, kernel(3).stride(2)); // [N, 8, 8, 32]
    return globalAveragePool(scope, x); // [N, 32]
  }

  private Operand<TFloat32> classifier(ModelScope scope, Operand<TFloat32> features) { // [N, 704]
    var x = scope.at(1).output(relu(scope, linear(scope.at(0), features, HIDDEN))); // [N, 512]
    x = Layers.dropout(scope.at(2), x, scope.drop().units());
    x = scope.at(3).output(linear(scope.at(3), x, outputs));
    return outputs == 1 ? x : scope.tf().nn.logSoftmax(x); // [N, outputs]
  }

  private static Operand<TFloat32> conv(
      ModelScope scope, Operand<TFloat32> x, int filters, Conv window) {
    var y = convBatchNorm(scope.at(0), scope.at(1), x, filters, window, Init.ONES);
    return scope.output(relu(scope, y));
  }

  /**
   * Returns how much each two channels have in common: the sum over all pixels of their products,
   * divided by the number of values in the map.
   *
   * @param x {@code [N, H, W, C]}
   * @return {@code [N, C, C, 1]}
   */
  public static Operand<TFloat32> gram(ModelScope scope, Operand<TFloat32> x) {
    var tf = scope.tf();
    int channels = Layers.channels(x);
    int pixels = Math.toIntExact(x.shape().get(1) * x.shape().get(2));
    var flat = tf.reshape(x, tf.array(-1, pixels, channels));
    var products = Layers.products(scope, flat);
    var mean = tf.math.div(products, tf.constant((float) pixels * channels));
    return scope.output(tf.expandDims(mean, tf.constant(-1)));
  }
}
