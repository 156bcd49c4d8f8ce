package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.genimage.data.Label;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.Pixels;
import org.genimage.models.weights.Calibration;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CalibrationTest {

  private static final Blueprint TINY = DetectorTest.TINY;
  private static final Image IMAGE = DetectorTest.noise(9, 9, 1);

  @Test
  void weights_withoutCalibration_haveThePapersThreshold() {
    try (Detector detector = TINY.load(TINY.initialWeights(3))) {
      assertThat(detector.calibration()).isEqualTo(new Calibration(1, 0.5));
      assertThat(detector.threshold()).isEqualTo(Detector.THRESHOLD);
      assertThat(detector.label(0.5)).isEqualTo(Label.NATURE);
      assertThat(detector.label(Math.nextUp(0.5))).isEqualTo(Label.AI);
    }
  }

  @Test
  void calibration_travelsWithTheFileAndIsVisible(@TempDir Path folder) {
    Path file = folder.resolve("tiny.safetensors");
    TINY.initialWeights(3).calibrated(new Calibration(2.5, 0.125)).write(file);

    try (Detector detector = TINY.load(file)) {
      assertThat(detector.calibration()).isEqualTo(new Calibration(2.5, 0.125));
      assertThat(detector.threshold()).isEqualTo(0.125);
      assertThat(detector.provenance())
          .containsEntry("genimage.temperature", "2.5")
          .containsEntry("genimage.threshold", "0.125");
      assertThat(detector.label(0.2)).isEqualTo(Label.AI);
    }
  }

  @Test
  void threshold_ofTheWeights_decidesWhatAnImageCountsAs() {
    Weights weights = TINY.initialWeights(3);
    try (Detector plain = TINY.load(weights)) {
      double score = plain.score(IMAGE);
      for (double threshold : new double[] {Math.nextDown(score), score}) {
        try (Detector detector =
            TINY.load(weights.calibrated(Calibration.NONE.threshold(threshold)))) {
          assertThat(detector.score(IMAGE)).isEqualTo(score);
          assertThat(detector.classify(IMAGE))
              .isEqualTo(threshold < score ? Label.AI : Label.NATURE);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.25, 1, 3})
  void temperature_dividesTheLogitsOfScoresAlone(double temperature) {
    Weights weights = TINY.initialWeights(3);
    ImageBatch batch = ImageBatch.of(List.of(IMAGE, DetectorTest.noise(9, 9, 2)));
    Pixels pixels = batch.toPixels();
    List<Label> labels = List.of(Label.AI, Label.NATURE);
    try (DifferentiableDetector plain = TINY.load(weights);
        DifferentiableDetector calibrated =
            TINY.load(weights.calibrated(Calibration.NONE.temperature(temperature)))) {
      double[] before = plain.score(batch);
      double[] after = calibrated.score(batch);
      double[] ofPixels = calibrated.score(pixels);
      for (int i = 0; i < before.length; i++) {
        assertThat(logit(after[i])).isCloseTo(logit(before[i]) / temperature, within(1e-9));
        assertThat(ofPixels[i]).isCloseTo(after[i], within(1e-6));
      }
      assertThat(calibrated.lossGradient(pixels, labels).toArray())
          .isEqualTo(plain.lossGradient(pixels, labels).toArray());
    }
  }

  private static double logit(double score) {
    return Math.log(score) - Math.log1p(-score);
  }

  @Test
  void score_ofExtremeLogits_isANumber() {
    Calibration cold = new Calibration(1e-300, 0.5);

    assertThat(cold.score(0, 1)).isEqualTo(1);
    assertThat(cold.score(1, 0)).isEqualTo(0);
    assertThat(cold.score(3, 3)).isEqualTo(0.5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "genimage.temperature | warm | expected metadata genimage.temperature to be a decimal"
            + " number, found warm; write it with Weights.calibrated",
        "genimage.temperature | NaN | expected metadata genimage.temperature to be a decimal"
            + " number, found NaN; write it with Weights.calibrated",
        "genimage.temperature | 0 | expected metadata of a calibration, found others: temperature"
            + " must be positive and finite, got 0.0; write them with Weights.calibrated",
        "genimage.temperature | 1e999 | expected metadata of a calibration, found others:"
            + " temperature must be positive and finite, got Infinity; write them with"
            + " Weights.calibrated",
        "genimage.threshold | 50 | expected metadata of a calibration, found others: threshold must"
            + " be from 0 to 1, got 50.0; write them with Weights.calibrated",
        "genimage.threshold | 0.5f | expected metadata genimage.threshold to be a decimal number,"
            + " found 0.5f; write it with Weights.calibrated",
      })
  void load_calibrationWithoutSense_isRefused(String key, String value, String message) {
    Weights weights = TINY.initialWeights(3).with(Map.of(key, value));

    assertThatThrownBy(() -> TINY.load(weights))
        .isInstanceOf(WeightsException.class)
        .hasMessage(message);
  }
}
