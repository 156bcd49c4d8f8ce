package org.genimage.models.nn;

import java.util.List;
import java.util.Optional;
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
    Optional<float[]> fixed = variables.constant(kernel);
    if (fixed.isEmpty()) {
      return Optional.empty();
    }
    float[] filters = fixed.get().clone();
    float[] gamma = variables.constant(weight).orElseThrow();
    float[] beta = variables.constant(bias).orElseThrow();
    float[] means = variables.constant(mean).orElseThrow();
    float[] variances = variables.constant(variance).orElseThrow();
    float[] offsets =
        offset
            .map(own -> variables.constant(own).orElseThrow())
            .orElseGet(() -> new float[gamma.length]);
    float[] biases = new float[gamma.length];
    int size = filters.length / gamma.length;
    for (int out = 0; out < gamma.length; out++) {
      double scale = gamma[out] / Math.sqrt(variances[out] + EPSILON);
      for (int i = out * size; i < (out + 1) * size; i++) {
        filters[i] = (float) (filters[i] * scale);
      }
      biases[out] = (float) (beta[out] + (offsets[out] - means[out]) * scale);
    }
    return Optional.of(
        new Folded(
            ParameterValue.fixed(tf, kernel.layout(), kernel.shape(), filters),
            ParameterValue.fixed(tf, Layout.SAME, List.of(biases.length), biases)));
  }
}
