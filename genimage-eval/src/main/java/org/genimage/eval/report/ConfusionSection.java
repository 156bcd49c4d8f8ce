package org.genimage.eval.report;

import static org.genimage.eval.report.Html.count;
import static org.genimage.eval.report.Html.percent;

import java.util.List;
import org.genimage.data.Label;
import org.genimage.eval.Confusion;
import org.genimage.eval.Scores;
import org.genimage.eval.report.Table.Cell;

/** How many images of each label count as what. */
record ConfusionSection(Scores scores) implements Section {

  @Override
  public String html() {
    Confusion counts = scores.ranking().confusion();
    long ai = scores.count(Label.AI);
    long nature = scores.count(Label.NATURE);
    return """
        <section>
          <h2>Confusion matrix</h2>
          <p class="lead">What the images are (rows), and what the detector says of them (columns), in
          images and in shares of the row.</p>
          <div class="table" tabindex="0" role="region" aria-label="Confusion matrix">
          <table class="confusion"><thead><tr><td></td><th scope="col">says natural</th><th \
        scope="col">says AI</th><th scope="col">all</th></tr></thead>
          <tbody><tr><th scope="row">natural images</th>%s%s<td>%s</td></tr>
          <tr><th scope="row">AI images</th>%s%s<td>%s</td></tr></tbody></table></div>
        </section>
        """
        .formatted(
            cell("right", counts.trueNature(), nature),
            cell("wrong", counts.falseAi(), nature),
            count(nature),
            cell("wrong", counts.falseNature(), ai),
            cell("right", counts.trueAi(), ai),
            count(ai));
  }

  private static String cell(String style, long number, long all) {
    return "<td class=\"%s\"><b>%s</b> <span>%s</span></td>"
        .formatted(style, count(number), all == 0 ? "–" : percent((double) number / all));
  }

  @Override
  public List<Table> tables() {
    Confusion counts = scores.ranking().confusion();
    return List.of(
        new Table(
            "confusion",
            "Confusion matrix, in images",
            List.of("Images", "Says natural", "Says AI"),
            List.of(
                row("natural", counts.trueNature(), counts.falseAi()),
                row("AI", counts.falseNature(), counts.trueAi()))));
  }

  private static List<Cell> row(String name, long nature, long ai) {
    return List.of(Cell.text(name), Cell.count(nature), Cell.count(ai));
  }
}
