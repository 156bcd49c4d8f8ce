package org.genimage.eval.report;

import static org.genimage.eval.report.Html.decimal;
import static org.genimage.eval.report.Html.escape;
import static org.genimage.eval.report.Html.percent;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.genimage.eval.Scores;
import org.genimage.eval.report.Table.Cell;
import org.genimage.eval.statistics.Proportion;
import org.genimage.eval.verdict.SelectiveRisk;
import org.genimage.eval.verdict.VerdictChanges;
import org.genimage.eval.verdict.VerdictCounts;
import org.genimage.eval.verdict.Verdicts;

/** Verdicts that may be unsure: coverage against error, per generator, and under degradations. */
record VerdictSection(Scores scores, Verdicts verdicts, Map<String, VerdictChanges> changes)
    implements Section {

  @Override
  public String html() {
    VerdictCounts counts = verdicts.counts();
    SelectiveRisk risk = SelectiveRisk.of(scores);
    return """
        <section>
          <h2>Verdicts that may be unsure</h2>
          <p class="lead">%s.</p>
          <p>What the images that the rule was chosen on prove: %s</p>
          <p>Here %s of the images are decided, and %s of these decisions are wrong. The table has
          every generator, because an average hides the worst one.</p>
          %s
          <div class="pair">
            <figure>%s<figcaption>Coverage against error: the share of wrong decisions (vertical) if
              only the images that the detector is surest of are decided (horizontal). The dot is the
              rule. The mean error over all shares is %s, that of a detector that is least sure of its
              errors %s.</figcaption></figure>
          </div>
          %s
        </section>
        """
        .formatted(
            escape(verdicts.rule().toString()),
            escape(verdicts.rule().sentences()),
            percent(counts.coverage().value()),
            counts.errors().map(errors -> percent(errors.value())).orElse("none"),
            tables().get(0).html(),
            Charts.coverage(risk, counts),
            decimal(risk.area()),
            decimal(risk.best()),
            changes.isEmpty()
                ? ""
                : """
                  <h3>After a change of the image</h3>
                  <p>A right verdict that becomes wrong misleads; one that becomes unsure does not.</p>
                  %s"""
                    .formatted(tables().get(1).html()));
  }

  @Override
  public List<Table> tables() {
    List<List<Cell>> rows = new ArrayList<>();
    verdicts.byGenerator().forEach((generator, counts) -> rows.add(row(generator.name(), counts)));
    rows.add(row("All images", verdicts.counts()));
    Table generators =
        new Table(
            "verdicts",
            "Verdicts by generator, with 95 % intervals by Clopper and Pearson",
            List.of(
                "Generator",
                "Images",
                "Decided, %",
                "Wrong of decided, %",
                "95 % interval",
                "Natural called AI, %",
                "95 % interval of these",
                "AI called natural, %",
                "95 % interval of those"),
            rows);
    return changes.isEmpty() ? List.of(generators) : List.of(generators, changed());
  }

  private static List<Cell> row(String name, VerdictCounts counts) {
    List<Cell> row = new ArrayList<>();
    row.add(Cell.text(name));
    row.add(Cell.count(counts.coverage().total()));
    row.add(Cell.percent(counts.coverage().value()));
    for (Optional<Proportion> share :
        List.of(counts.errors(), counts.falseAccusations(), counts.missed())) {
      row.add(share.map(one -> Cell.percent(one.value())).orElse(Cell.NONE));
      row.add(share.map(one -> Cell.interval(one.clopperPearson())).orElse(Cell.NONE));
    }
    return row;
  }

  private Table changed() {
    List<List<Cell>> rows = new ArrayList<>();
    changes.forEach(
        (name, change) ->
            rows.add(
                List.of(
                    Cell.text(name),
                    Cell.count(change.right()),
                    change.flipped().map(one -> Cell.percent(one.value())).orElse(Cell.NONE),
                    change
                        .flipped()
                        .map(one -> Cell.interval(one.clopperPearson()))
                        .orElse(Cell.NONE),
                    change.withdrawn().map(one -> Cell.percent(one.value())).orElse(Cell.NONE),
                    Cell.count(change.unsureToWrong()))));
    return new Table(
        "verdict-changes",
        "What changes of the images do to verdicts",
        List.of(
            "Change",
            "Right before",
            "Right to wrong, %",
            "95 % interval",
            "Right to unsure, %",
            "Unsure to wrong"),
        rows);
  }
}
