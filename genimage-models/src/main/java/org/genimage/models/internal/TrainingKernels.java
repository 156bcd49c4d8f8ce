package org.genimage.models.internal;

import static org.genimage.models.nn.Layers.channels;

import java.util.Arrays;
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
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.math.Mean;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.TFloat32;

/**
 * Kernels with custom gradients that need less memory or time than those that TensorFlow finds, for
 * 32-bit floats without XLA. What they do not improve is left to TensorFlow's public ops.
 */
final class TrainingKernels implements Kernels {

  private final Ops tf;
  private final Kernels plain;
  private final OneDnnOps oneDnn;
  private final Formulas formulas;

  /**
   * Creates the kernels of a graph.
   *
   * @param plain public ops that all have gradients
   * @param formulas how single numbers are calculated from others
   */
  TrainingKernels(Kernels plain, Formulas formulas) {
    this.tf = plain.tf();
    this.plain = plain;
    this.formulas = formulas;
    this.oneDnn = new OneDnnOps(tf, false, false);
  }

  @Override
  public Ops tf() {
    return tf;
  }

  @Override
  public CustomGradients gradients() {
    return plain.gradients();
  }

  /** Returns max(x, 0), whose gradient follows from the result, so that x need not be kept. */
  @Override
  public Operand<TFloat32> relu(Operand<TFloat32> x) {
    return follow(x, "Relu", Optional.empty())
        .map(
            y ->
                gradients()
                    .registerFused(tf, x, y, upstream -> reluGradient(upstream, y), List.of()))
        .orElseGet(
            () -> {
              Operand<TFloat32> y = tf.nn.relu(x);
              return register(y, List.of(x), upstream -> List.of(reluGradient(upstream, y)));
            });
  }

  private Operand<TFloat32> reluGradient(Operand<TFloat32> upstream, Operand<TFloat32> y) {
    return tf.scope()
        .opBuilder("ReluGrad", "ReluGrad")
        .addInput(upstream.asOutput())
        .addInput(y.asOutput())
        .build()
        .output(0);
  }

  @Override
  public Operand<TFloat32> gelu(Operand<TFloat32> x) {
    return plain.gelu(x);
  }

  @Override
  public Operand<TFloat32> add(Operand<TFloat32> x, Operand<TFloat32> y) {
    return addTo(x, y)
        .or(() -> addTo(y, x))
        .orElseGet(
            () ->
                register(
                    tf.math.add(x, y), List.of(x, y), upstream -> List.of(upstream, upstream)));
  }

  private Optional<Operand<TFloat32>> addTo(Operand<TFloat32> x, Operand<TFloat32> y) {
    return follow(x, "Add", Optional.of(y))
        .map(sum -> gradients().registerFused(tf, x, sum, upstream -> upstream, List.of(y)));
  }

  /** Returns a convolution of fixed numbers together with what follows it, as one op. */
  private Optional<Operand<TFloat32>> follow(
      Operand<TFloat32> x, String next, Optional<Operand<TFloat32>> argument) {
    return gradients().has(x) ? oneDnn.followConv(x, next, argument) : Optional.empty();
  }

  @Override
  public Operand<TFloat32> conv(Operand<TFloat32> x, Operand<TFloat32> kernel, Conv window) {
    boolean product = Convolutions.isProduct(window);
    if (!product && (window.same() || window.padding() == 0)) {
      return plain.conv(x, kernel, window);
    }
    return register(
        product ? plain.conv(x, kernel, window) : Convolutions.of(tf, x, kernel, window),
        List.of(x, kernel),
        upstream ->
            List.of(
                Convolutions.inputGradient(tf, x, kernel, upstream, window),
                Convolutions.kernelGradient(tf, x, kernel, upstream, window)));
  }

  @Override
  public Operand<TFloat32> conv(
      Operand<TFloat32> x, ParameterValue kernel, ParameterValue bias, Conv window) {
    if (!OneDnn.isAvailable() || !kernel.isFixed() || !bias.isFixed()) {
      return tf.nn.biasAdd(conv(x, kernel.operand(), window), bias.operand());
    }
    Operand<TFloat32> y = oneDnn.conv(x, kernel, bias, window);
    Operand<TFloat32> numbers = OneDnnOps.kernel(y);
    return register(
        y,
        List.of(x),
        upstream -> List.of(Convolutions.inputGradient(tf, x, numbers, upstream, window)));
  }

  @Override
  public Operand<TFloat32> depthwiseConv(Operand<TFloat32> x, ParameterValue kernel, Conv window) {
    return plain.depthwiseConv(x, kernel, window);
  }

  @Override
  public Operand<TFloat32> maxPool(Operand<TFloat32> x, Conv window) {
    return plain.maxPool(x, window);
  }

  @Override
  public Operand<TFloat32> linear(Operand<TFloat32> x, ParameterValue weight) {
    return plain.linear(x, weight);
  }

  @Override
  public Operand<TFloat32> linear(Operand<TFloat32> x, ParameterValue weight, ParameterValue bias) {
    var rows = Shapes.flatten(tf, x);
    var matrix = weight.operand();
    var offset = bias.operand();
    Operand<TFloat32> sums =
        OneDnn.isAvailable()
            ? OneDnnOps.linear(tf, rows, matrix, offset).build().output(0)
            : tf.nn.biasAdd(tf.linalg.matMul(rows, matrix), offset);
    var registered =
        register(
            sums,
            List.of(rows, matrix, offset),
            upstream ->
                List.of(
                    tf.linalg.matMul(upstream, matrix, MatMul.transposeB(true)),
                    tf.linalg.matMul(rows, upstream, MatMul.transposeA(true)),
                    tf.nn.biasAddGrad(upstream)));
    return Shapes.unflatten(tf, registered, x);
  }

  /**
   * Returns two linear layers with a non-linearity between them. GELU's factors sqrt(1/2) go into
   * the weights, which are fewer: x (1 + erf(x)) is GELU of x sqrt(2) times sqrt(2).
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
    float half = (float) Math.sqrt(0.5);
    var scaled = linear(x, in.scaled(half), inBias.scaled(half));
    return linear(scaledGelu(scaled), out.scaled(half), outBias);
  }

  private Operand<TFloat32> scaledGelu(Operand<TFloat32> x) {
    var twice = tf.math.add(tf.math.erf(x), tf.constant(1f));
    return register(
        tf.math.mul(x, twice),
        List.of(x),
        upstream -> {
          var level = tf.constant((float) Math.log(2 / Math.sqrt(Math.PI)));
          var bell = tf.math.exp(tf.math.sub(level, tf.math.square(x)));
          var steep = tf.math.mul(x, bell);
          return List.of(tf.math.mul(upstream, tf.math.add(twice, steep)));
        });
  }

  @Override
  public Operand<TFloat32> layerNorm(
      Operand<TFloat32> x, ParameterValue weight, ParameterValue bias, double epsilon) {
    var gamma = weight.operand();
    var beta = bias.operand();
    Operand<TFloat32> y =
        OneDnn.isAvailable()
            ? OneDnnOps.layerNorm(tf, x, gamma, beta, epsilon).expect(TFloat32.class)
            : plain.layerNorm(x, weight, bias, epsilon);
    return register(
        y, List.of(x, gamma, beta), upstream -> layerNormGradients(x, gamma, upstream, epsilon));
  }

  private List<Operand<TFloat32>> layerNormGradients(
      Operand<TFloat32> x, Operand<TFloat32> weight, Operand<TFloat32> upstream, double epsilon) {
    int width = channels(x);
    // Calculated once more after the upstream gradient is known, and not kept until then.
    Ops late = tf.withControlDependencies(List.of(upstream));
    var rows = late.reshape(x, tf.array(-1, width));
    var g = tf.reshape(upstream, tf.array(-1, width));
    var mean = meanOfRow(late, rows);
    // TensorFlow's op for squared differences takes two numbers at a time.
    var distances =
        formulas.of(
            late,
            "squared_distance",
            TFloat32.class,
            (inside, inputs) -> inside.math.square(inside.math.sub(inputs.get(0), inputs.get(1))),
            List.of(rows, mean));
    var variance = meanOfRow(tf, distances);
    var scale = tf.math.rsqrt(tf.math.add(variance, tf.constant((float) epsilon)));
    var normal = normalised(late, rows, mean, scale, epsilon);
    var product = tf.math.mul(g, normal);
    var weights = tf.math.mul(tf.reshape(weight, tf.array(width, 1)), tf.constant(1f / width));
    var gradient =
        formulas.of(
            tf,
            "layer_norm_gradient",
            TFloat32.class,
            (inside, inputs) -> {
              var weighted = inside.math.mul(inputs.get(1), inputs.get(2));
              var along = inside.math.mul(inputs.get(0), inputs.get(3));
              var steep = inside.math.sub(inside.math.sub(weighted, along), inputs.get(4));
              return inside.math.mul(steep, inputs.get(5));
            },
            List.of(normal, g, weight, column(product, weights), column(g, weights), scale));
    var first = tf.constant(0);
    return List.of(tf.reshape(gradient, tf.shape(x)), tf.sum(product, first), tf.sum(g, first));
  }

  /** Returns the product of a matrix and a column. */
  private Operand<TFloat32> column(Operand<TFloat32> matrix, Operand<TFloat32> column) {
    return OneDnn.isAvailable()
        ? OneDnnOps.matrixProduct(tf, matrix, false, column, false).expect(TFloat32.class)
        : tf.linalg.matMul(matrix, column);
  }

  private static Operand<TFloat32> meanOfRow(Ops tf, Operand<TFloat32> rows) {
    return tf.math.mean(rows, tf.constant(1), Mean.keepDims(true));
  }

  private Operand<TFloat32> normalised(
      Ops late,
      Operand<TFloat32> rows,
      Operand<TFloat32> mean,
      Operand<TFloat32> scale,
      double epsilon) {
    if (!OneDnn.isAvailable()) {
      return tf.math.mul(tf.math.sub(rows, mean), scale);
    }
    float[] ones = new float[channels(rows)];
    Arrays.fill(ones, 1);
    var zeros = tf.constant(new float[ones.length]);
    return OneDnnOps.layerNorm(late, rows, tf.constant(ones), zeros, epsilon)
        .expect(TFloat32.class);
  }

  @Override
  public Operand<TFloat32> attention(
      Operand<TFloat32> qkv, int heads, Optional<Operand<TFloat32>> bias) {
    var parts = Shapes.heads(tf, qkv, heads); // [N, h, L, d] each
    var attended = attention(parts.get(0), parts.get(1), parts.get(2), bias);
    return Shapes.joined(tf, attended, qkv.shape().get(1), channels(qkv) / 3);
  }

  private Operand<TFloat32> attention(
      Operand<TFloat32> query,
      Operand<TFloat32> key,
      Operand<TFloat32> value,
      Optional<Operand<TFloat32>> bias) {
    var scores = product(query, false, key, true);
    var biased = bias.map(b -> Shapes.addGroups(tf, scores, b)).orElse(scores);
    var weights = tf.nn.softmax(biased);
    var attended = product(weights, false, value, false);
    List<Operand<TFloat32>> inputs =
        bias.map(b -> List.of(query, key, value, b)).orElse(List.of(query, key, value));
    return register(
        attended,
        inputs,
        upstream -> {
          // The mean gradient of the weights, from what is smaller than the weights.
          var mean = tf.sum(tf.math.mul(upstream, attended), tf.constant(-1), Sum.keepDims(true));
          var steep = tf.math.sub(product(upstream, false, value, true), mean);
          var gradient = tf.math.mul(steep, weights);
          var byQuery = product(gradient, false, key, false);
          var byKey = product(gradient, true, query, false);
          var byValue = product(weights, true, upstream, false);
          return bias.map(
                  b -> {
                    long[] sides = b.shape().asArray();
                    var grouped = tf.reshape(gradient, tf.array(-1, sides[0], sides[1], sides[2]));
                    return List.of(byQuery, byKey, byValue, tf.sum(grouped, tf.constant(0)));
                  })
              .orElse(List.of(byQuery, byKey, byValue));
        });
  }

  private Operand<TFloat32> product(
      Operand<TFloat32> x, boolean transposed, Operand<TFloat32> y, boolean other) {
    return OneDnn.isAvailable()
        ? OneDnnOps.product(tf, x, transposed, y, other).expect(TFloat32.class)
        : tf.train.batchMatMul(
            x, y, TFloat32.class, BatchMatMul.adjX(transposed), BatchMatMul.adjY(other));
  }

  @Override
  public Operand<TFloat32> products(Operand<TFloat32> x) {
    return register(
        product(x, true, x, false),
        List.of(x),
        upstream -> List.of(product(x, false, twice(tf, upstream), false)));
  }

  /** Returns what passes a gradient of products on to both of their factors, which are the same. */
  static Operand<TFloat32> twice(Ops tf, Operand<TFloat32> upstream) {
    return tf.math.add(upstream, tf.linalg.transpose(upstream, tf.array(0, 2, 1)));
  }

  @Override
  public Operand<TFloat32> named(Operand<TFloat32> named, Operand<TFloat32> x) {
    return gradients().registerName(tf, named, x);
  }
}
