package org.genimage.models.networks;

import static org.genimage.models.nn.Layers.globalAveragePool;
import static org.genimage.models.nn.Layers.linear;

import java.util.ArrayList;
import java.util.List;
import org.genimage.models.nn.Layers;
import org.genimage.models.nn.ModelScope;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.index.Index;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * A small residual network of genimage's own that sees how far each pixel is from what its
 * neighbours predict. Eight fixed filters, after Fridrich and Kodovsky, Rich Models for
 * Steganalysis of Digital Images, IEEE TIFS 2012, on luma and both chroma channels give 24
 * residuals. A hyperbolic tangent limits them, so that the subject's edges do not outweigh noise: a
 * smooth form of the truncation of that paper. The classifier sees the mean and the standard
 * deviation of each channel of three maps: those of the first convolution and of both stages. So
 * plain statistics of the residuals reach it, too.
 *
 * @param trunk sees the residuals; its last layer sees the statistics
 */
public record Residuals(ResNet trunk) implements FrontedResNet {

  /** JPEG's luma, blue and red chroma (ITU-T T.871) of a red, a green and a blue pixel. */
  private static final float[][] COLOURS = {
    {0.299f, -0.168736f, 0.5f}, {0.587f, -0.331264f, -0.418688f}, {0.114f, 0.5f, -0.081312f}
  };

  /** A residual of this many of 255 levels becomes tanh(1). */
  private static final float REACH = 6;

  /** What is added to a variance, so that the root has a slope at 0. */
  private static final float LEAST_VARIANCE = 1e-5f;

  @Override
  public int leastSide() {
    return 3;
  }

  @Override
  public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) { // [N, 192, 192, 3]
    Ops tf = scope.tf();
    var front = scope.at("front").output(residuals(tf, images)); // [N, 190, 190, 24]
    List<Operand<TFloat32>> maps = new ArrayList<>(trunk.maps(scope, front));
    if (trunk.stem().pools()) {
      maps.remove(1); // it has the channels of the first convolution
    }
    List<Operand<TFloat32>> statistics = new ArrayList<>();
    for (Operand<TFloat32> map : maps) { // [N, 95, 95, 64], [N, 48, 48, 256], [N, 24, 24, 512]
      statistics.add(statistics(scope, map));
    }
    var x = scope.at("pooled").output(tf.concat(statistics, tf.constant(1))); // [N, 1664]
    return linear(scope.at(trunk.headName()), x, trunk.outputs()); // [N, outputs]
  }

  /**
   * Returns each channel's mean, and then the square root of its variance and 1e-5.
   *
   * @param x {@code [N, H, W, C]}
   * @return {@code [N, 2 C]}
   */
  public static Operand<TFloat32> statistics(ModelScope scope, Operand<TFloat32> x) {
    Ops tf = scope.tf();
    var mean = globalAveragePool(scope, x);
    var centre = tf.reshape(mean, tf.array(-1, 1, 1, Layers.channels(x)));
    var variance = globalAveragePool(scope, tf.math.square(tf.math.sub(x, centre)));
    var deviation = tf.math.sqrt(tf.math.add(variance, tf.constant(LEAST_VARIANCE)));
    return tf.concat(List.of(mean, deviation), tf.constant(1));
  }

  /**
   * Returns the residuals, {@code tanh(255 r / 6)}, where {@code r} is a filter's response. The
   * filters see 3x3 pixels, so the outermost pixels have no residuals:
   *
   * <pre>
   *  0  0  0    0  0  0    0  0  0    0  1  0   -1  2 -1    0  0  0    0  0  0    0  0  0
   *  0 -1  1    0 -1  0    1 -2  1    0 -2  0    2 -4  2    0 -1  0    0 -1  0    0  1 -1
   *  0  0  0    0  1  0    0  0  0    0  1  0   -1  2 -1    0  0  1    1  0  0    0 -1  1
   * </pre>
   *
   * the fifth divided by 4. They are differences of 32-bit floats rather than a convolution, which
   * bfloat16 would round.
   *
   * @param images {@code [N, H, W, 3]}, red, green, blue, 0 to 1; at least 3 rows and columns
   * @return {@code [N, H - 2, W - 2, 24]}, -1 to 1: luma, blue and red chroma of the first filter,
   *     then of the second and so on
   */
  public static Operand<TFloat32> residuals(Ops tf, Operand<TFloat32> images) {
    var scaled = colours(tf, images);
    var centre = at(tf, scaled, 0, 0);
    var right = tf.math.sub(at(tf, scaled, 0, 1), centre);
    var below = tf.math.sub(at(tf, scaled, 1, 0), centre);
    var left = tf.math.sub(at(tf, scaled, 0, -1), centre);
    var above = tf.math.sub(at(tf, scaled, -1, 0), centre);
    var belowRight = tf.math.sub(at(tf, scaled, 1, 1), centre);
    var belowLeft = tf.math.sub(at(tf, scaled, 1, -1), centre);
    var aboveRight = tf.math.sub(at(tf, scaled, -1, 1), centre);
    var aboveLeft = tf.math.sub(at(tf, scaled, -1, -1), centre);
    var row = tf.math.add(left, right);
    var column = tf.math.add(above, below);
    var corners =
        tf.math.add(tf.math.add(aboveLeft, aboveRight), tf.math.add(belowLeft, belowRight));
    var square =
        tf.math.sub(
            tf.math.mul(tf.math.add(row, column), tf.constant(0.5f)),
            tf.math.mul(corners, tf.constant(0.25f)));
    var cell = tf.math.sub(tf.math.sub(belowRight, right), below);
    return tf.math.tanh(
        tf.concat(
            List.of(right, below, row, column, square, belowRight, belowLeft, cell),
            tf.constant(-1)));
  }

  /** Returns luma and chroma, scaled so that {@link #REACH} levels are 1. */
  private static Operand<TFloat32> colours(Ops tf, Operand<TFloat32> images) {
    var all = Indices.all();
    List<Operand<TFloat32>> parts = new ArrayList<>();
    for (int channel = 0; channel < COLOURS.length; channel++) {
      float[] weights = new float[COLOURS.length];
      for (int colour = 0; colour < weights.length; colour++) {
        weights[colour] = 255 / REACH * COLOURS[channel][colour];
      }
      var plane = tf.stridedSlice(images, all, all, all, Indices.range(channel, channel + 1));
      parts.add(tf.math.mul(plane, tf.constant(weights)));
    }
    return tf.math.add(tf.math.add(parts.get(0), parts.get(1)), parts.get(2));
  }

  /** Returns the pixels that lie so many rows below and columns to the right of the inner ones. */
  private static Operand<TFloat32> at(Ops tf, Operand<TFloat32> x, int row, int column) {
    return tf.stridedSlice(x, Indices.all(), shifted(row), shifted(column));
  }

  private static Index shifted(int offset) {
    return offset == 1 ? Indices.sliceFrom(2) : Indices.range(1 + offset, offset - 1);
  }
}
