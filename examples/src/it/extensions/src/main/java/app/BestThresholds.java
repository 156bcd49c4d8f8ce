package app;

import java.util.ArrayList;
import java.util.List;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.report.Section;
import org.genimage.eval.report.Table;

/** A section of the report: how well each generator's images can be told apart. */
final class BestThresholds {

  private BestThresholds() {}

  static Section of(EvaluationResult result) {
    List<List<Table.Cell>> rows = new ArrayList<>();
    result
        .scores()
        .byGenerator()
        .forEach(
            (generator, scores) ->
                rows.add(
                    List.of(
                        Table.Cell.text(generator.name()),
                        Table.Cell.number(OwnMetrics.YOUDEN.of(scores), 3))));
    return Section.builder("The best threshold")
        .paragraph("How far apart the scores of natural and of AI images lie, from 0 to 1.")
        .table(
            new Table(
                "best-thresholds",
                "Largest difference of true and false positive rate",
                List.of("Generator", "Youden's J"),
                rows))
        .build();
  }
}
