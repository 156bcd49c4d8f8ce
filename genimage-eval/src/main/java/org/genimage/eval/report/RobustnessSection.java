package org.genimage.eval.report;

import static org.genimage.eval.report.Html.format;
import static org.genimage.eval.report.Html.percent;

import java.util.List;
import org.genimage.eval.report.Table.Cell;

/** Accuracy before and after attacks. */
record RobustnessSection(List<RobustnessRow> attacks) implements Section {

  @Override
  public String html() {
    List<Chart.Row> rows =
        attacks.stream()
            .map(
                one ->
                    new Chart.Row(
                        one.attack() + ", " + one.budget(),
                        format(
                            "%s → %s",
                            percent(one.clean().value()), percent(one.attacked().value())),
                        List.of(
                            new Chart.Mark(one.clean(), Chart.Style.BEFORE),
                            new Chart.Mark(one.attacked(), Chart.Style.AFTER))))
            .toList();
    return """
        <section>
          <h2>Under attack</h2>
          <p class="lead">Accuracy before <span class="key clean"></span> and after
          <span class="key attacked"></span> the same images were changed to mislead the detector,
          with 95&nbsp;%% intervals.</p>
          <div class="chart">%s</div>
          %s
        </section>
        """
        .formatted(Charts.marks("Accuracy before and after attacks", rows), tables().get(0).html());
  }

  @Override
  public List<Table> tables() {
    return List.of(
        new Table(
            "attacks",
            "Results under attack",
            List.of("Attack", "Budget", "Images", "Before, %", "After, %", "95 % interval"),
            attacks.stream()
                .map(
                    one ->
                        List.of(
                            Cell.text(one.attack()),
                            Cell.text(one.budget()),
                            Cell.count(one.attacked().total()),
                            Cell.percent(one.clean().value()),
                            Cell.percent(one.attacked().value()),
                            Cell.interval(one.attacked().wilson())))
                .toList()));
  }
}
