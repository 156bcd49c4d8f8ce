package org.genimage.eval.explanation;

import com.google.common.collect.Lists;
import java.util.ArrayList;
import java.util.List;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.models.Detector;
import org.genimage.models.DifferentiableDetector;
import org.genimage.models.Logits;

/** A detector's decisions before the squashing to [0, 1], where changes stay visible. */
final class Margins {

  private static final int BATCH = 16;

  /** Log odds above which a score in double precision is too near 1 to tell changes. */
  private static final double SATURATED = 25;

  /** Log odds of the largest score below 1. */
  private static final double LIMIT = 36;

  private Margins() {}

  /**
   * Returns the logit of AI less that of nature of every view: the log odds of its score, times the
   * temperature of the calibration.
   *
   * @param views as {@link Detector#score(ImageBatch)} wants them
   */
  static double[] of(Detector detector, List<Image> views) {
    List<Double> margins = new ArrayList<>(views.size());
    for (List<Image> part : Lists.partition(views, detector.input().together(BATCH))) {
      margins.addAll(margins(detector, ImageBatch.of(part)));
    }
    return margins.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static List<Double> margins(Detector detector, ImageBatch batch) {
    List<Double> margins = new ArrayList<>();
    for (double score : detector.score(batch)) {
      margins.add(Math.log(score / (1 - score)));
    }
    double temperature = detector.calibration().temperature();
    if (detector instanceof DifferentiableDetector differentiable
        && margins.stream().anyMatch(odds -> odds > SATURATED)) {
      Logits logits = differentiable.logits(batch.toPixels());
      for (int i = 0; i < margins.size(); i++) {
        margins.set(i, logits.margin(i));
      }
      return margins;
    }
    margins.replaceAll(odds -> temperature * Math.max(-LIMIT, Math.min(LIMIT, odds)));
    return margins;
  }

  /** Returns the score of a margin. */
  static double score(Detector detector, double margin) {
    return 1 / (1 + Math.exp(-margin / detector.calibration().temperature()));
  }
}
