package org.genimage.models.networks;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import org.genimage.models.nn.Layers;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.op.nn.NthElement;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;

/**
 * Spec, Zhang, Karaman and Chang 2019: a classifier of log spectra, which show the grid that
 * upsampling leaves. Keys are the classifier's.
 *
 * <p>TensorFlow's transforms have no gradient here, so the transform is a product with cosines and
 * sines. It runs in 64 bits, as NumPy's did for the authors: in 32 bits the rounding of the large
 * low frequencies would cover the small high ones.
 *
 * @param variant what of it the classifier sees
 * @param classifier sees spectra
 */
public record Spec(SpecVariant variant, Network classifier) implements Network {

  /** Share of the values below the least, and above the greatest, that is clipped. */
  private static final double TAIL = 0.05;

  /** A channel whose logarithms differ by less is constant: what differs is rounding. */
  private static final float CONSTANT = 1e-4f;

  @Override
  public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) { // [N, 224, 224, 3]
    return classifier.logits(scope, feature(scope, images)); // [N, outputs]
  }

  @Override
  public List<String> head() {
    return classifier.head();
  }

  @Override
  public List<String> fresh() {
    return classifier.fresh();
  }

  /** Returns what the classifier sees: the shape of the images. */
  Operand<TFloat32> feature(ModelScope scope, Operand<TFloat32> images) {
    if (variant == SpecVariant.IMAGE) {
      return images;
    }
    Ops tf = scope.tf();
    Operand<TFloat32> whole = spectrum(tf, images, scope.reachesImages());
    return variant == SpecVariant.FULL ? whole : tf.math.mul(whole, band(tf, images));
  }

  /** Returns {@code [side, side, 1]}: 1 in the band, else 0. */
  private Operand<TFloat32> band(Ops tf, Operand<TFloat32> images) {
    int side = Math.toIntExact(images.shape().get(1));
    checkArgument(variant.fits(side), "Spec's bands are those of 224 pixels, got %s", side);
    float[] ones = new float[side * side];
    for (int i = 0; i < ones.length; i++) {
      ones[i] = variant.keeps(i / side, i % side) ? 1 : 0;
    }
    return Layers.constant(tf, List.of(side, side, 1), ones);
  }

  /**
   * Returns each channel's log spectrum, ln(|F| + 0.001), the frequency 0 first, scaled so that its
   * 5th percentile is -1 and its 95th is 1, and clipped there. A channel without any spread gives
   * zeros, where the authors' code divides by zero.
   *
   * @param images {@code [N, side, side, 3]} in [0, 1]
   * @param differentiable whether every op must have a gradient
   * @return {@code [N, side, side, 3]} in [-1, 1]: vertical frequency, horizontal frequency
   */
  public static Operand<TFloat32> spectrum(
      Ops tf, Operand<TFloat32> images, boolean differentiable) {
    int side = Math.toIntExact(images.shape().get(1));
    int values = side * side;
    var rows = differentiable ? logarithms(tf, images, side) : fastLogarithms(tf, images, side);
    Operand<TFloat32> high; // [3N, 1]
    Operand<TFloat32> low;
    if (differentiable) {
      high = upperTail(tf, rows, values);
      low = tf.math.neg(upperTail(tf, tf.math.neg(rows), values));
    } else {
      high = tail(tf, rows, values, true);
      low = tail(tf, rows, values, false);
    }
    var spread = tf.math.sub(high, low);
    var constant = tf.math.less(spread, tf.constant(CONSTANT));
    var divisor = tf.select(constant, tf.constant(1f), spread);
    var factor = tf.select(constant, tf.constant(0f), tf.math.div(tf.constant(2f), divisor));
    var centre = tf.math.mul(tf.math.add(high, low), tf.constant(0.5f));
    var scaled = tf.math.mul(tf.math.sub(rows, centre), factor);
    var result = tf.clipByValue(scaled, tf.constant(-1f), tf.constant(1f));
    var planes = tf.reshape(result, tf.array(-1, 3, side, side));
    return tf.linalg.transpose(planes, tf.array(0, 3, 2, 1));
  }

  /**
   * Returns ln(|F| + 0.001), {@code [3N, side * side]}: image and channel; horizontal and vertical
   * frequency. A real image's magnitudes are the same at opposite frequencies, so half of them are
   * calculated.
   */
  private static Operand<TFloat32> fastLogarithms(Ops tf, Operand<TFloat32> images, int side) {
    var planes = tf.linalg.transpose(images, tf.array(0, 3, 2, 1)); // [N, 3, x, y]
    // TensorFlow Java has no type for complex numbers, so these ops have no method.
    var half =
        tf.scope()
            .opBuilder("RFFT2D", "Fourier")
            .addInput(tf.dtypes.cast(planes, TFloat64.class).asOutput())
            .addInput(tf.array(side, side).asOutput())
            .setAttr("Tcomplex", DataType.DT_COMPLEX128)
            .build();
    var magnitude =
        tf.scope()
            .opBuilder("ComplexAbs", "Magnitude")
            .addInput(half.output(0))
            .setAttr("Tout", DataType.DT_DOUBLE)
            .build()
            .<TFloat64>output(0); // [N, 3, u, v up to side / 2]
    var single = tf.dtypes.cast(magnitude, TFloat32.class);
    var logarithm = tf.math.log(tf.math.add(single, tf.constant(1e-3f)));
    int width = side / 2 + 1;
    int[] places = new int[side * side];
    for (int u = 0; u < side; u++) {
      for (int v = 0; v < side; v++) {
        int place = v < width ? u * width + v : (side - u) % side * width + side - v;
        places[u * side + v] = place;
      }
    }
    return tf.gather(
        tf.reshape(logarithm, tf.array(-1, side * width)), tf.constant(places), tf.constant(1));
  }

  /** Returns the same by ops that have a gradient. */
  private static Operand<TFloat32> logarithms(Ops tf, Operand<TFloat32> images, int side) {
    var logarithm = tf.math.log(tf.math.add(magnitude(tf, images, side), tf.constant(1e-3)));
    return tf.reshape(tf.dtypes.cast(logarithm, TFloat32.class), tf.array(-1, side * side));
  }

  /** Returns |F|, {@code [N, 3, side, side]}: channel, horizontal and vertical frequency. */
  private static Operand<TFloat64> magnitude(Ops tf, Operand<TFloat32> images, int side) {
    var planes = tf.linalg.transpose(images, tf.array(0, 3, 1, 2)); // [N, 3, y, x]
    Operand<TFloat64> x = tf.dtypes.cast(planes, TFloat64.class);
    x = tf.linalg.matMul(tf.reshape(x, tf.array(-1, side)), fourier(tf, side, side));
    x = tf.reshape(x, tf.array(-1, side, 2, side)); // [3N, y, parts, u]
    x = tf.linalg.transpose(x, tf.array(0, 3, 2, 1)); // [3N, u, parts, y]
    x = tf.reshape(x, tf.array(-1, 2 * side));
    x = tf.linalg.matMul(x, fourier(tf, 2 * side, side)); // [3Nu, parts * v]
    x = tf.reshape(x, tf.array(-1, 3, side, 2, side)); // [N, 3, u, parts, v]
    var power = tf.sum(tf.math.square(x), tf.constant(3)); // [N, 3, u, v]
    // The root's gradient is infinite at 0.
    return tf.math.sqrt(tf.math.add(power, tf.constant(1e-24)));
  }

  /**
   * Returns the transform as a real matrix: rows are real parts, then imaginary ones if there are
   * {@code 2 * side}; columns are real parts, then imaginary ones. The sign of the imaginary parts
   * is that of the inverse transform, since magnitudes of real images do not depend on it.
   */
  private static Operand<TFloat64> fourier(Ops tf, int rows, int side) {
    double[] values = new double[rows * 2 * side];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < 2 * side; column++) {
        double angle = 2 * Math.PI * (row % side * (column % side) % side) / side;
        boolean toReal = column < side;
        values[row * 2 * side + column] =
            row < side == toReal ? Math.cos(angle) : toReal ? -Math.sin(angle) : Math.sin(angle);
      }
    }
    return tf.constant(Shape.of(rows, 2 * side), DataBuffers.of(values, true, false));
  }

  /** Returns the 95th percentile of each row, or the 5th, by a search that has no gradient. */
  private static Operand<TFloat32> tail(Ops tf, Operand<TFloat32> rows, int values, boolean upper) {
    double place = TAIL * (values - 1);
    int above = (int) place;
    float weight = (float) (place - above);
    var nearer = tf.nn.nthElement(rows, tf.constant(above), NthElement.reverse(upper));
    var farther = tf.nn.nthElement(rows, tf.constant(above + 1), NthElement.reverse(upper));
    var between =
        tf.math.add(
            tf.math.mul(nearer, tf.constant(1 - weight)),
            tf.math.mul(farther, tf.constant(weight)));
    return tf.expandDims(between, tf.constant(1));
  }

  /**
   * Returns the 95th percentile of each row, linearly between the two values around it as NumPy
   * does. Those two are looked up, so the gradient goes to them; the search itself has none.
   *
   * @return {@code [rows, 1]}
   */
  private static Operand<TFloat32> upperTail(Ops tf, Operand<TFloat32> rows, int values) {
    double place = TAIL * (values - 1);
    int above = (int) place;
    float weight = (float) (place - above);
    var order = tf.nn.topK(tf.stopGradient(rows), tf.constant(above + 2), TInt32.class).indices();
    var pair = tf.slice(order, tf.array(0, above), tf.array(-1, 2));
    var found = tf.gather(rows, pair, tf.constant(1), Gather.batchDims(1L)); // [rows, 2]
    var weights = tf.constant(new float[] {1 - weight, weight});
    return tf.expandDims(tf.sum(tf.math.mul(found, weights), tf.constant(1)), tf.constant(1));
  }
}
