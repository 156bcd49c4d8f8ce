package org.genimage.models.networks;

import java.util.List;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.Layers;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Shapes;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Stack;
import org.tensorflow.op.image.ResizeBilinear;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * SAFE, Li et al. 2025: a small residual network that sees one band of a wavelet transform, the
 * finest diagonal detail, which images keep as long as nobody resizes them. Keys are those of the
 * published checkpoint.
 *
 * <p>The band is that of one level of the wavelet bior1.3, high-pass in both directions. Of its six
 * taps only two are not 0, so it is a difference of neighbours.
 *
 * @param trunk sees the band, at the images' size
 */
public record Safe(ResNet trunk) implements FrontedResNet {

  @Override
  public int leastSide() {
    return 2;
  }

  @Override
  public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) { // [N, 256, 256, 3]
    var details = scope.at("hh").output(band(scope, images)); // [N, 130, 130, 3]
    var front = resized(scope.tf(), details, Shapes.sides(scope.tf(), images));
    return trunk.logits(scope, scope.at("front").output(front)); // [N, outputs]
  }

  /**
   * Returns the diagonal details of each channel, (a - b - c + d) / 2 for each cell of 2x2 pixels.
   * Cells begin at even rows and columns. One more cell on each side is mirrored at the edge, which
   * is repeated; after an odd last row or column there are two.
   *
   * @param images {@code [N, H, W, 3]}, of at least 2 rows and columns
   * @return {@code [N, (H + 5) / 2, (W + 5) / 2, 3]}, rounded down
   */
  public static Operand<TFloat32> band(ModelScope scope, Operand<TFloat32> images) {
    Ops tf = scope.tf();
    var odd = tf.math.mod(Shapes.sides(tf, images), tf.constant(2));
    var after = tf.math.add(odd, tf.constant(2));
    var none = tf.array(0);
    Operand<TInt32> ends = tf.concat(List.of(none, after, none), tf.constant(0));
    var mirrored =
        tf.mirrorPad(
            images, tf.stack(List.of(tf.array(0, 2, 2, 0), ends), Stack.axis(1L)), "SYMMETRIC");
    return Layers.convolve(scope, mirrored, cells(tf, Layers.channels(images)), new Conv(2, 2, 0));
  }

  private static Operand<TFloat32> cells(Ops tf, int channels) {
    float[] kernel = new float[4 * channels * channels]; // [2, 2, in, out]
    for (int pixel = 0; pixel < 4; pixel++) {
      for (int channel = 0; channel < channels; channel++) {
        kernel[(pixel * channels + channel) * channels + channel] =
            pixel == 0 || pixel == 3 ? 0.5f : -0.5f;
      }
    }
    return Layers.constant(tf, List.of(2, 2, channels, channels), kernel);
  }

  /**
   * Returns a band at the images' size, bilinear between the centres of pixels.
   *
   * @param details {@code [N, h, w, C]}
   * @param sides height and width of the result
   */
  public static Operand<TFloat32> resized(
      Ops tf, Operand<TFloat32> details, Operand<TInt32> sides) {
    return tf.image.resizeBilinear(details, sides, ResizeBilinear.halfPixelCenters(true));
  }
}
