package org.genimage.eval.report;

import static org.genimage.eval.report.Html.decimal;
import static org.genimage.eval.report.Html.escape;
import static org.genimage.eval.report.Html.interval;
import static org.genimage.eval.report.Html.percent;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.genimage.eval.protocol.FieldFigures;
import org.genimage.eval.protocol.FoldResult;
import org.genimage.eval.report.Table.Cell;
import org.genimage.eval.statistics.BalancedAccuracy;
import org.genimage.eval.statistics.Proportion;

/**
 * The field's figures of several sets of images: strata, or the folds of a protocol.
 *
 * @param name of the table
 * @param folds adds the mean over the sets, if they are folds
 * @param aligned the same folds with formats made equal, if measured
 */
record FieldSection(
    String name,
    String heading,
    Map<String, FieldFigures> figures,
    Optional<FoldResult> folds,
    Optional<FoldResult> aligned)
    implements Section {

  @Override
  public String html() {
    return """
        <section>
          <h2>%s</h2>
          <p class="lead">R.Acc and F.Acc are the accuracies on natural and on AI images; balanced
          accuracy is their mean. All are at a threshold that was fixed elsewhere. The oracle is the
          best balanced accuracy of all thresholds on these very images: no result, but what a
          threshold could gain at most.%s</p>
          %s
          %s
          %s
        </section>
        """
        .formatted(
            escape(heading),
            aligned.isEmpty()
                ? ""
                : " Aligned is the balanced accuracy on the same images, all stored alike.",
            tables().get(0).html(),
            folds.map(result -> summary("", result)).orElse(""),
            aligned.map(result -> summary(", aligned", result)).orElse(""));
  }

  private static String summary(String which, FoldResult result) {
    return result
        .mean()
        .flatMap(
            mean ->
                result
                    .least()
                    .map(
                        least ->
                            ("<p>Balanced accuracy%s: mean %s (95&nbsp;%% interval %s, for these sources),"
                                    + " least %s. Mean ROC AUC: %s.</p>")
                                .formatted(
                                    which,
                                    percent(mean.value()),
                                    interval(mean.interval()),
                                    percent(least.value()),
                                    decimal(result.meanRocAuc()))))
        .orElse("");
  }

  @Override
  public List<Table> tables() {
    List<List<Cell>> rows = new ArrayList<>();
    figures.forEach((set, one) -> rows.add(row(set, one)));
    List<String> heads =
        new ArrayList<>(
            List.of(
                "Images of",
                "Number",
                "R.Acc, %",
                "95 % interval of R.Acc",
                "F.Acc, %",
                "95 % interval of F.Acc",
                "Accuracy, %",
                "Balanced, %",
                "95 % interval of balanced",
                "Average precision",
                "ROC AUC",
                "Threshold",
                "Oracle, %"));
    if (aligned.isPresent()) {
      heads.addAll(List.of("Aligned, %", "95 % interval of aligned", "Difference, points"));
    }
    return List.of(new Table(name, heading, heads, rows));
  }

  private List<Cell> row(String set, FieldFigures figures) {
    List<Cell> row = new ArrayList<>();
    row.add(Cell.text(set));
    row.add(Cell.count(figures.images()));
    for (Optional<Proportion> share : Stream.of(figures.nature(), figures.ai()).toList()) {
      row.add(share.map(one -> Cell.percent(one.value())).orElse(Cell.NONE));
      row.add(share.map(one -> Cell.interval(one.wilson())).orElse(Cell.NONE));
    }
    row.add(Cell.percent(figures.accuracy().value()));
    addBalanced(row, figures.balanced());
    row.add(Cell.number(figures.averagePrecision(), 3));
    row.add(Cell.number(figures.rocAuc(), 3));
    row.add(Cell.number(figures.threshold(), 3));
    row.add(Cell.percent(figures.oracle()));
    if (aligned.isPresent()) {
      Optional<BalancedAccuracy> own =
          Optional.ofNullable(aligned.get().figures().get(set)).flatMap(FieldFigures::balanced);
      addBalanced(row, own);
      row.add(
          own.flatMap(
                  one ->
                      figures
                          .balanced()
                          .map(other -> Cell.number(100 * (one.value() - other.value()), 1)))
              .orElse(Cell.NONE));
    }
    return row;
  }

  private static void addBalanced(List<Cell> row, Optional<BalancedAccuracy> balanced) {
    row.add(balanced.map(one -> Cell.percent(one.value())).orElse(Cell.NONE));
    row.add(balanced.map(one -> Cell.interval(one.interval())).orElse(Cell.NONE));
  }
}
