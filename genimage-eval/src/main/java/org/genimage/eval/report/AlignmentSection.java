package org.genimage.eval.report;

import static org.genimage.eval.report.Html.escape;
import static org.genimage.eval.report.Html.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.genimage.data.Label;
import org.genimage.data.doctor.FileRules;
import org.genimage.eval.Comparison;
import org.genimage.eval.Metrics;
import org.genimage.eval.Scores;
import org.genimage.eval.alignment.SideBySide;
import org.genimage.eval.report.Table.Cell;
import org.genimage.eval.statistics.BalancedAccuracy;

/** The published protocol and the aligned ones side by side. */
record AlignmentSection(SideBySide both) implements Section {

  @Override
  public String html() {
    return """
        <section>
          <h2>With formats made equal</h2>
          <p class="lead">The same images as they were published, and stored alike before the detector
          sees them. What an alignment takes away was not learned from how images are generated. R.Acc
          and F.Acc are the accuracies on natural and on AI images; the difference is of all images
          that have both scores.</p>
          %s
          %s
          <ul>%s</ul>
        </section>
        """
        .formatted(
            tables().get(0).html(),
            Html.join(
                both.remaining(),
                said -> "<p><strong>Warning:</strong> %s</p>".formatted(escape(said))),
            Html.join(
                both.aligned(),
                one ->
                    "<li><strong>%s</strong>: %s</li>"
                        .formatted(
                            escape(one.alignment().name()),
                            escape(one.alignment().description()))));
  }

  @Override
  public List<Table> tables() {
    List<List<Cell>> rows = new ArrayList<>();
    rows.add(row("Published", both.published().scores(), both.files(), Optional.empty()));
    both.aligned()
        .forEach(
            one ->
                rows.add(
                    row(one.alignment().name(), one.result().scores(), one.files(), one.change())));
    return List.of(
        new Table(
            "alignments",
            "Published and aligned images side by side",
            List.of(
                "Images",
                "Number",
                "Accuracy, %",
                "95 % interval",
                "Difference, points",
                "95 % interval of it",
                "R.Acc, %",
                "F.Acc, %",
                "Balanced, %",
                "Average precision",
                "ROC AUC",
                "Files alone, %"),
            rows));
  }

  private static List<Cell> row(
      String name, Scores scores, FileRules files, Optional<Comparison> change) {
    boolean ai = scores.count(Label.AI) > 0;
    boolean nature = scores.count(Label.NATURE) > 0;
    return List.of(
        Cell.text(name),
        Cell.count(scores.size()),
        Cell.percent(scores.accuracy().value()),
        Cell.interval(scores.accuracy().wilson()),
        change.map(one -> Cell.number(100 * one.accuracyDifference(), 1)).orElse(Cell.NONE),
        change.map(AlignmentSection::points).orElse(Cell.NONE),
        Cell.percent(Metrics.NATURE_ACCURACY.of(scores)),
        Cell.percent(Metrics.AI_ACCURACY.of(scores)),
        ai && nature
            ? Cell.percent(
                new BalancedAccuracy(scores.accuracy(Label.NATURE), scores.accuracy(Label.AI))
                    .value())
            : Cell.NONE,
        ai ? Cell.number(Metrics.AVERAGE_PRECISION.of(scores), 3) : Cell.NONE,
        Cell.number(Metrics.ROC_AUC.of(scores), 3),
        files.best().map(rule -> Cell.percent(rule.leaveOneOut())).orElse(Cell.NONE));
  }

  private static Cell points(Comparison change) {
    return Cell.text(
        format(
            "%.1f – %.1f",
            100 * change.accuracyInterval().low(), 100 * change.accuracyInterval().high()));
  }
}
