package org.genimage.eval.report;

import static org.genimage.eval.report.Html.escape;
import static org.genimage.eval.report.Html.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.genimage.eval.report.Table.Cell;
import org.genimage.eval.robustness.RobustnessResult;
import org.genimage.eval.statistics.Proportion;

/**
 * A suite of named changes: a heat map of changes and detectors, the worst case, verdicts turned.
 */
record SuiteSection(Map<String, RobustnessResult> detectors) implements Section {

  private static final int STEPS = 10; // of the colours

  @Override
  public String html() {
    return """
        <section>
          <h2>Robustness</h2>
          <p class="lead">The same images after changes that happen to pictures on their way. Robust ROC
          AUC is over all changes together, with one threshold for all; the worst change has the least
          ROC AUC. A verdict that never turns is the same after every change.</p>
          %s
          <p>ROC AUC after each change: blue is better than guessing, orange is worse. Below it, the share
          of right verdicts that become wrong.</p>
          <div class="table" tabindex="0" role="region" aria-label="ROC AUC after each change"><table class="heat">
            <thead><tr><td></td>%s</tr></thead>
            <tbody>%s</tbody>
          </table></div>
        </section>
        """
        .formatted(
            tables().get(0).html(),
            Html.join(
                List.copyOf(detectors.keySet()),
                name -> "<th scope=\"col\">%s</th>".formatted(escape(name))),
            Html.join(changes(), this::row));
  }

  private List<String> changes() {
    return detectors.values().stream()
        .flatMap(result -> result.changed().keySet().stream())
        .distinct()
        .toList();
  }

  private String row(String change) {
    StringBuilder row =
        new StringBuilder("<tr><th scope=\"row\">%s</th>".formatted(escape(change)));
    for (RobustnessResult result : detectors.values()) {
      row.append(
          result.changed().containsKey(change)
              ? cell(result.areas().get(change), result.flips(change))
              : "<td class=\"gap\"></td>");
    }
    return row.append("</tr>\n").toString();
  }

  private static String cell(double area, Optional<Proportion> flips) {
    int step = (int) Math.min(STEPS, Math.round(2 * STEPS * Math.abs(area - 0.5)));
    return format(
        "<td class=\"%s%d\"><b>%s</b><i>%s</i></td>",
        area >= 0.5 ? "above" : "below",
        step,
        Html.decimal(area),
        flips.map(one -> Html.percent(one.value())).orElse("–"));
  }

  @Override
  public List<Table> tables() {
    List<List<Cell>> summary = new ArrayList<>();
    List<List<Cell>> all = new ArrayList<>();
    detectors.forEach(
        (name, result) -> {
          Map<String, Double> areas = result.areas();
          summary.add(
              List.of(
                  Cell.text(name),
                  Cell.count(result.clean().size()),
                  Cell.count(areas.size()),
                  Cell.number(result.cleanArea(), 3),
                  Cell.number(result.robustArea(), 3),
                  Cell.text(result.worst()),
                  Cell.number(areas.get(result.worst()), 3),
                  result.steady().map(share -> Cell.percent(share.value())).orElse(Cell.NONE)));
          areas.forEach((change, area) -> all.add(line(name, change, area, result)));
        });
    return List.of(
        new Table(
            "robustness",
            "Robustness of each detector",
            List.of(
                "Detector",
                "Images",
                "Changes",
                "Clean ROC AUC",
                "Robust ROC AUC",
                "Worst change",
                "ROC AUC there",
                "Verdicts that never turn, %"),
            summary),
        new Table(
            "robustness-changes",
            "ROC AUC after each change",
            List.of(
                "Detector",
                "Change",
                "ROC AUC",
                "Accuracy, %",
                "Right to wrong, %",
                "95 % interval"),
            all));
  }

  private static List<Cell> line(String name, String change, double area, RobustnessResult result) {
    Optional<Proportion> flips = result.flips(change);
    return List.of(
        Cell.text(name),
        Cell.text(change),
        Cell.number(area, 3),
        Cell.percent(result.changed().get(change).accuracy().value()),
        flips.map(one -> Cell.percent(one.value())).orElse(Cell.NONE),
        flips.map(one -> Cell.interval(one.clopperPearson())).orElse(Cell.NONE));
  }
}
