package org.genimage.models.networks;

import static com.google.common.base.Preconditions.checkArgument;
import static org.genimage.models.nn.Conv.kernel;
import static org.genimage.models.nn.Layers.add;
import static org.genimage.models.nn.Layers.biasedConvBatchNorm;
import static org.genimage.models.nn.Layers.channels;
import static org.genimage.models.nn.Layers.conv;
import static org.genimage.models.nn.Layers.convBatchNorm;
import static org.genimage.models.nn.Layers.depthwiseKernel;
import static org.genimage.models.nn.Layers.dropout;
import static org.genimage.models.nn.Layers.globalAveragePool;
import static org.genimage.models.nn.Layers.linear;
import static org.genimage.models.nn.Layers.relu;
import static org.genimage.models.nn.Layers.separableConvBatchNorm;

import java.util.List;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.index.Index;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * FerretNet, Liang et al. 2025: a small network of separable convolutions that sees local pixel
 * dependencies, how far each pixel is from the median of its neighbours. Keys are those of the
 * published checkpoints; shapes are those of a 256-pixel input and the base network.
 *
 * @param width channels after the second convolution: 96 in the base network, 32 in the small one;
 *     even
 * @param depths blocks per stage; each stage is twice as wide and half as high as the one before
 */
public record FerretNet(int width, List<Integer> depths) implements Network {

  private static final Conv WINDOW = kernel(3);

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if the width is not positive and even, there is no stage, or a
   *     stage has no block
   */
  public FerretNet {
    depths = List.copyOf(depths);
    checkArgument(
        width > 0 && width % 2 == 0,
        "a FerretNet's width must be positive and even, got %s",
        width);
    checkArgument(
        !depths.isEmpty() && depths.stream().allMatch(depth -> depth > 0),
        "a FerretNet needs at least one stage and one block in each, got %s",
        depths);
  }

  @Override
  public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) { // [N, 256, 256, 3]
    var tf = scope.tf();
    var median = scope.at("median").output(median(tf, images));
    var x = scope.at("residual").output(tf.math.sub(images, median));
    x = convRelu(scope.at("cbr1"), x, width / 2, WINDOW); // [N, 256, 256, 48]
    x = convRelu(scope.at("cbr2"), x, width, WINDOW.stride(2)); // [N, 128, 128, 96]
    var feature = scope.at("feature");
    for (int i = 0; i < depths.size(); i++) { // [N, 64 >> i, 64 >> i, 192 << i]
      var stage = feature.at(i);
      for (int j = 0; j < depths.get(i); j++) {
        x = block(stage.at(j), x, 2 * width << i, j == 0 ? 2 : 1);
      }
    }
    var last = feature.at(depths.size());
    x = last.output(conv(last, x, channels(x), kernel(1), Init.UNIFORM_FAN_IN)); // [N, 32, 32, 384]
    x = scope.at("pooled").output(globalAveragePool(scope, x)); // [N, 384]
    var logit = scope.at("logit");
    x = dropout(logit.at(0), x, scope.drop().units());
    return linear(logit.at(1), x, 1); // [N, 1]
  }

  @Override
  public boolean takesAnySize() {
    return true;
  }

  @Override
  public List<String> head() {
    return List.of("logit.");
  }

  /**
   * Returns for each value the median of the eight around it and a 0 in its own place; outside the
   * images all is 0. So it is 0, as long as that lies between the fourth and the fifth of the
   * eight, else the nearer of these two.
   *
   * <p>It is computed as a median of nine often is: columns of three are sorted once for all the
   * windows that they are part of. Of a window's three columns, it is the median of three values:
   * the largest of the least, the median of the middle ones and the least of the largest.
   *
   * @param images {@code [N, H, W, 3]}; 0 is what their normalisation makes it
   * @return the same shape
   */
  public static Operand<TFloat32> median(Ops tf, Operand<TFloat32> images) {
    var padded =
        tf.pad(images, tf.constant(new int[][] {{0, 0}, {1, 1}, {1, 1}, {0, 0}}), tf.constant(0f));
    var above = rows(tf, padded, Indices.sliceTo(-2)); // [N, H, W + 2, 3]
    var at = rows(tf, padded, Indices.range(1, -1));
    var below = rows(tf, padded, Indices.sliceFrom(2));
    var less = tf.math.minimum(above, below);
    var more = tf.math.maximum(above, below);
    var side = sorted(tf, less, at, more);
    var zero = tf.constant(0f);
    var own = Indices.range(1, -1);
    var centre = sorted(tf, columns(tf, less, own), zero, columns(tf, more, own));
    var left = side.columns(tf, Indices.sliceTo(-2)); // [N, H, W, 3]
    var right = side.columns(tf, Indices.sliceFrom(2));
    var least = tf.math.maximum(tf.math.maximum(left.least(), right.least()), centre.least());
    var largest =
        tf.math.minimum(tf.math.minimum(left.largest(), right.largest()), centre.largest());
    var middle = middle(tf, left.middle(), right.middle(), centre.middle());
    return middle(tf, least, largest, middle);
  }

  /** Three operands in ascending order, value by value. */
  private record Sorted(
      Operand<TFloat32> least, Operand<TFloat32> middle, Operand<TFloat32> largest) {

    Sorted columns(Ops tf, Index which) {
      return new Sorted(
          FerretNet.columns(tf, least, which),
          FerretNet.columns(tf, middle, which),
          FerretNet.columns(tf, largest, which));
    }
  }

  /** Sorts three of which the first and the last are in order. */
  private static Sorted sorted(
      Ops tf, Operand<TFloat32> less, Operand<TFloat32> any, Operand<TFloat32> more) {
    return new Sorted(
        tf.math.minimum(less, any),
        tf.math.maximum(less, tf.math.minimum(more, any)),
        tf.math.maximum(more, any));
  }

  private static Operand<TFloat32> middle(
      Ops tf, Operand<TFloat32> a, Operand<TFloat32> b, Operand<TFloat32> c) {
    return tf.math.maximum(tf.math.minimum(a, b), tf.math.minimum(tf.math.maximum(a, b), c));
  }

  private static Operand<TFloat32> rows(Ops tf, Operand<TFloat32> x, Index which) {
    return tf.stridedSlice(x, Indices.all(), which);
  }

  private static Operand<TFloat32> columns(Ops tf, Operand<TFloat32> x, Index which) {
    return tf.stridedSlice(x, Indices.all(), Indices.all(), which);
  }

  private static Operand<TFloat32> convRelu(
      ModelScope scope, Operand<TFloat32> x, int filters, Conv window) {
    var y =
        convBatchNorm(scope.at(0), scope.at(1), x, filters, window, Init.UNIFORM_FAN_IN, Init.ONES);
    return scope.output(relu(scope, y));
  }

  private static Operand<TFloat32> block(
      ModelScope scope, Operand<TFloat32> x, int filters, int stride) {
    var layers = scope.at("layers");
    var first = layers.at(0);
    // A dilated kernel beside a dense one is one larger kernel; where it learns, each learns alone.
    var dense = depthwiseKernel(first.at("conv1"), filters, 3).spread(1, 5);
    var dilated = depthwiseKernel(first.at("conv2"), filters, 3).spread(2, 5);
    var window = kernel(5).stride(stride);
    var point = first.at("conv3");
    var y =
        separableConvBatchNorm(
            point, layers.at(1), x, dense.plus(dilated), filters, window, Init.ONES);
    y = relu(scope, y);
    var second = layers.at(3);
    var each = depthwiseKernel(second.at("depth_wise"), filters, 3);
    point = second.at("point_wise");
    y = separableConvBatchNorm(point, layers.at(4), y, each, filters, WINDOW, Init.ONES);
    var shortcut = x;
    if (stride > 1 || channels(x) != filters) {
      var place = scope.at("shortcut");
      window = kernel(1).stride(stride);
      shortcut =
          place.output(
              biasedConvBatchNorm(place.at(0), place.at(1), x, filters, window, Init.ONES));
    }
    return scope.output(relu(scope, add(scope, y, shortcut)));
  }
}
