package org.genimage.eval.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.genimage.eval.Metrics;
import org.genimage.eval.Scores;
import org.genimage.eval.report.Table.Cell;

/** Accuracy by groups of people. */
record GroupSection(Map<String, Scores> groups) implements Section {

  @Override
  public String html() {
    List<Chart.Row> rows = new ArrayList<>();
    groups.forEach(
        (name, scores) -> rows.add(Chart.Row.of(name, scores.accuracy(), Chart.Style.DETECTOR)));
    return """
        <section>
          <h2>Groups of people</h2>
          <p class="lead">Does the detector treat groups of people equally? Compare the share of natural
          images recognized: a group with a lower share is wrongly accused more often. Bars are
          95&nbsp;%% intervals.</p>
          <div class="chart">%s</div>
          %s
        </section>
        """
        .formatted(Charts.marks("Accuracy by group of people", rows), tables().get(0).html());
  }

  @Override
  public List<Table> tables() {
    List<List<Cell>> rows = new ArrayList<>();
    groups.forEach(
        (name, scores) ->
            rows.add(
                List.of(
                    Cell.text(name),
                    Cell.count(scores.size()),
                    Cell.percent(scores.accuracy().value()),
                    Cell.interval(scores.accuracy().wilson()),
                    Cell.percent(Metrics.NATURE_ACCURACY.of(scores)),
                    Cell.percent(Metrics.AI_ACCURACY.of(scores)))));
    return List.of(
        new Table(
            "groups",
            "Results by group of people",
            List.of(
                "Group",
                "Images",
                "Accuracy, %",
                "95 % interval",
                "Natural recognized, %",
                "AI found, %"),
            rows));
  }
}
