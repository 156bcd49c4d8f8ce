package org.genimage.eval.report;

import static org.genimage.eval.report.Html.escape;
import static org.genimage.eval.report.Html.format;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.genimage.eval.protocol.Estimate;
import org.genimage.eval.protocol.Protocol;
import org.genimage.eval.protocol.Protocol.Row;
import org.genimage.eval.protocol.ProtocolResult;
import org.genimage.eval.protocol.ProtocolResult.Figure;
import org.genimage.eval.report.Table.Cell;

/**
 * A table of the paper as a heat map: our accuracies, the published ones below, and ours on other
 * images if measured.
 *
 * @param others the same table on other images, by an adjective for them, such as {@code aligned}
 */
record ProtocolSection(ProtocolResult result, Map<String, ProtocolResult> others)
    implements Section {

  /** Widths in pixels: of the column of names, and of the others. */
  private static final int NAMES = 112;

  private static final int NARROWEST = 88;
  private static final int WIDEST = 112;

  @Override
  public String html() {
    Protocol protocol = result.protocol();
    StringBuilder head = new StringBuilder("<td></td>");
    protocol
        .columns()
        .forEach(name -> head.append(format("<th scope=\"col\">%s</th>", escape(name))));
    boolean averages = hasAverages();
    if (averages) {
      head.append("<th scope=\"col\">Mean</th>");
    }
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < protocol.rows().size(); i++) {
      body.append(format("<tr><th scope=\"row\">%s</th>", escape(protocol.rows().get(i).name())));
      for (int j = 0; j < protocol.columns().size(); j++) {
        body.append(cell(i, j));
      }
      body.append(averages ? average(i) : "").append("</tr>\n");
    }
    int columns = protocol.columns().size() + (averages ? 1 : 0);
    return """
        <section>
          <h2>%s</h2>
          <p class="lead">%sOur accuracy in per cent with its 95&nbsp;%% interval; below, the paper's
          accuracy and the difference in percentage points%s. Blue is better than guessing, orange is
          worse.%s</p>
          <div class="table" tabindex="0" role="region" aria-label="%s"><table class="heat" style="min-width: %spx; max-width: %spx">
            <thead><tr>%s</tr></thead>
            <tbody>%s</tbody>
          </table></div>
          %s
        </section>
        """
        .formatted(
            escape(protocol.title()),
            origin(protocol.name()),
            elsewhere(),
            Html.join(protocol.notes(), note -> " " + escape(note)),
            escape(protocol.title()),
            NAMES + NARROWEST * columns,
            NAMES + WIDEST * columns,
            head,
            body,
            missing());
  }

  /** Returns what stands last in a cell, if there is more than the paper's accuracy. */
  private String elsewhere() {
    return others.isEmpty()
        ? ""
        : "; last, ours on images that are %s, and the difference from ours above"
            .formatted(escape(String.join(" or ", others.keySet())));
  }

  /** Returns which of the paper's tables it is, if the name says so. */
  private static String origin(String name) {
    String number = name.substring(name.lastIndexOf('-') + 1);
    if (!number.matches("\\d")) {
      return "";
    }
    return name.startsWith("main-")
        ? format("Table %s of the paper. ", number)
        : format("Table %s of the supplement. ", number);
  }

  private boolean hasAverages() {
    return result.protocol().rows().stream().anyMatch(row -> row.publishedAverage().isPresent());
  }

  private String cell(int row, int column) {
    Figure figure = result.figure(row, column);
    List<Double> published = result.protocol().rows().get(row).cells().get(column).published();
    String paper = published.isEmpty() ? "" : Html.join(published, "/", one -> format("%.1f", one));
    return td(
        figure.estimate(),
        figure.reason(),
        paper,
        result.difference(row, column),
        others(other -> other.figure(row, column).estimate()));
  }

  private String average(int row) {
    OptionalDouble published = result.protocol().rows().get(row).publishedAverage();
    return td(
        result.average(row),
        Optional.empty(),
        published.isPresent() ? format("%.1f", published.getAsDouble()) : "",
        result.averageDifference(row),
        others(other -> other.average(row)));
  }

  private Map<String, Optional<Estimate>> others(
      Function<ProtocolResult, Optional<Estimate>> figure) {
    return ImmutableMap.copyOf(Maps.transformValues(others, figure::apply));
  }

  private static OptionalDouble points(Optional<Estimate> other, Optional<Estimate> ours) {
    return other.isPresent() && ours.isPresent()
        ? OptionalDouble.of(100 * (other.get().value() - ours.get().value()))
        : OptionalDouble.empty();
  }

  private static String td(
      Optional<Estimate> ours,
      Optional<String> reason,
      String paper,
      OptionalDouble difference,
      Map<String, Optional<Estimate>> others) {
    String main =
        ours.map(
                one ->
                    format(
                        "<b>%.1f</b><i>%s</i>", 100 * one.value(), Html.interval(one.interval())))
            .orElseGet(
                () ->
                    format(
                        "<b class=\"missing\" title=\"%s\">–</b>",
                        escape(reason.orElse("not complete"))));
    String theirs = paper.isEmpty() ? "" : format("<i>paper %s</i>%s", paper, small(difference));
    String elsewhere =
        Html.join(
            List.copyOf(others.entrySet()),
            other ->
                format(
                    "<i>%s %s</i>%s",
                    escape(other.getKey()),
                    other.getValue().map(value -> format("%.1f", 100 * value.value())).orElse("–"),
                    small(points(other.getValue(), ours))));
    return format(
        "<td class=\"%s\">%s%s%s</td>",
        ours.map(one -> shade(one.value())).orElse("gap"), main, theirs, elsewhere);
  }

  private static String small(OptionalDouble difference) {
    return difference.isPresent() ? "<i>" + signed(difference.getAsDouble()) + "</i>" : "";
  }

  static String signed(double points) {
    String text = format("%.1f", Math.abs(points));
    return text.equals("0.0") ? "±0.0" : (points < 0 ? "−" : "+") + text;
  }

  /** Eleven steps from guessing to perfect, and as many below it. */
  private static String shade(double accuracy) {
    long step = Math.round(20 * Math.abs(accuracy - 0.5));
    return (accuracy < 0.5 ? "below" : "above") + step;
  }

  private String missing() {
    List<String> reasons = result.missing();
    return reasons.isEmpty()
        ? ""
        : "<div class=\"missing\"><strong>Missing</strong><ul>%s</ul></div>"
            .formatted(Html.join(reasons, reason -> "<li>" + escape(reason) + "</li>"));
  }

  @Override
  public List<Table> tables() {
    List<List<Cell>> rows = new ArrayList<>();
    Protocol protocol = result.protocol();
    for (int i = 0; i < protocol.rows().size(); i++) {
      Row row = protocol.rows().get(i);
      for (int j = 0; j < protocol.columns().size(); j++) {
        Figure figure = result.figure(i, j);
        List<Double> published = row.cells().get(j).published();
        int column = j;
        int line = i;
        rows.add(
            cells(
                row.name(),
                protocol.columns().get(j),
                figure.estimate(),
                published.isEmpty() ? Cell.NONE : Cell.number(published.get(0), 1),
                result.difference(i, j),
                others(other -> other.figure(line, column).estimate()),
                figure.reason().orElse("")));
      }
      if (hasAverages()) {
        OptionalDouble published = row.publishedAverage();
        int line = i;
        rows.add(
            cells(
                row.name(),
                "Mean",
                result.average(i),
                published.isEmpty() ? Cell.NONE : Cell.number(published.getAsDouble(), 1),
                result.averageDifference(i),
                others(other -> other.average(line)),
                ""));
      }
    }
    List<String> heads =
        new ArrayList<>(
            List.of("Row", "Column", "Ours, %", "Low, %", "High, %", "Paper, %", "Difference"));
    for (String name : others.keySet()) {
      String begun = name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
      heads.add(begun + ", %");
      heads.add(begun + ", difference");
    }
    heads.addAll(List.of("Images", "Missing"));
    return List.of(new Table(protocol.name(), protocol.title(), heads, rows));
  }

  private static List<Cell> cells(
      String row,
      String column,
      Optional<Estimate> ours,
      Cell paper,
      OptionalDouble difference,
      Map<String, Optional<Estimate>> others,
      String missing) {
    List<Cell> cells = new ArrayList<>();
    cells.add(Cell.text(row));
    cells.add(Cell.text(column));
    cells.add(percent(ours));
    cells.add(ours.map(one -> Cell.percent(one.interval().low())).orElse(Cell.NONE));
    cells.add(ours.map(one -> Cell.percent(one.interval().high())).orElse(Cell.NONE));
    cells.add(paper);
    cells.add(points(difference));
    for (Optional<Estimate> other : others.values()) {
      cells.add(percent(other));
      cells.add(points(points(other, ours)));
    }
    cells.add(ours.map(one -> Cell.count(one.images())).orElse(Cell.NONE));
    cells.add(Cell.text(missing));
    return cells;
  }

  private static Cell percent(Optional<Estimate> estimate) {
    return estimate.map(one -> Cell.percent(one.value())).orElse(Cell.NONE);
  }

  private static Cell points(OptionalDouble difference) {
    return difference.isPresent() ? Cell.number(difference.getAsDouble(), 1) : Cell.NONE;
  }
}
