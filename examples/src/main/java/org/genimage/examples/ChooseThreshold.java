package org.genimage.examples;

import java.nio.file.Path;
import java.util.List;
import org.genimage.data.GenImage;
import org.genimage.eval.Calibrations;
import org.genimage.eval.Evaluation;
import org.genimage.eval.Scores;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.models.weights.Calibration;

/**
 * Chooses the threshold that calls at most 1 % of photographs AI, and saves it with the weights.
 * Whoever loads that file decides with this threshold.
 */
final class ChooseThreshold {

  private ChooseThreshold() {}

  /**
   * Takes a detector's weights, a folder in GenImage's layout, and the file for the new weights.
   */
  public static void main(String[] args) {
    List<Path> paths = Usage.paths(args, "WEIGHTS", "FOLDER", "CALIBRATED_WEIGHTS");
    System.out.println(choose(paths.get(0), paths.get(1), paths.get(2)));
  }

  /** Returns the chosen threshold, a score in [0, 1]. */
  static double choose(Path weights, Path folder, Path calibrated) {
    try (Detector detector = Detectors.load(weights)) {
      // Use images that the detector was not trained on, and test it later on others again.
      Scores scores = Evaluation.of(detector, GenImage.open(folder).validation()).run().scores();
      Calibration calibration = Calibrations.forFalsePositiveRate(0.01, scores);
      detector.weights().calibrated(calibration).write(calibrated);
      return calibration.threshold();
    }
  }
}
