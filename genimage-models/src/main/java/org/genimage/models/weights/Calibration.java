package org.genimage.models.weights;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * How a detector's logits become scores, and scores labels: numbers that are fitted on images the
 * training has not seen. They travel in the weights' metadata, as {@code genimage.temperature} and
 * {@code genimage.threshold}; see {@link Weights#calibrated}. Neither touches the network: logits,
 * losses and gradients stay as they are.
 *
 * @param temperature what both logits are divided by before the softmax, above 0; 1 leaves scores
 *     as they are, more moves them towards 0.5 without changing their order (temperature scaling,
 *     Guo et al. 2017)
 * @param threshold the score, after that, above which an image counts as AI-made, in [0, 1]
 */
public record Calibration(double temperature, double threshold) {

  /** That of the paper's tables: temperature 1, threshold 0.5. */
  public static final Calibration NONE = new Calibration(1, 0.5);

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if one is out of its range
   */
  public Calibration {
    checkArgument(
        temperature > 0 && temperature < Double.POSITIVE_INFINITY,
        "temperature must be positive and finite, got %s",
        temperature);
    checkArgument(
        threshold >= 0 && threshold <= 1, "threshold must be from 0 to 1, got %s", threshold);
  }

  /** Returns this with another temperature. */
  public Calibration temperature(double temperature) {
    return new Calibration(temperature, threshold);
  }

  /** Returns this with another threshold. */
  public Calibration threshold(double threshold) {
    return new Calibration(temperature, threshold);
  }

  /** Returns the score of AI, in [0, 1], of two logits: the softmax at ai, in double precision. */
  public double score(double nature, double ai) {
    return 1 / (1 + Math.exp((nature - ai) / temperature));
  }
}
