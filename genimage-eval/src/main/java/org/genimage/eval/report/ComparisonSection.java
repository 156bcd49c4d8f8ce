package org.genimage.eval.report;

import static org.genimage.eval.report.Html.count;
import static org.genimage.eval.report.Html.escape;
import static org.genimage.eval.report.Html.format;

import java.util.List;
import org.genimage.eval.Bootstrap;
import org.genimage.eval.Comparison;
import org.genimage.eval.Metrics;
import org.genimage.eval.Scores;
import org.genimage.eval.report.Table.Cell;
import org.genimage.eval.statistics.Interval;

/**
 * Two runs on the same images: this report's and another.
 *
 * @param name of the other run
 */
record ComparisonSection(
    String table, String own, Scores scores, String name, Scores other, Comparison comparison)
    implements Section {

  static ComparisonSection of(String table, String own, Scores scores, String name, Scores other) {
    Comparison comparison = Comparison.of(scores, other, Bootstrap.seeded(1).resamples(400));
    return new ComparisonSection(table, own, scores, name, other, comparison);
  }

  @Override
  public String html() {
    List<Chart.Row> rows =
        List.of(
            Chart.Row.of(own, scores.accuracy(), Chart.Style.DETECTOR),
            Chart.Row.of(name, other.accuracy(), Chart.Style.BASELINE));
    return """
        <section>
          <h2>Compared with %s</h2>
          <p class="lead">Both on the same images, each at its own threshold. %s images are right only
          here, %s only there. %s</p>
          <div class="chart">%s</div>
          %s
        </section>
        """
        .formatted(
            escape(name),
            count(comparison.onlyFirst()),
            count(comparison.onlySecond()),
            verdict(),
            Charts.marks("Accuracy of both runs", rows),
            tables().get(0).html());
  }

  private String verdict() {
    Interval interval = comparison.accuracyInterval();
    boolean real = interval.low() > 0 || interval.high() < 0;
    return real
        ? "The difference in accuracy is larger than chance explains (95&nbsp;% interval without 0)."
        : "Chance alone can explain the difference in accuracy (its 95&nbsp;% interval includes 0).";
  }

  @Override
  public List<Table> tables() {
    return List.of(
        new Table(
            table,
            "Two runs compared: %s and %s".formatted(own, name),
            List.of("Figure", "Here", "There", "Difference", "95 % interval", "p-value", "Test"),
            List.of(
                List.of(
                    Cell.text("Accuracy, %"),
                    Cell.percent(scores.accuracy().value()),
                    Cell.percent(other.accuracy().value()),
                    Cell.number(100 * comparison.accuracyDifference(), 1),
                    points(comparison.accuracyInterval(), 100, 1),
                    Cell.number(comparison.mcnemar(), 4),
                    Cell.text("McNemar, exact")),
                List.of(
                    Cell.text("ROC AUC"),
                    Cell.number(Metrics.ROC_AUC.of(scores), 4),
                    Cell.number(Metrics.ROC_AUC.of(other), 4),
                    Cell.number(comparison.aucDifference(), 4),
                    points(comparison.aucInterval(), 1, 4),
                    Cell.number(comparison.delong(), 4),
                    Cell.text("DeLong")))));
  }

  private static Cell points(Interval interval, double factor, int decimals) {
    String pattern = "%." + decimals + "f – %." + decimals + "f";
    return Double.isNaN(interval.low())
        ? Cell.NONE
        : Cell.text(format(pattern, factor * interval.low(), factor * interval.high()));
  }
}
