package org.genimage.eval;

import org.genimage.data.Label;
import org.genimage.models.Detector;
import org.genimage.models.weights.Calibration;

/**
 * Calibrations fitted to validation scores of a detector that has none yet, for {@link
 * org.genimage.models.weights.Weights#calibrated}: the temperature of the least log loss (Guo et
 * al. 2017), and a threshold on the scores at that temperature.
 *
 * <pre>{@code
 * Scores validation = Evaluation.of(detector, validationImages).run().scores();
 * Weights calibrated =
 *     weights.calibrated(Calibrations.forFalsePositiveRate(0.01, validation));
 * }</pre>
 */
public final class Calibrations {

  private Calibrations() {}

  /**
   * Returns the calibration with the threshold 0.5. A temperature changes no decision there.
   *
   * @throws IllegalArgumentException if one label has no images
   */
  public static Calibration temperature(Scores validation) {
    return new Calibration(Temperature.of(validation).value(), Detector.THRESHOLD);
  }

  /**
   * Returns the calibration with the lowest threshold whose false positive rate does not exceed a
   * limit.
   *
   * @param rate the limit: the share of natural images that may count as AI, in [0, 1]
   * @throws IllegalArgumentException if one label has no images, or the rate is outside [0, 1]
   */
  public static Calibration forFalsePositiveRate(double rate, Scores validation) {
    Temperature temperature = Temperature.of(validation);
    return new Calibration(
        temperature.value(),
        Thresholds.forFalsePositiveRate(rate, temperature.scale(validation).ranking()));
  }

  /**
   * Returns the calibration with the threshold of the best balanced accuracy: the mean of the
   * accuracies on {@link Label#NATURE} and on {@link Label#AI} images.
   *
   * @throws IllegalArgumentException if one label has no images
   */
  public static Calibration forBalancedAccuracy(Scores validation) {
    Temperature temperature = Temperature.of(validation);
    return new Calibration(
        temperature.value(),
        Thresholds.forBalancedAccuracy(temperature.scale(validation).ranking()));
  }

  /**
   * Returns the calibration with the threshold at which a logistic regression of the label on the
   * logit is undecided, both labels weighing the same (Platt 1999, with his smoothed targets). It
   * aims at the balanced accuracy, too, and varies less with few images: on 130 images it cost 0.2
   * points of it where {@link #forBalancedAccuracy} cost 0.6 (docs/real-images.md).
   *
   * @throws IllegalArgumentException if one label has no images
   */
  public static Calibration logistic(Scores validation) {
    Temperature temperature = Temperature.of(validation);
    return new Calibration(
        temperature.value(), LogisticThreshold.of(temperature.scale(validation).ranking()));
  }
}
