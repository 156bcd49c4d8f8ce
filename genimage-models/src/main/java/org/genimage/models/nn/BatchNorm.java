package org.genimage.models.nn;

import java.util.Optional;
import java.util.function.Supplier;
import org.tensorflow.op.Ops;

/** The entries of a batch normalisation, and their fold into the convolution before it. */
record BatchNorm(
    Parameter weight, Parameter bias, Parameter mean, Parameter variance, Parameter counter) {

  private static final double EPSILON = 1e-5;

  static BatchNorm at(ModelScope scope, int channels, Init gamma) {
    return new BatchNorm(
        scope.entry("weight", Layout.SAME, gamma, Parameter.Role.TRAINED, channels),
        scope.entry("bias", Layout.SAME, Init.ZEROS, Parameter.Role.TRAINED, channels),
        scope.entry("running_mean", Layout.SAME, Init.ZEROS, Parameter.Role.BUFFER, channels),
        scope.entry("running_var", Layout.SAME, Init.ONES, Parameter.Role.BUFFER, channels),
        scope.entry("num_batches_tracked", Layout.SAME, Init.ZEROS, Parameter.Role.COUNTER));
  }

  /**
   * A convolution with the normalisation in its numbers.
   *
   * @param kernel {@code [out, in, height, width]}
   * @param bias {@code [out]}
   */
  record Folded(ParameterValue kernel, ParameterValue bias) {}

  /**
   * Scales each filter by gamma / sqrt(variance + eps) and moves what is left of the normalisation
   * into a bias, in double precision.
   *
   * @param offset the convolution's own bias, if it has one
   * @return empty if the numbers are not fixed while the graph lives
   */
  Optional<Folded> fold(
      Ops tf, ModelVariables variables, Parameter kernel, Optional<Parameter> offset) {
    Optional<FloatSource> fixed = variables.constant(kernel);
    if (fixed.isEmpty()) {
      return Optional.empty();
    }
    int channels = weight.size();
    FloatSource gamma = variables.constant(weight).orElseThrow();
    FloatSource beta = variables.constant(bias).orElseThrow();
    FloatSource means = variables.constant(mean).orElseThrow();
    FloatSource variances = variables.constant(variance).orElseThrow();
    FloatSource offsets =
        offset
            .map(own -> variables.constant(own).orElseThrow())
            .orElse(FloatSource.of(() -> new float[channels]));
    Supplier<double[]> scales = () -> scales(gamma.floats(channels), variances.floats(channels));
    return Optional.of(
        new Folded(
            ParameterValue.fixed(
                tf,
                variables,
                kernel.layout(),
                kernel.shape(),
                FloatSources.scaled(fixed.get(), kernel.size() / channels, scales)),
            ParameterValue.fixed(
                tf,
                variables,
                Layout.SAME,
                bias.shape(),
                FloatSource.of(
                    () ->
                        biases(
                            beta.floats(channels),
                            offsets.floats(channels),
                            means.floats(channels),
                            scales.get())))));
  }

  private static double[] scales(float[] gamma, float[] variances) {
    double[] scales = new double[gamma.length];
    for (int out = 0; out < gamma.length; out++) {
      scales[out] = gamma[out] / Math.sqrt(variances[out] + EPSILON);
    }
    return scales;
  }

  private static float[] biases(float[] beta, float[] offsets, float[] means, double[] scales) {
    float[] biases = new float[beta.length];
    for (int out = 0; out < biases.length; out++) {
      biases[out] = (float) (beta[out] + (offsets[out] - means[out]) * scales[out]);
    }
    return biases;
  }
}
