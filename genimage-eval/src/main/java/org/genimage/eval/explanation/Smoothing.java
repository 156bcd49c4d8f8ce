package org.genimage.eval.explanation;

/** Means over squares, by running sums: the time does not depend on the radius. */
final class Smoothing {

  private Smoothing() {}

  /**
   * Returns the means over the square around each pixel, cut off at the edges, of the means before.
   *
   * @param values {@code [height, width]}, row-major
   * @param radius of the square, in pixels
   * @param passes how often; two come near a Gaussian
   */
  static float[] of(double[] values, int width, int height, int radius, int passes) {
    double[] now = values;
    for (int pass = 0; pass < passes; pass++) {
      now = along(now, height, width, width, 1, radius);
      now = along(now, width, height, 1, width, radius);
    }
    float[] smooth = new float[now.length];
    for (int i = 0; i < smooth.length; i++) {
      smooth[i] = (float) now[i];
    }
    return smooth;
  }

  private static double[] along(
      double[] values, int lines, int length, int lineStep, int step, int radius) {
    double[] means = new double[values.length];
    double[] sums = new double[length + 1];
    for (int line = 0; line < lines; line++) {
      for (int i = 0; i < length; i++) {
        sums[i + 1] = sums[i] + values[line * lineStep + i * step];
      }
      for (int i = 0; i < length; i++) {
        int from = Math.max(0, i - radius);
        int to = Math.min(length, i + radius + 1);
        means[line * lineStep + i * step] = (sums[to] - sums[from]) / (to - from);
      }
    }
    return means;
  }
}
