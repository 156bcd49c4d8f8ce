package org.genimage.models.weights;

import com.google.common.base.Ascii;
import java.util.Map;
import java.util.regex.Pattern;

/** A calibration in the metadata of weights. */
final class CalibrationMetadata {

  private static final String TEMPERATURE = "genimage.temperature";
  private static final String THRESHOLD = "genimage.threshold";

  /** Double's parser also takes blanks, suffixes and hexadecimal numbers. */
  private static final Pattern DECIMAL =
      Pattern.compile("[0-9]{1,40}([.][0-9]{1,40})?([eE][+-]?[0-9]{1,3})?");

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
    if (text == null) {
      return otherwise;
    }
    if (!DECIMAL.matcher(text).matches()) {
      throw new WeightsException(
          "expected metadata %s to be a decimal number, found %s; write it with Weights.calibrated"
              .formatted(key, Ascii.truncate(text, 100, "...")));
    }
    return Double.parseDouble(text);
  }
}
