package org.genimage.eval.protocol;

import java.util.Optional;
import org.genimage.data.Label;
import org.genimage.eval.Metrics;
import org.genimage.eval.Scores;
import org.genimage.eval.Thresholds;
import org.genimage.eval.statistics.BalancedAccuracy;
import org.genimage.eval.statistics.Proportion;

/**
 * The figures by which papers of the field compare detectors. AIGIBench (arXiv 2505.12335) calls
 * the accuracies on natural and on AI images R.Acc and F.Acc: 98.2 and 11.6 % of one detector are
 * 54.9 % together.
 *
 * @param images the number of images
 * @param nature the natural images that are decided rightly, R.Acc; empty without any
 * @param ai the AI images that are decided rightly, F.Acc; empty without any
 * @param accuracy all images that are decided rightly
 * @param averagePrecision NaN if a label has no image
 * @param rocAuc the area under the ROC curve; NaN if a label has no image
 * @param threshold where these images were decided. It must have been fixed elsewhere: 0.5, or on
 *     other images
 * @param oracle the best balanced accuracy of all thresholds, chosen on these very images; NaN if a
 *     label has no image. It is no result: with few images it is high by chance
 */
public record FieldFigures(
    long images,
    Optional<Proportion> nature,
    Optional<Proportion> ai,
    Proportion accuracy,
    double averagePrecision,
    double rocAuc,
    double threshold,
    double oracle) {

  /** Returns the figures of scores, decided at their threshold. */
  public static FieldFigures of(Scores scores) {
    boolean both = scores.count(Label.AI) > 0 && scores.count(Label.NATURE) > 0;
    return new FieldFigures(
        scores.size(),
        accuracy(scores, Label.NATURE),
        accuracy(scores, Label.AI),
        scores.accuracy(),
        both ? Metrics.AVERAGE_PRECISION.of(scores) : Double.NaN,
        Metrics.ROC_AUC.of(scores),
        scores.threshold(),
        both
            ? Metrics.BALANCED_ACCURACY.of(
                scores.at(Thresholds.forBalancedAccuracy(scores.ranking())))
            : Double.NaN);
  }

  private static Optional<Proportion> accuracy(Scores scores, Label label) {
    return scores.count(label) == 0 ? Optional.empty() : Optional.of(scores.accuracy(label));
  }

  /**
   * Returns the mean of both labels' accuracies with its interval; empty if a label has no image.
   */
  public Optional<BalancedAccuracy> balanced() {
    return nature.flatMap(real -> ai.map(fake -> new BalancedAccuracy(real, fake)));
  }
}
