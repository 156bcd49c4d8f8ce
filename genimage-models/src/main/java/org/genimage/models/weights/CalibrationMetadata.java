package org.genimage.models.weights;

import java.math.BigDecimal;
import java.util.Map;

/** A calibration in the metadata of weights. */
final class CalibrationMetadata {

  private static final String TEMPERATURE = "genimage.temperature";
  private static final String THRESHOLD = "genimage.threshold";

  private CalibrationMetadata() {}

  static Map<String, String> of(Calibration calibration) {
    return Map.of(
        TEMPERATURE, Double.toString(calibration.temperature()),
        THRESHOLD, Double.toString(calibration.threshold()));
  }

  /** Returns what the weights say of scores; what they do not say is that of the paper's tables. */
  static Calibration calibration(Weights weights) {
    Calibration none = Calibration.NONE;
    double temperature = number(weights, TEMPERATURE, none.temperature());
    double threshold = number(weights, THRESHOLD, none.threshold());
    try {
      return new Calibration(temperature, threshold);
    } catch (IllegalArgumentException e) {
      throw new WeightsException(
          "expected metadata of a calibration, found others: %s; write them with"
                  .formatted(e.getMessage())
              + " Weights.calibrated",
          e);
    }
  }

  private static double number(Weights weights, String key, double otherwise) {
    String text = weights.metadata().get(key);
    try {
      // Unlike Double's, this parser knows decimal numbers alone.
      return text == null ? otherwise : new BigDecimal(text).doubleValue();
    } catch (NumberFormatException e) {
      throw new WeightsException(
          "expected metadata %s to be a decimal number, found %s; write it with Weights.calibrated"
              .formatted(key, text),
          e);
    }
  }
}
