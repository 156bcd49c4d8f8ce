package app;

import java.util.List;
import java.util.Map;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.Scores;
import org.genimage.eval.report.Section;
import org.genimage.eval.report.Table;

/** A section of the report: how well each generator's images could be told apart. */
final class BestThresholds {

  private BestThresholds() {}

  static Section of(EvaluationResult result) {
    Table table = Table.of("Youden's J", List.of("Generator", "Youden's J"));
    for (Map.Entry<String, Scores> each : result.scores().byGenerator().entrySet()) {
      table = table.row(each.getKey(), "%.3f".formatted(OwnMetrics.YOUDEN.of(each.getValue())));
    }
    return Section.builder("The best threshold")
        .paragraph("How far apart the scores of natural and of AI images lie.")
        .table(table)
        .build();
  }
}
