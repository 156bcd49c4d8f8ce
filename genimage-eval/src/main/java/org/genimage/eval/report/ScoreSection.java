package org.genimage.eval.report;

import static org.genimage.eval.report.Html.decimal;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.genimage.data.Label;
import org.genimage.eval.Metrics;
import org.genimage.eval.ReliabilityCurve;
import org.genimage.eval.Scores;
import org.genimage.eval.Thresholds;
import org.genimage.eval.report.Table.Cell;

/** The distribution of the scores, their calibration, curves, and other thresholds. */
record ScoreSection(Scores scores) implements Section {

  private static final List<Double> RATES = List.of(0.001, 0.01, 0.05, 0.1);

  @Override
  public String html() {
    if (scores.count(Label.AI) == 0 || scores.count(Label.NATURE) == 0) {
      return "";
    }
    return """
        <section>
          <h2>Scores</h2>
          <div class="pair">
            <figure>%s<figcaption>Distribution of the scores: <span class="key attacked"></span> AI images
              upwards, <span class="key detector"></span> natural images downwards. Images to the right
              of the dashed line count as AI: blue bars there are false accusations.</figcaption></figure>
            <figure>%s<figcaption>Calibration: the share of AI images (vertical) among images with
              similar scores (horizontal), with 95&nbsp;%% intervals. On the dashed line, score and
              share are equal; the mean gap is %s. Chance alone makes %s of a perfect calibration of
              as many images. Larger discs stand for more images.</figcaption></figure>
            <figure>%s<figcaption>ROC curve: AI images found against natural images wrongly accused,
              over all thresholds. The dot is the threshold used here; the dashed line is
              guessing.</figcaption></figure>
            <figure>%s<figcaption>Precision and recall over all thresholds. The dot is the threshold
              used here; the dashed line is the share of AI images.</figcaption></figure>
            <figure>%s<figcaption>Detection error trade-off: both error rates, on axes of normal
              deviates, which enlarge small rates. On the dashed line both rates are
              equal.</figcaption></figure>
          </div>
          <h3>Thresholds</h3>
          <p class="lead">These thresholds were chosen on the same images, so the accuracies are a
          little too high. Choose yours on validation images.</p>
          %s
        </section>
        """
        .formatted(
            Charts.histogram(scores),
            Charts.reliability(ReliabilityCurve.of(scores)),
            decimal(Metrics.CALIBRATION_ERROR.of(scores)),
            decimal(ReliabilityCurve.of(scores).meanGapByChance()),
            Charts.roc(scores),
            Charts.precisionRecall(scores),
            Charts.det(scores),
            tables().get(0).html());
  }

  @Override
  public List<Table> tables() {
    if (scores.count(Label.AI) == 0 || scores.count(Label.NATURE) == 0) {
      return List.of();
    }
    List<List<Cell>> rows = new ArrayList<>();
    rows.add(cells("as used here", scores.threshold()));
    rows.add(cells("best balanced accuracy", Thresholds.forBalancedAccuracy(scores.ranking())));
    for (double rate : new TreeSet<>(RATES).descendingSet()) {
      rows.add(
          cells(
              "at most " + Html.number(100 * rate) + " % false alarms",
              Thresholds.forFalsePositiveRate(rate, scores.ranking())));
    }
    return List.of(
        new Table(
            "thresholds",
            "Results of other thresholds on these images",
            List.of(
                "Threshold for",
                "AI above",
                "Accuracy, %",
                "False alarms, %",
                "AI found, %",
                "Precision, %"),
            rows));
  }

  private List<Cell> cells(String name, double threshold) {
    Scores decided = scores.at(threshold);
    return List.of(
        Cell.text(name),
        Cell.number(threshold, 4),
        Cell.percent(decided.accuracy().value()),
        Cell.percent(1 - Metrics.NATURE_ACCURACY.of(decided)),
        Cell.percent(Metrics.AI_ACCURACY.of(decided)),
        Cell.percent(Metrics.PRECISION.of(decided)));
  }
}
