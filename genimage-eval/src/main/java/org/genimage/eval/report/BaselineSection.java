package org.genimage.eval.report;

import static org.genimage.eval.report.Html.count;
import static org.genimage.eval.report.Html.format;

import java.util.ArrayList;
import java.util.List;
import org.genimage.eval.Baseline;
import org.genimage.eval.Baselines;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.report.Table.Cell;

/** The accuracies of trivial rules on the same images. */
record BaselineSection(EvaluationResult result, Baselines baselines) implements Section {

  @Override
  public String html() {
    List<Chart.Row> rows = new ArrayList<>();
    rows.add(Chart.Row.of(result.detector(), result.scores().accuracy(), Chart.Style.DETECTOR));
    baselines
        .all()
        .forEach(one -> rows.add(Chart.Row.of(ruleOf(one), one.accuracy(), Chart.Style.BASELINE)));
    return """
        <section>
          <h2>Compared with trivial rules</h2>
          <p class="lead">Each rule compares one feature of an image with a threshold, the best one
          for these images. A detector that is hardly better may have learned only how the files
          were stored.%s</p>
          <div class="chart">%s</div>
        </section>
        """
        .formatted(
            baselines.skipped().isEmpty()
                ? ""
                : " Unreadable images that were left out: "
                    + count(baselines.skipped().size())
                    + ".",
            Charts.marks("Accuracy of the detector and of trivial rules", rows));
  }

  private static String ruleOf(Baseline baseline) {
    if (Double.isInfinite(baseline.threshold())) {
      boolean ai = baseline.aiAbove() == (baseline.threshold() < 0);
      return baseline.name() + ": always " + (ai ? "AI" : "natural");
    }
    double threshold = baseline.threshold();
    return "%s: AI if %s %s %s"
        .formatted(
            baseline.name(),
            baseline.aiAbove() ? "above" : "at most",
            format(threshold < 100 ? "%.1f" : "%,.0f", threshold),
            baseline.unit());
  }

  @Override
  public List<Table> tables() {
    return List.of(
        new Table(
            "baselines",
            "Accuracy of trivial rules",
            List.of("Rule", "Images", "Accuracy, %", "95 % interval"),
            baselines.all().stream()
                .map(one -> Cell.accuracy(one.accuracy(), Cell.text(ruleOf(one))))
                .toList()));
  }
}
