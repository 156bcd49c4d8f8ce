package org.genimage.eval.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.Metrics;
import org.genimage.eval.Scores;
import org.genimage.eval.report.Table.Cell;

/** Accuracy by generator. */
record GeneratorSection(EvaluationResult result) implements Section {

  @Override
  public String html() {
    List<Chart.Row> rows = new ArrayList<>();
    result
        .scores()
        .byGenerator()
        .forEach(
            (generator, part) ->
                rows.add(Chart.Row.of(generator.name(), part.accuracy(), Chart.Style.DETECTOR)));
    return """
        <section>
          <h2>Accuracy by generator</h2>
          <p class="lead">Each generator's images together with its natural images. Bars are 95&nbsp;%%
          intervals (Wilson). If two overlap much, these images do not show which is higher.</p>
          <div class="chart">%s</div>
          <div class="total">%s</div>
        </section>
        """
        .formatted(
            Charts.marks("Accuracy by generator with 95 % intervals", rows),
            tables().get(0).html());
  }

  @Override
  public List<Table> tables() {
    List<List<Cell>> rows = new ArrayList<>();
    for (Map.Entry<Generator, Scores> part : result.scores().byGenerator().entrySet()) {
      rows.add(cells(part.getKey().name(), part.getValue(), failures(part.getKey())));
    }
    rows.add(cells("All images", result.scores(), result.failures().size()));
    return List.of(
        new Table(
            "generators",
            "Results by generator",
            List.of(
                "Generator",
                "Images",
                "Unreadable",
                "Accuracy, %",
                "95 % interval",
                "Natural recognized, %",
                "AI found, %",
                "Average precision",
                "ROC AUC"),
            rows));
  }

  private long failures(Generator generator) {
    return result.failures().stream()
        .filter(failure -> failure.generator().name().equals(generator.name()))
        .count();
  }

  private static List<Cell> cells(String name, Scores part, long failures) {
    return List.of(
        Cell.text(name),
        Cell.count(part.size()),
        Cell.count(failures),
        Cell.percent(part.accuracy().value()),
        Cell.interval(part.accuracy().wilson()),
        Cell.percent(Metrics.NATURE_ACCURACY.of(part)),
        Cell.percent(Metrics.AI_ACCURACY.of(part)),
        part.count(Label.AI) == 0 ? Cell.NONE : Cell.number(Metrics.AVERAGE_PRECISION.of(part), 3),
        Cell.number(Metrics.ROC_AUC.of(part), 3));
  }
}
