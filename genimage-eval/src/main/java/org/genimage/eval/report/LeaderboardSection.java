package org.genimage.eval.report;

import static org.genimage.eval.report.Html.escape;
import static org.genimage.eval.report.Html.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.genimage.eval.leaderboard.Leaderboard;
import org.genimage.eval.leaderboard.LeaderboardEntry;
import org.genimage.eval.leaderboard.MeasuredFigure;
import org.genimage.eval.leaderboard.Quantity;
import org.genimage.eval.leaderboard.Quantity.Spread;
import org.genimage.eval.leaderboard.Quantity.Unit;
import org.genimage.eval.leaderboard.Ranks;
import org.genimage.eval.leaderboard.UnderAttack;
import org.genimage.eval.report.Table.Cell;
import org.genimage.eval.statistics.Interval;

/**
 * The detectors on one set of images.
 *
 * @param entries from the largest area
 * @param tables the table, attacks, cost, ranks, tests
 * @param shown the first three, every figure with its interval in one column, for people
 */
record LeaderboardSection(
    String set, List<LeaderboardEntry> entries, List<Table> tables, List<Table> shown)
    implements Section {

  private static final List<Column> MAIN =
      columns(Quantity.AREA, Quantity.BALANCED, Quantity.ALIGNED, Quantity.ROBUST, Quantity.WORST);

  private static final List<Column> TRUST =
      columns(
          Quantity.CALIBRATION,
          Quantity.CHANCE,
          Quantity.COVERAGE,
          Quantity.ERRORS,
          Quantity.SECONDS,
          Quantity.MEMORY);

  /** A figure of every detector. */
  private record Column(Quantity quantity, String attack) {

    private String head() {
      String name = quantity.of(attack);
      String head = Character.toUpperCase(name.charAt(0)) + name.substring(1);
      return isShare() ? head + ", %" : head;
    }

    private String intervalHead() {
      String name = quantity.of(attack);
      return Character.toUpperCase(name.charAt(0))
          + name.substring(1)
          + (quantity.spread() == Spread.RANGE ? ": fastest, slowest" : ": 95 %");
    }

    private boolean isShare() {
      return quantity.unit() == Unit.SHARE;
    }

    private boolean hasInterval() {
      return quantity.spread() == Spread.CONFIDENCE || quantity.spread() == Spread.RANGE;
    }

    private int decimals() {
      return switch (quantity.unit()) {
        case SHARE -> 1;
        case NUMBER -> 3;
        case SMALL_NUMBER, SECONDS -> 4;
        case MEGABYTES -> 0;
      };
    }

    private Cell cell(MeasuredFigure figure) {
      return isShare() ? Cell.percent(figure.value()) : Cell.number(figure.value(), decimals());
    }

    private Cell interval(MeasuredFigure figure) {
      return isShare() ? Cell.interval(figure.interval()) : numbers(figure.interval(), decimals());
    }
  }

  private static List<Column> columns(Quantity... quantities) {
    return Arrays.stream(quantities).map(quantity -> new Column(quantity, "")).toList();
  }

  /**
   * Returns the section of a set.
   *
   * @param number of the section, for the names of its tables
   */
  static LeaderboardSection of(int number, Leaderboard board, String set) {
    List<LeaderboardEntry> entries = board.of(set);
    Map<String, Map<Column, MeasuredFigure>> figures = new HashMap<>();
    for (LeaderboardEntry entry : entries) {
      Map<Column, MeasuredFigure> own = new LinkedHashMap<>();
      entry.figures().forEach(one -> own.put(new Column(one.quantity(), one.attack()), one));
      figures.put(entry.detector(), own);
    }
    Tables all = new Tables(number, set, entries, figures, board.ranks(set));
    return new LeaderboardSection(
        set,
        entries,
        List.of(
            all.main(false), all.attacks(false), all.trust(false), all.rankTable(), all.tests()),
        List.of(all.main(true), all.attacks(true), all.trust(true)));
  }

  @Override
  public String html() {
    return """
        <section>
          <h2>Leaderboard: %s</h2>
          <p class="lead">%s images. The order is that of the ROC AUC on the images as they are; ranks in
          brackets are those that chance does not rule out. Figures have their 95&nbsp;%% intervals in
          brackets.</p>
          %s
          <h3>Accuracy</h3>
          <div class="chart">%s</div>
          <h3>Under attack</h3>
          %s
          <h3>Calibration, verdicts and cost</h3>
          <p>In brackets: 95&nbsp;%% intervals; of times, the fastest and the slowest repetition.</p>
          %s
          <h3>Ranks</h3>
          %s
          <h3>Which differences are real</h3>
          <p>All pairs, each on the images that both have scored. A difference is real if its p-value after Holm’s correction for
          all pairs of the figure is below 0.05. Intervals are 95&nbsp;%% and not corrected.</p>
          %s
        </section>
        """
        .formatted(
            escape(set),
            Html.count(entries.get(0).clean().size()),
            shown.get(0).html(),
            Charts.marks(
                "Accuracy of each detector",
                entries.stream()
                    .map(
                        entry ->
                            Chart.Row.of(
                                entry.detector(), entry.clean().accuracy(), Chart.Style.DETECTOR))
                    .toList()),
            tables.get(1).rows().isEmpty()
                ? "<p>Not measured.</p>"
                : budgets(entries) + shown.get(1).html(),
            shown.get(2).html(),
            tables.get(3).html(),
            tables.get(4).rows().isEmpty()
                ? "<p>There is one detector.</p>"
                : tables.get(4).html());
  }

  private static String budgets(List<LeaderboardEntry> entries) {
    List<UnderAttack> attacks =
        entries.stream()
            .map(LeaderboardEntry::attacks)
            .filter(all -> !all.isEmpty())
            .findFirst()
            .orElse(List.of());
    return "<p>Accuracy at 0.5 on %s images. %s.</p>"
        .formatted(
            attacks.isEmpty() ? "0" : Html.count(attacks.get(0).before().size()),
            escape(
                String.join(
                    "; ",
                    attacks.stream().map(one -> one.attack() + ": " + one.budget()).toList())));
  }

  private static Cell numbers(Interval interval, int decimals) {
    String pattern = "%." + decimals + "f – %." + decimals + "f";
    return Double.isNaN(interval.low())
        ? Cell.NONE
        : Cell.text(format(pattern, interval.low(), interval.high()));
  }

  /** Writes the tables. */
  private record Tables(
      int number,
      String set,
      List<LeaderboardEntry> entries,
      Map<String, Map<Column, MeasuredFigure>> figures,
      List<Ranks> ranks) {

    private Table attacks(boolean joined) {
      Set<Column> columns = new LinkedHashSet<>(columns(Quantity.BEFORE));
      for (LeaderboardEntry entry : entries) {
        figures.get(entry.detector()).keySet().stream()
            .filter(column -> !column.attack().isEmpty())
            .forEach(columns::add);
      }
      List<LeaderboardEntry> attacked =
          entries.stream().filter(entry -> !entry.attacks().isEmpty()).toList();
      return table("attacks", "Under attack", List.copyOf(columns), attacked, joined);
    }

    private Table trust(boolean joined) {
      return table("cost", "Calibration, verdicts and cost", TRUST, entries, joined);
    }

    private String named(String kind) {
      return "leaderboard-%s-%s".formatted(number, kind);
    }

    private Table main(boolean joined) {
      List<String> heads = new ArrayList<>(List.of("Detector", "Rank"));
      MAIN.forEach(column -> addHeads(heads, column, joined));
      heads.add("Worst change");
      List<List<Cell>> rows = new ArrayList<>();
      for (LeaderboardEntry entry : entries) {
        List<Cell> row = new ArrayList<>(List.of(Cell.text(entry.detector())));
        row.add(Cell.text(ranks.get(0).of(entry.detector()).toString()));
        MAIN.forEach(column -> addCells(row, entry, column, joined));
        row.add(entry.robust().map(result -> Cell.text(result.worst())).orElse(Cell.NONE));
        rows.add(row);
      }
      return new Table(named("table"), "Detectors on %s".formatted(set), heads, rows);
    }

    private Table table(
        String kind,
        String title,
        List<Column> columns,
        List<LeaderboardEntry> shown,
        boolean joined) {
      List<String> heads = new ArrayList<>(List.of("Detector"));
      columns.forEach(column -> addHeads(heads, column, joined));
      List<List<Cell>> rows = new ArrayList<>();
      for (LeaderboardEntry entry : shown) {
        List<Cell> row = new ArrayList<>(List.of(Cell.text(entry.detector())));
        columns.forEach(column -> addCells(row, entry, column, joined));
        rows.add(row);
      }
      return new Table(named(kind), "%s, on %s".formatted(title, set), heads, rows);
    }

    private static void addHeads(List<String> heads, Column column, boolean joined) {
      heads.add(column.head());
      if (column.hasInterval() && !joined) {
        heads.add(column.intervalHead());
      }
    }

    private void addCells(List<Cell> row, LeaderboardEntry entry, Column column, boolean joined) {
      Optional<MeasuredFigure> figure =
          Optional.ofNullable(figures.get(entry.detector()).get(column));
      Cell cell = figure.map(column::cell).orElse(Cell.NONE);
      if (!column.hasInterval()) {
        row.add(cell);
        return;
      }
      Cell interval = figure.map(column::interval).orElse(Cell.NONE);
      if (!joined) {
        row.addAll(List.of(cell, interval));
      } else {
        row.add(
            cell.equals(Cell.NONE)
                ? cell
                : Cell.text("%s (%s)".formatted(cell.text(), interval.text())));
      }
    }

    private Table rankTable() {
      List<String> columns = new ArrayList<>(List.of("Detector"));
      ranks.forEach(one -> columns.add(one.figure()));
      List<List<Cell>> rows = new ArrayList<>();
      for (LeaderboardEntry entry : entries) {
        List<Cell> row = new ArrayList<>(List.of(Cell.text(entry.detector())));
        for (Ranks one : ranks) {
          row.add(
              one.ranks().stream()
                  .filter(rank -> rank.detector().equals(entry.detector()))
                  .findFirst()
                  .map(rank -> Cell.text(rank.toString()))
                  .orElse(Cell.NONE));
        }
        rows.add(row);
      }
      return new Table(named("ranks"), "Ranks on %s".formatted(set), columns, rows);
    }

    private Table tests() {
      List<List<Cell>> rows = new ArrayList<>();
      for (Ranks one : ranks) {
        for (Ranks.PairedTest test : one.tests()) {
          rows.add(
              List.of(
                  Cell.text(one.figure()),
                  Cell.text(test.first()),
                  Cell.text(test.second()),
                  Cell.number(test.difference().value(), 3),
                  numbers(test.difference().interval(), 3),
                  Cell.number(test.difference().pValue(), 4),
                  Cell.number(test.adjusted(), 4),
                  Cell.text(test.real() ? "yes" : "no"),
                  Cell.text(test.difference().test()),
                  Cell.count(test.difference().leftOut())));
        }
      }
      return new Table(
          named("tests"),
          "Differences of detectors on %s".formatted(set),
          List.of(
              "Figure",
              "First",
              "Second",
              "Difference",
              "95 % interval",
              "p-value",
              "After Holm",
              "Real",
              "Test",
              "Images left out"),
          rows);
    }
  }
}
