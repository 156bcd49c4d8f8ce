package org.genimage.models.networks;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.stream.IntStream;
import org.genimage.models.nn.Layers;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.op.core.Min;
import org.tensorflow.op.core.Sum;
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
   * @param images {@code [N, side, side, 3]} in [0, 1], of at least 2 pixels on each side
   * @param differentiable whether every op must have a gradient
   * @return {@code [N, side, side, 3]} in [-1, 1]: vertical frequency, horizontal frequency
   */
  public static Operand<TFloat32> spectrum(
      Ops tf, Operand<TFloat32> images, boolean differentiable) {
    int side = Math.toIntExact(images.shape().get(1));
    checkArgument(side > 1, "percentiles need at least 2 pixels on each side, got %s", side);
    Operand<TFloat32> scaled =
        differentiable ? scaled(tf, images, side) : fastScaled(tf, images, side);
    var planes = tf.reshape(scaled, tf.array(-1, 3, side, side));
    return tf.linalg.transpose(planes, tf.array(0, 3, 2, 1));
  }

  private static Operand<TFloat32> scaled(Ops tf, Operand<TFloat32> images, int side) {
    var rows = logarithms(tf, images, side);
    int values = side * side;
    var high = upperTail(tf, rows, values);
    var low = tf.math.neg(upperTail(tf, tf.math.neg(rows), values));
    return scaled(tf, rows, low, high);
  }

  /**
   * Returns numbers of which low becomes -1 and high 1, clipped there.
   *
   * @param low {@code [rows, 1]}
   * @param high {@code [rows, 1]}
   */
  private static Operand<TFloat32> scaled(
      Ops tf, Operand<TFloat32> rows, Operand<TFloat32> low, Operand<TFloat32> high) {
    var spread = tf.math.sub(high, low);
    var constant = tf.math.less(spread, tf.constant(CONSTANT));
    var divisor = tf.select(constant, tf.constant(1f), spread);
    var factor = tf.select(constant, tf.constant(0f), tf.math.div(tf.constant(2f), divisor));
    var centre = tf.math.mul(tf.math.add(high, low), tf.constant(0.5f));
    var scaled = tf.math.mul(tf.math.sub(rows, centre), factor);
    return tf.clipByValue(scaled, tf.constant(-1f), tf.constant(1f));
  }

  /**
   * Returns the same by ops without gradients. A real image's magnitudes are the same at opposite
   * frequencies, so half of them are calculated and scaled.
   */
  private static Operand<TFloat32> fastScaled(Ops tf, Operand<TFloat32> images, int side) {
    HalfSpectrum half = new HalfSpectrum(side);
    var rows = tf.reshape(half.logarithms(tf, images), tf.array(-1, side * half.width()));
    var alone = tf.gather(rows, tf.constant(half.alone()), tf.constant(1));
    var different = tf.gather(rows, tf.constant(half.different()), tf.constant(1));
    var low = lowerTail(tf, different, alone, side * side);
    var high = tf.math.neg(lowerTail(tf, tf.math.neg(different), tf.math.neg(alone), side * side));
    return tf.gather(scaled(tf, rows, low, high), tf.constant(half.places()), tf.constant(1));
  }

  /**
   * The frequencies of which a real image's transform is calculated: all vertical ones, and half of
   * the horizontal ones.
   *
   * @param side of the image
   */
  private record HalfSpectrum(int side) {

    int width() {
      return side / 2 + 1;
    }

    private int place(int u, int v) {
      return v < width() ? u * width() + v : opposite(u) * width() + side - v;
    }

    private int opposite(int frequency) {
      return (side - frequency) % side;
    }

    /** Returns where in a row of the half each frequency of the whole is. */
    int[] places() {
      int[] places = new int[side * side];
      for (int i = 0; i < places.length; i++) {
        places[i] = place(i / side, i % side);
      }
      return places;
    }

    /** Returns the places in a row of the half that differ: one of each two opposite ones. */
    int[] different() {
      return IntStream.range(0, side * width())
          .filter(i -> i <= place(opposite(i / width()), opposite(i % width())))
          .toArray();
    }

    /** Returns the places in a row of the half that are in the whole once, not twice. */
    int[] alone() {
      return IntStream.range(0, side * width())
          .filter(i -> opposite(i / width()) == i / width() && opposite(i % width()) == i % width())
          .toArray();
    }

    /** Returns ln(|F| + 0.001), {@code [N, 3, side, width]}. */
    Operand<TFloat32> logarithms(Ops tf, Operand<TFloat32> images) {
      var planes = tf.linalg.transpose(images, tf.array(0, 3, 2, 1)); // [N, 3, x, y]
      // TensorFlow Java has no type for complex numbers, so these ops have no method.
      Output<?> transform =
          tf.scope()
              .opBuilder("RFFT2D", "Fourier")
              .addInput(tf.dtypes.cast(planes, TFloat64.class).asOutput())
              .addInput(tf.array(side, side).asOutput())
              .setAttr("Tcomplex", DataType.DT_COMPLEX128)
              .build()
              .output(0);
      // The op for magnitudes scales them against overflow, from which these are far.
      var power =
          tf.math.add(
              tf.math.square(part(tf, transform, "Real")),
              tf.math.square(part(tf, transform, "Imag")));
      var single = tf.dtypes.cast(tf.math.sqrt(power), TFloat32.class);
      return tf.math.log(tf.math.add(single, tf.constant(1e-3f)));
    }

    private static Operand<TFloat64> part(Ops tf, Output<?> transform, String name) {
      return tf.scope()
          .opBuilder(name, name)
          .addInput(transform)
          .setAttr("Tout", DataType.DT_DOUBLE)
          .build()
          .<TFloat64>output(0);
    }
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

  /**
   * Returns the 5th percentile of rows in which most numbers are twice, linearly between the two
   * values around it as NumPy does, by a search that has no gradient.
   *
   * @param different each number of a row once, {@code [rows, D]}
   * @param alone those that are in the row once, {@code [rows, A]}
   * @param values how many numbers a row has: 2 D - A
   * @return {@code [rows, 1]}
   */
  private static Operand<TFloat32> lowerTail(
      Ops tf, Operand<TFloat32> different, Operand<TFloat32> alone, int values) {
    double place = TAIL * (values - 1);
    int below = (int) place;
    float weight = (float) (place - below);
    // Fewer numbers of the row than 2 (below / 2) are less than this one.
    int first = below / 2;
    // As many candidates that at least below + 2 numbers of the row are at most the last one.
    long once = alone.shape().get(1);
    int candidates = Math.toIntExact((below + 2 + once + 1) / 2 - first);
    Operand<TFloat32> value =
        tf.expandDims(tf.nn.nthElement(different, tf.constant(first)), tf.constant(1));
    Operand<TFloat32> nearer = value;
    Operand<TFloat32> farther = value;
    for (int i = 1; i < candidates; i++) {
      var upTo = count(tf, different, value);
      var inRow = tf.math.sub(tf.math.mul(upTo, tf.constant(2)), count(tf, alone, value));
      value =
          tf.select(
              tf.math.greater(upTo, tf.constant(first + i)), value, next(tf, different, value));
      nearer = tf.select(tf.math.less(inRow, tf.constant(below + 1)), value, nearer);
      farther = tf.select(tf.math.less(inRow, tf.constant(below + 2)), value, farther);
    }
    return tf.math.add(
        tf.math.mul(nearer, tf.constant(1 - weight)), tf.math.mul(farther, tf.constant(weight)));
  }

  /** Returns how many numbers of each row are at most a value, {@code [rows, 1]}. */
  private static Operand<TInt32> count(Ops tf, Operand<TFloat32> rows, Operand<TFloat32> value) {
    var most = tf.dtypes.cast(tf.math.lessEqual(rows, value), TInt32.class);
    return tf.sum(most, tf.constant(1), Sum.keepDims(true));
  }

  /** Returns the least number of each row that is greater than a value, {@code [rows, 1]}. */
  private static Operand<TFloat32> next(Ops tf, Operand<TFloat32> rows, Operand<TFloat32> value) {
    var greater =
        tf.select(tf.math.greater(rows, value), rows, tf.constant(Float.POSITIVE_INFINITY));
    return tf.min(greater, tf.constant(1), Min.keepDims(true));
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
