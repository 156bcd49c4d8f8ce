package org.genimage.eval.report;

import static com.google.common.base.Preconditions.checkArgument;
import static org.genimage.eval.report.Html.escape;
import static org.genimage.eval.report.Html.format;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.genimage.data.internal.CsvText;
import org.genimage.eval.statistics.Interval;
import org.genimage.eval.statistics.Proportion;

/**
 * A table of a report, which can be written as HTML, Markdown, LaTeX, CSV or JSON. All text is
 * plain; each format escapes it.
 *
 * <pre>{@code
 * Table table =
 *     new Table(
 *         "brightness",
 *         "Accuracy by brightness",
 *         List.of("Images", "Accuracy, %"),
 *         List.of(List.of(Cell.text("dark"), Cell.percent(0.75))));
 * }</pre>
 *
 * @param name short, for files and labels, such as {@code generators}: letters, digits, dots,
 *     dashes and underscores, and no dot in front. The tables of a report have names of their own
 * @param title what it shows
 * @param columns the heads of the columns, each different; the first column names the rows
 * @param rows one cell per column
 */
public record Table(String name, String title, List<String> columns, List<List<Cell>> rows) {

  /** Tables of so many columns are set closer. */
  private static final int MANY_COLUMNS = 10;

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Map<String, String> LATEX =
      Map.ofEntries(
          Map.entry("\\", "\\textbackslash{}"),
          Map.entry("&", "\\&"),
          Map.entry("%", "\\%"),
          Map.entry("$", "\\$"),
          Map.entry("#", "\\#"),
          Map.entry("_", "\\_"),
          Map.entry("{", "\\{"),
          Map.entry("}", "\\}"),
          Map.entry("~", "\\textasciitilde{}"),
          Map.entry("^", "\\textasciicircum{}"),
          Map.entry("–", "--"),
          Map.entry("−", "$-$"),
          Map.entry("σ", "$\\sigma$"),
          Map.entry("∞", "$\\infty$"),
          Map.entry("²", "$^2$"),
          Map.entry("\u202f", "\\,"),
          Map.entry("\n", " "),
          Map.entry("\r", " "));

  /**
   * A cell.
   *
   * @param text for people
   * @param value the exact number behind it, for CSV and JSON
   */
  public record Cell(String text, OptionalDouble value) {

    /** Returns a row that ends with an accuracy: images, per cent, 95 % interval. */
    static List<Cell> accuracy(Proportion accuracy, Cell... first) {
      return ImmutableList.<Cell>builder()
          .add(first)
          .add(count(accuracy.total()))
          .add(percent(accuracy.value()))
          .add(interval(accuracy.wilson()))
          .build();
    }

    /** An empty cell: a dash for people, nothing in CSV, null in JSON. */
    public static final Cell NONE = text("–");

    /** Returns a cell of plain text. */
    public static Cell text(String text) {
      return new Cell(text, OptionalDouble.empty());
    }

    /** Returns a cell of a number; {@link #NONE} if it is NaN or infinite. */
    public static Cell number(double value, int decimals) {
      return Double.isFinite(value)
          ? new Cell(format("%." + decimals + "f", value), OptionalDouble.of(value))
          : NONE;
    }

    /** Returns a cell of a count. */
    public static Cell count(long count) {
      return new Cell(Html.count(count), OptionalDouble.of(count));
    }

    /** Returns a cell of a share in [0, 1], shown in per cent with one decimal. */
    public static Cell percent(double share) {
      return number(100 * share, 1);
    }

    /** Returns a cell of an interval of shares, shown in per cent with one decimal. */
    public static Cell interval(Interval interval) {
      return text(Html.interval(interval));
    }
  }

  /**
   * Copies the lists and checks the components.
   *
   * @throws IllegalArgumentException if the name has other characters, two columns have one head,
   *     or a row has not one cell per column
   */
  public Table {
    checkArgument(
        name.matches("[\\w-][\\w.-]*"),
        "a table's name must be letters, digits, dots, dashes and underscores, got %s",
        name);
    columns = List.copyOf(columns);
    checkArgument(
        Set.copyOf(columns).size() == columns.size(),
        "the columns of table %s need heads of their own, got %s; give each its name",
        name,
        columns);
    rows = rows.stream().map(List::copyOf).toList();
    for (List<Cell> row : rows) {
      checkArgument(
          row.size() == columns.size(),
          "a row of table %s needs %s cells, got %s",
          name,
          columns.size(),
          row.size());
    }
  }

  /** Returns whether a column holds numbers, which are aligned at the right. */
  private boolean isNumeric(int column) {
    return column > 0
        && rows.stream()
            .map(row -> row.get(column))
            .allMatch(
                cell ->
                    cell.value().isPresent()
                        || cell.equals(Cell.NONE)
                        || cell.text().matches("[-−0-9., –]+"));
  }

  /** Returns the table as HTML, without its title. */
  public String html() {
    StringBuilder html =
        new StringBuilder(
            format(
                "<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table%s>"
                    + "<thead><tr>",
                escape(title), columns.size() >= MANY_COLUMNS ? " class=\"wide\"" : ""));
    for (int i = 0; i < columns.size(); i++) {
      html.append(format("<th scope=\"col\"%s>%s</th>", textClass(i), escape(columns.get(i))));
    }
    html.append("</tr></thead><tbody>\n");
    for (List<Cell> row : rows) {
      html.append(format("<tr><th scope=\"row\">%s</th>", escape(row.get(0).text())));
      for (int i = 1; i < row.size(); i++) {
        html.append(format("<td%s>%s</td>", textClass(i), escape(row.get(i).text())));
      }
      html.append("</tr>\n");
    }
    return html.append("</tbody></table></div>").toString();
  }

  private String textClass(int column) {
    return isNumeric(column) || column == 0 ? "" : " class=\"text\"";
  }

  /** Returns the table in GitHub's Markdown, under its title. All text is shown as it is. */
  public String markdown() {
    String rules =
        IntStream.range(0, columns.size())
            .mapToObj(i -> isNumeric(i) ? "---:" : ":---")
            .collect(Collectors.joining(" | ", "| ", " |"));
    return "**%s**\n\n%s\n%s\n%s\n"
        .formatted(
            inMarkdown(title),
            columns.stream().map(Table::inMarkdown).collect(Collectors.joining(" | ", "| ", " |")),
            rules,
            rows.stream()
                .map(
                    row ->
                        row.stream()
                            .map(cell -> inMarkdown(cell.text()))
                            .collect(Collectors.joining(" | ", "| ", " |")))
                .collect(Collectors.joining("\n")));
  }

  /** Returns a text in one line, without HTML, links, images, code or emphasis. */
  static String inMarkdown(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replaceAll("[\\\\|`*\\[\\]]", "\\\\$0")
        .replaceAll("[\r\n]+", " ");
  }

  /** Returns the table as LaTeX; the document needs the package booktabs. */
  public String latex() {
    String alignment =
        IntStream.range(0, columns.size())
            .mapToObj(i -> isNumeric(i) ? "r" : "l")
            .collect(Collectors.joining());
    Function<List<String>, String> line =
        cells -> cells.stream().map(Table::tex).collect(Collectors.joining(" & ", "  ", " \\\\"));
    return """
        \\begin{table}
        \\centering
        \\caption{%s}
        \\label{tab:%s}
        \\begin{tabular}{%s}
          \\toprule
        %s
          \\midrule
        %s
          \\bottomrule
        \\end{tabular}
        \\end{table}
        """
        .formatted(
            tex(title),
            name,
            alignment,
            line.apply(columns),
            rows.stream()
                .map(row -> line.apply(row.stream().map(Cell::text).toList()))
                .collect(Collectors.joining("\n")));
  }

  private static String tex(String text) {
    return text.codePoints()
        .mapToObj(Character::toString)
        .map(letter -> LATEX.getOrDefault(letter, letter))
        .collect(Collectors.joining());
  }

  /**
   * Returns the table as CSV (RFC 4180), numbers in full. A text that a spreadsheet would run as a
   * formula begins with an apostrophe, which the spreadsheet shows.
   */
  public String csv() {
    Function<List<String>, String> line = cells -> CsvText.line(cells) + "\r\n";
    return line.apply(columns)
        + rows.stream()
            .map(row -> line.apply(row.stream().map(Table::plain).toList()))
            .collect(Collectors.joining());
  }

  private static String plain(Cell cell) {
    if (cell.equals(Cell.NONE)) {
      return "";
    }
    return cell.value().isPresent() ? trimmed(cell.value().getAsDouble()) : cell.text();
  }

  private static String trimmed(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  /** Returns the table as JSON: a title and rows with the columns' names, numbers in full. */
  ObjectNode json() {
    ObjectNode node = JSON.createObjectNode();
    node.put("name", name);
    node.put("title", title);
    ArrayNode array = node.putArray("rows");
    for (List<Cell> row : rows) {
      ObjectNode object = array.addObject();
      for (int i = 0; i < columns.size(); i++) {
        Cell cell = row.get(i);
        if (cell.equals(Cell.NONE)) {
          object.putNull(columns.get(i));
        } else if (cell.value().isPresent()) {
          object.put(columns.get(i), cell.value().getAsDouble());
        } else {
          object.put(columns.get(i), cell.text());
        }
      }
    }
    return node;
  }
}
