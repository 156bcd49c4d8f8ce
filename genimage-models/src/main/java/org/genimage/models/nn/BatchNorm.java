package org.genimage.models.nn;

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
   * Scales each filter by gamma / sqrt(variance + eps) and moves what is left of the normalisation
   * into a bias, in double precision.
   *
   * @param kernel {@code [out, in, height, width]}
   */
  Folded fold(ModelVariables variables, Parameter kernel) {
    float[] filters = variables.constant(kernel).orElseThrow().clone();
    float[] gamma = variables.constant(weight).orElseThrow();
    float[] beta = variables.constant(bias).orElseThrow();
    float[] means = variables.constant(mean).orElseThrow();
    float[] variances = variables.constant(variance).orElseThrow();
    float[] biases = new float[gamma.length];
    int size = filters.length / gamma.length;
    for (int out = 0; out < gamma.length; out++) {
      double scale = gamma[out] / Math.sqrt(variances[out] + EPSILON);
      for (int i = out * size; i < (out + 1) * size; i++) {
        filters[i] = (float) (filters[i] * scale);
      }
      biases[out] = (float) (beta[out] - means[out] * scale);
    }
    return new Folded(filters, biases);
  }

  /** A convolution's numbers with the normalisation in them. */
  static final class Folded {

    private final float[] kernel;
    private final float[] bias;

    private Folded(float[] kernel, float[] bias) {
      this.kernel = kernel;
      this.bias = bias;
    }

    float[] kernel() {
      return kernel;
    }

    float[] bias() {
      return bias;
    }
  }
}
