package org.genimage.models.nn;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Sum;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.TFloat32;

/**
 * The layers of {@link Transformers} with derivatives that need less memory or time than those that
 * TensorFlow finds.
 */
final class TransformerRules {

  private final Ops tf;
  private final Derivatives derivatives;

  private TransformerRules(ModelScope scope) {
    this.tf = scope.tf();
    this.derivatives = scope.derivatives();
  }

  static TransformerRules in(ModelScope scope) {
    return new TransformerRules(scope);
  }

  /** Returns layer normalisation over the last axis. */
  Operand<TFloat32> layerNorm(
      Operand<TFloat32> x, Operand<TFloat32> weight, Operand<TFloat32> bias, double epsilon) {
    return derivatives.tell(
        tf,
        normalised(tf, x, weight, bias, epsilon),
        List.of(x, weight, bias),
        own -> layerNormGradients(x, weight, own, epsilon));
  }

  /**
   * Returns a linear layer with bias.
   *
   * @param rows {@code [N, C]}
   * @param weight {@code [C, K]}
   * @param bias {@code [K]}
   */
  Operand<TFloat32> linear(
      Operand<TFloat32> rows, Operand<TFloat32> weight, Operand<TFloat32> bias) {
    Operand<TFloat32> sums =
        OneDnn.fuses()
            ? Fused.linear(tf, rows, weight, bias).build().output(0)
            : tf.nn.biasAdd(tf.linalg.matMul(rows, weight), bias);
    return derivatives.tell(
        tf,
        sums,
        List.of(rows, weight, bias),
        own ->
            List.of(
                tf.linalg.matMul(own, weight, MatMul.transposeB(true)),
                tf.linalg.matMul(rows, own, MatMul.transposeA(true)),
                tf.nn.biasAddGrad(own)));
  }

  private List<Operand<TFloat32>> layerNormGradients(
      Operand<TFloat32> x, Operand<TFloat32> weight, Operand<TFloat32> own, double epsilon) {
    int width = Layers.channels(x);
    // Calculated once more after the derivative is known, and not kept until then.
    Ops late = tf.withControlDependencies(List.of(own));
    float[] ones = new float[width];
    Arrays.fill(ones, 1);
    var rows = late.reshape(x, tf.array(-1, width));
    var g = tf.reshape(own, tf.array(-1, width));
    var normal = normalised(late, rows, tf.constant(ones), tf.constant(new float[width]), epsilon);
    Arrays.fill(ones, 1f / width);
    var average = tf.reshape(tf.constant(ones), tf.array(width, 1));
    var mean = late.linalg.matMul(rows, average);
    var variance = tf.linalg.matMul(tf.math.squaredDifference(rows, mean), average);
    var scale = tf.math.rsqrt(tf.math.add(variance, tf.constant((float) epsilon)));
    var product = tf.math.mul(g, normal);
    var weights = tf.math.mul(tf.reshape(weight, tf.array(width, 1)), tf.constant(1f / width));
    var along = tf.linalg.matMul(product, weights);
    var level = tf.linalg.matMul(g, weights);
    var steep = tf.math.sub(tf.math.mul(g, weight), tf.math.mul(normal, along));
    var slopes = tf.math.mul(tf.math.sub(steep, level), scale);
    return List.of(
        tf.reshape(slopes, tf.shape(x)), tf.sum(product, tf.constant(0)), tf.nn.biasAddGrad(g));
  }

  private static Operand<TFloat32> normalised(
      Ops tf,
      Operand<TFloat32> x,
      Operand<TFloat32> weight,
      Operand<TFloat32> bias,
      double epsilon) {
    return OneDnn.fuses()
        ? Fused.layerNorm(tf, x, weight, bias, epsilon).expect(TFloat32.class)
        : Transformers.layerNorm(tf, x, weight, bias, epsilon);
  }

  /** Returns x (1 + erf(x)), which is GELU of x sqrt(2) times sqrt(2). */
  Operand<TFloat32> scaledGelu(Operand<TFloat32> x) {
    var twice = tf.math.add(tf.math.erf(x), tf.constant(1f));
    return derivatives.tell(
        tf,
        tf.math.mul(x, twice),
        List.of(x),
        own -> {
          var bell = tf.math.exp(tf.math.neg(tf.math.square(x)));
          var steep =
              tf.math.mul(tf.math.mul(x, bell), tf.constant((float) (2 / Math.sqrt(Math.PI))));
          return List.of(tf.math.mul(own, tf.math.add(twice, steep)));
        });
  }

  /**
   * Returns what each query hears: softmax(q k + bias) v.
   *
   * @param query scaled, {@code [N, h, L, d]}
   * @param key {@code [N, h, L, d]}
   * @param value {@code [N, h, L, d]}
   * @param bias {@code [groups, h, L * L]}, where groups divides N
   */
  Operand<TFloat32> attention(
      Operand<TFloat32> query,
      Operand<TFloat32> key,
      Operand<TFloat32> value,
      Optional<Operand<TFloat32>> bias) {
    var scores = product(query, false, key, true);
    var biased = bias.map(b -> Transformers.addGroups(tf, scores, b)).orElse(scores);
    var weights = tf.nn.softmax(biased);
    var heard = product(weights, false, value, false);
    List<Operand<TFloat32>> inputs =
        bias.map(b -> List.of(query, key, value, b)).orElse(List.of(query, key, value));
    return derivatives.tell(
        tf,
        heard,
        inputs,
        own -> {
          // The weights' mean of their own derivatives, from what is smaller than the weights.
          var mean = tf.sum(tf.math.mul(own, heard), tf.constant(-1), Sum.keepDims(true));
          var steep = tf.math.sub(product(own, false, value, true), mean);
          var slopes = tf.math.mul(steep, weights);
          var byQuery = product(slopes, false, key, false);
          var byKey = product(slopes, true, query, false);
          var byValue = product(weights, true, own, false);
          return bias.map(
                  b -> {
                    long[] sides = b.shape().asArray();
                    var grouped = tf.reshape(slopes, tf.array(-1, sides[0], sides[1], sides[2]));
                    return List.of(byQuery, byKey, byValue, tf.sum(grouped, tf.constant(0)));
                  })
              .orElse(List.of(byQuery, byKey, byValue));
        });
  }

  private Operand<TFloat32> product(
      Operand<TFloat32> x, boolean transposed, Operand<TFloat32> y, boolean other) {
    return OneDnn.fuses()
        ? Fused.product(tf, x, transposed, y, other).expect(TFloat32.class)
        : tf.train.batchMatMul(
            x, y, TFloat32.class, BatchMatMul.adjX(transposed), BatchMatMul.adjY(other));
  }
}
