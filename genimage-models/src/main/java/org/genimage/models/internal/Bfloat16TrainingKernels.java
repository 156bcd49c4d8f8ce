package org.genimage.models.internal;

import static org.genimage.models.nn.Layers.channels;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.genimage.models.nn.Activation;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.CustomGradients;
import org.genimage.models.nn.Kernels;
import org.genimage.models.nn.ParameterValue;
import org.genimage.models.nn.Shapes;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Sum;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;

/**
 * Kernels for training transformers in bfloat16 on a CPU. Linear layers, attention and their
 * gradients see and give bfloat16. Weights, residual sums and layer norms stay in 32-bit floats.
 * Other layers are left to TensorFlow's mixed precision.
 */
final class Bfloat16TrainingKernels implements Kernels {

  private final Ops tf;
  private final OneDnnOps ops;
  private final Kernels mixed;
  private final Kernels float32;

  /**
   * Creates the kernels of a graph.
   *
   * @param mixed kernels that TensorFlow's mixed precision lowers
   * @param float32 kernels that it leaves as they are
   */
  Bfloat16TrainingKernels(Kernels mixed, Kernels float32) {
    this.tf = mixed.tf();
    this.ops = new OneDnnOps(tf, true, false);
    this.mixed = mixed;
    this.float32 = float32;
  }

  @Override
  public Ops tf() {
    return tf;
  }

  @Override
  public CustomGradients gradients() {
    return mixed.gradients();
  }

  @Override
  public Operand<TFloat32> relu(Operand<TFloat32> x) {
    return mixed.relu(x);
  }

  @Override
  public Operand<TFloat32> gelu(Operand<TFloat32> x) {
    return mixed.gelu(x);
  }

  @Override
  public Operand<TFloat32> add(Operand<TFloat32> x, Operand<TFloat32> y) {
    return mixed.add(x, y);
  }

  @Override
  public Operand<TFloat32> conv(Operand<TFloat32> x, Operand<TFloat32> kernel, Conv window) {
    return mixed.conv(x, kernel, window);
  }

  @Override
  public Operand<TFloat32> conv(
      Operand<TFloat32> x, ParameterValue kernel, ParameterValue bias, Conv window) {
    int side = window.kernel();
    boolean patches = side == window.stride() && window.padding() == 0;
    long height = x.shape().get(1);
    long width = x.shape().get(2);
    return patches && height > 0 && width > 0 && height % side == 0 && width % side == 0
        ? patches(x, kernel.operand(), bias.operand(), side)
        : mixed.conv(x, kernel, bias, window);
  }

  /** Returns a linear layer of square patches. */
  private Operand<TFloat32> patches(
      Operand<TFloat32> x, Operand<TFloat32> kernel, Operand<TFloat32> bias, int side) {
    long height = x.shape().get(1) / side;
    long width = x.shape().get(2) / side;
    int inputs = channels(x);
    int outputs = channels(kernel);
    var apart = tf.reshape(x, tf.array(-1, height, side, width, side, inputs));
    var rows =
        tf.reshape(
            tf.linalg.transpose(apart, tf.array(0, 1, 3, 2, 4, 5)),
            tf.array(-1, side * side * inputs));
    var matrix = tf.reshape(kernel, tf.array(side * side * inputs, outputs));
    return tf.reshape(linear(rows, matrix, bias), tf.array(-1, height, width, outputs));
  }

  @Override
  public Operand<TFloat32> depthwiseConv(Operand<TFloat32> x, ParameterValue kernel, Conv window) {
    return mixed.depthwiseConv(x, kernel, window);
  }

  @Override
  public Operand<TFloat32> maxPool(Operand<TFloat32> x, Conv window) {
    return mixed.maxPool(x, window);
  }

  @Override
  public BatchNormalised batchNorm(
      Operand<TFloat32> x, Operand<TFloat32> weight, Operand<TFloat32> bias, float epsilon) {
    return mixed.batchNorm(x, weight, bias, epsilon);
  }

  @Override
  public Operand<TFloat32> products(Operand<TFloat32> x) {
    return mixed.products(x);
  }

  @Override
  public Operand<TFloat32> named(Operand<TFloat32> named, Operand<TFloat32> x) {
    return mixed.named(named, x);
  }

  @Override
  public Operand<TFloat32> layerNorm(
      Operand<TFloat32> x, ParameterValue weight, ParameterValue bias, double epsilon) {
    return float32.layerNorm(x, weight, bias, epsilon);
  }

  @Override
  public Operand<TFloat32> linear(Operand<TFloat32> x, ParameterValue weight) {
    var wide = Shapes.flatten(tf, x);
    var rows = lower(wide);
    var matrix = weight.operand();
    var y =
        register(
            raise(product(rows, false, lower(matrix), false)),
            List.of(wide, matrix),
            up -> List.of(byRows(lower(up), matrix), byWeight(rows, lower(up))));
    return Shapes.unflatten(tf, y, x);
  }

  @Override
  public Operand<TFloat32> linear(Operand<TFloat32> x, ParameterValue weight, ParameterValue bias) {
    var y = linear(Shapes.flatten(tf, x), weight.operand(), bias.operand());
    return Shapes.unflatten(tf, y, x);
  }

  private Operand<TFloat32> linear(
      Operand<TFloat32> wide, Operand<TFloat32> matrix, Operand<TFloat32> offset) {
    var rows = lower(wide);
    return register(
        raise(sums(tf, rows, matrix, offset)),
        List.of(wide, matrix, offset),
        up -> {
          var upstream = lower(up);
          return List.of(byRows(upstream, matrix), byWeight(rows, upstream), sumOfRows(upstream));
        });
  }

  /**
   * Returns two linear layers with a non-linearity between them. What the first one gives is not
   * kept for the gradient of GELU, but calculated once more: GELU's gradient at x is half of 1 +
   * erf(z) + 2 / sqrt(pi) z exp(-z^2) with z = x sqrt(1/2), and both factors go into weights, which
   * are fewer.
   */
  @Override
  public Operand<TFloat32> feedForward(
      Activation between,
      Operand<TFloat32> x,
      ParameterValue in,
      ParameterValue inBias,
      ParameterValue out,
      ParameterValue outBias) {
    if (between != Activation.GELU) {
      return Kernels.super.feedForward(between, x, in, inBias, out, outBias);
    }
    var first = in.operand();
    var firstBias = inBias.operand();
    var second = out.operand();
    var secondBias = outBias.operand();
    var wide = Shapes.flatten(tf, x);
    var rows = lower(wide);
    var hidden = sums(tf, rows, first, firstBias, "GeluExact");
    var y =
        register(
            raise(sums(tf, hidden, second, secondBias)),
            List.of(wide, first, firstBias, second, secondBias),
            up -> {
              var upstream = lower(up);
              Ops late = tf.withControlDependencies(List.of(upstream));
              var root = tf.constant((float) Math.sqrt(0.5));
              var z = sums(late, rows, tf.math.mul(first, root), tf.math.mul(firstBias, root));
              var half = lower(tf.math.mul(second, tf.constant(0.5f)));
              var inner = tf.math.mul(product(upstream, false, half, true), twiceGeluSlope(z));
              return List.of(
                  byRows(inner, first),
                  byWeight(rows, inner),
                  sumOfRows(inner),
                  byWeight(hidden, upstream),
                  sumOfRows(upstream));
            });
    return Shapes.unflatten(tf, y, x);
  }

  /**
   * Between two non-linearities is always something with two inputs: TensorFlow would make one op
   * of the two, which is slower than both.
   */
  private Operand<TBfloat16> twiceGeluSlope(Operand<TBfloat16> z) {
    var wide = raise(z);
    var level = tf.constant((float) Math.log(2 / Math.sqrt(Math.PI)));
    var bell = tf.math.exp(tf.math.sub(level, tf.math.square(wide)));
    var slope = tf.math.add(tf.math.erf(wide), tf.math.mul(wide, bell));
    return lower(tf.math.add(slope, tf.constant(1f)));
  }

  /** Returns a linear layer of rows, and what follows it. */
  private Operand<TBfloat16> sums(
      Ops tf,
      Operand<TBfloat16> rows,
      Operand<TFloat32> matrix,
      Operand<TFloat32> offset,
      String... next) {
    return OneDnnOps.linear(tf, rows, lower(matrix), lower(offset), List.of(next))
        .build()
        .output(0)
        .expect(TBfloat16.class);
  }

  private Operand<TFloat32> byRows(Operand<TBfloat16> upstream, Operand<TFloat32> matrix) {
    return raise(product(upstream, false, lower(matrix), true));
  }

  private Operand<TFloat32> byWeight(Operand<TBfloat16> rows, Operand<TBfloat16> upstream) {
    return raise(product(rows, true, upstream, false));
  }

  /** Returns the sum of all rows: oneDNN adds up in 32 bits. */
  private Operand<TFloat32> sumOfRows(Operand<TBfloat16> rows) {
    var count = tf.slice(tf.shape(rows), tf.array(0), tf.array(1));
    var ones =
        tf.fill(
            tf.concat(List.of(tf.array(1), count), tf.constant(0)),
            tf.dtypes.cast(tf.constant(1f), TBfloat16.class));
    return raise(
        tf.reshape(
            product(ones, false, rows, false), tf.array(Math.toIntExact(rows.shape().get(1)))));
  }

  private Operand<TBfloat16> product(
      Operand<TBfloat16> x, boolean transposed, Operand<TBfloat16> y, boolean other) {
    return OneDnnOps.matrixProduct(tf, x, transposed, y, other).expect(TBfloat16.class);
  }

  @Override
  public Operand<TFloat32> attention(
      Operand<TFloat32> qkv, int heads, Optional<Operand<TFloat32>> bias) {
    long length = qkv.shape().get(1);
    int width = channels(qkv) / 3;
    int depth = width / heads;
    var split = tf.reshape(lower(qkv), tf.array(-1, length, 3, heads, depth));
    var parts = tf.unstack(tf.linalg.transpose(split, tf.array(2, 0, 3, 1, 4)), 3L).output();
    var query = parts.get(0); // [N, heads, L, depth]
    var key = parts.get(1);
    var value = parts.get(2);
    var weights = tf.nn.softmax(scores(query, key, bias));
    var attended = batched(weights, false, value, false);
    var y =
        tf.reshape(
            tf.linalg.transpose(attended, tf.array(0, 2, 1, 3)), tf.array(-1, length, width));
    List<Operand<TFloat32>> inputs = new ArrayList<>(List.of(qkv));
    bias.ifPresent(inputs::add);
    return register(
        raise(y),
        inputs,
        up -> {
          var apart = tf.reshape(lower(up), tf.array(-1, length, heads, depth));
          var upstream = tf.linalg.transpose(apart, tf.array(0, 2, 1, 3));
          // The mean gradient of the weights, from what is smaller than the weights.
          var mean =
              tf.sum(
                  tf.math.mul(raise(upstream), raise(attended)),
                  tf.constant(-1),
                  Sum.keepDims(true));
          var steep = tf.math.sub(batched(upstream, false, value, true), lower(mean));
          var gradient = tf.math.mul(steep, weights);
          var byQuery = batched(gradient, false, key, false);
          var byKey = batched(gradient, true, query, false);
          var byValue = batched(weights, true, upstream, false);
          var stacked = tf.stack(List.of(byQuery, byKey, byValue)); // [3, N, heads, L, depth]
          var joined =
              tf.reshape(
                  tf.linalg.transpose(stacked, tf.array(1, 3, 0, 2, 4)),
                  tf.array(-1, length, 3 * width));
          List<Operand<TFloat32>> gradients = new ArrayList<>(List.of(raise(joined)));
          bias.ifPresent(b -> gradients.add(sumOfGroups(gradient, b)));
          return gradients;
        });
  }

  private Operand<TBfloat16> scores(
      Operand<TBfloat16> query, Operand<TBfloat16> key, Optional<Operand<TFloat32>> bias) {
    var scores = batched(query, false, key, true);
    return bias.map(
            b -> {
              long[] from = scores.shape().asArray();
              long[] to = b.shape().asArray();
              var grouped = tf.reshape(scores, tf.array(-1, to[0], to[1], to[2]));
              Operand<TBfloat16> sum =
                  tf.reshape(
                      tf.math.add(grouped, lower(b)), tf.array(-1, from[1], from[2], from[3]));
              return sum;
            })
        .orElse(scores);
  }

  private Operand<TFloat32> sumOfGroups(Operand<TBfloat16> gradient, Operand<TFloat32> bias) {
    long[] sides = bias.shape().asArray();
    var rows = tf.reshape(gradient, tf.array(-1, sides[0] * sides[1] * sides[2]));
    return tf.reshape(sumOfRows(rows), tf.array(sides));
  }

  private Operand<TBfloat16> batched(
      Operand<TBfloat16> x, boolean transposed, Operand<TBfloat16> y, boolean other) {
    return OneDnnOps.product(tf, x, transposed, y, other).expect(TBfloat16.class);
  }

  private Operand<TBfloat16> lower(Operand<TFloat32> x) {
    return ops.lower(x).asOutput().expect(TBfloat16.class);
  }

  private Operand<TFloat32> raise(Operand<TBfloat16> x) {
    return ops.raise(x.asOutput());
  }
}
