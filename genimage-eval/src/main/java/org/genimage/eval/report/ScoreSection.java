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

/** How the scores spread, what other thresholds would give, and whether scores are honest. */
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
            <figure>%s<figcaption>How the scores spread. Images right of the dashed line count as
              AI: every blue bar there is a false accusation.</figcaption></figure>
            <figure>%s<figcaption>Is a score what it says? Of images with a score around x, y are
              by AI here. On the dashed line scores are honest; the mean gap is %s. Discs grow with
              the number of images.</figcaption></figure>
            <figure>%s<figcaption>ROC curve: AI images found against natural images wrongly accused,
              over all thresholds. The dot is the threshold used here; the dashed line is
              guessing.</figcaption></figure>
            <figure>%s<figcaption>Precision and recall: how often “AI” is right, against the AI
              images found. The dashed line is the share of AI images here.</figcaption></figure>
            <figure>%s<figcaption>Detection error trade-off: both error rates on normal deviates,
              which spread the corner that matters. The dashed line is where both are
              alike.</figcaption></figure>
          </div>
          <h3>Thresholds</h3>
          <p class="lead">Chosen on these very images, so the figures flatter a little. Choose yours
          on validation images.</p>
          %s
        </section>
        """
        .formatted(
            Charts.histogram(scores),
            Charts.reliability(ReliabilityCurve.of(scores)),
            decimal(Metrics.CALIBRATION_ERROR.of(scores)),
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
            "What thresholds give on these images",
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
