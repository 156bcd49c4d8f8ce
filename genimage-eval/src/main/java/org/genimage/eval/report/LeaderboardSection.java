package org.genimage.eval.report;

import static org.genimage.eval.report.Html.escape;
import static org.genimage.eval.report.Html.format;

import java.util.ArrayList;
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
import org.genimage.eval.leaderboard.Ranks;
import org.genimage.eval.leaderboard.UnderAttack;
import org.genimage.eval.report.Table.Cell;
import org.genimage.eval.statistics.Interval;

/**
 * The detectors on one set of images.
 *
 * @param entries from the largest area
 * @param tables the table, attacks, cost, ranks, tests
 */
record LeaderboardSection(String set, List<LeaderboardEntry> entries, List<Table> tables)
    implements Section {

  /** Shown as it is; all other figures are shares. */
  private static final Set<String> NUMBERS =
      Set.of(
          LeaderboardEntry.AREA,
          LeaderboardEntry.ALIGNED,
          LeaderboardEntry.ROBUST,
          LeaderboardEntry.WORST,
          LeaderboardEntry.CALIBRATION,
          LeaderboardEntry.CHANCE);

  private static final String INTERVAL = ": 95 %";
  private static final String RANGE = ": fastest, slowest";

  private static final List<String> MAIN =
      List.of(
          LeaderboardEntry.AREA,
          LeaderboardEntry.BALANCED,
          LeaderboardEntry.ALIGNED,
          LeaderboardEntry.ROBUST,
          LeaderboardEntry.WORST);

  private static final List<String> TRUST =
      List.of(
          LeaderboardEntry.CALIBRATION,
          LeaderboardEntry.CHANCE,
          LeaderboardEntry.COVERAGE,
          LeaderboardEntry.ERRORS,
          LeaderboardEntry.SECONDS,
          LeaderboardEntry.MEMORY);

  /**
   * Returns the section of a set.
   *
   * @param number of the section, for the names of its tables
   */
  static LeaderboardSection of(int number, Leaderboard board, String set) {
    List<LeaderboardEntry> entries = board.of(set);
    Map<String, Map<String, MeasuredFigure>> figures = new HashMap<>();
    for (LeaderboardEntry entry : entries) {
      Map<String, MeasuredFigure> own = new LinkedHashMap<>();
      entry.figures().forEach(one -> own.put(one.name(), one));
      figures.put(entry.detector(), own);
    }
    Tables all = new Tables(number, set, entries, figures, board.ranks(set));
    return new LeaderboardSection(set, entries, all.all());
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
          <p>All pairs on the same images. A difference is real if its p-value after Holm’s correction for
          all pairs of the figure is below 0.05. Intervals are 95&nbsp;%% and not corrected.</p>
          %s
        </section>
        """
        .formatted(
            escape(set),
            Html.count(entries.get(0).clean().size()),
            compact(tables.get(0)).html(),
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
                : budgets(entries) + compact(tables.get(1)).html(),
            compact(tables.get(2)).html(),
            tables.get(3).html(),
            tables.get(4).rows().isEmpty()
                ? "<p>There is one detector.</p>"
                : tables.get(4).html());
  }

  /** Returns the table with every figure and its interval in one column, for people. */
  private static Table compact(Table table) {
    List<String> heads = table.columns();
    List<String> columns = new ArrayList<>();
    List<List<Cell>> rows = new ArrayList<>();
    table.rows().forEach(row -> rows.add(new ArrayList<>()));
    for (int i = 0; i < heads.size(); i++) {
      boolean joined = i + 1 < heads.size() && isInterval(heads.get(i + 1));
      columns.add(heads.get(i));
      for (int k = 0; k < rows.size(); k++) {
        Cell cell = table.rows().get(k).get(i);
        boolean both = joined && !cell.equals(Cell.NONE);
        rows.get(k)
            .add(
                both
                    ? Cell.text(
                        "%s (%s)".formatted(cell.text(), table.rows().get(k).get(i + 1).text()))
                    : cell);
      }
      i += joined ? 1 : 0;
    }
    return new Table(table.name(), table.title(), columns, rows);
  }

  private static boolean isInterval(String head) {
    return head.endsWith(INTERVAL) || head.endsWith(RANGE);
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

  private static boolean isNumber(String name) {
    return NUMBERS.contains(name) || isCost(name);
  }

  private static boolean isCost(String name) {
    return name.equals(LeaderboardEntry.SECONDS)
        || name.equals(LeaderboardEntry.MEMORY)
        || name.startsWith("median L2 change");
  }

  private static boolean hasInterval(String name) {
    return !name.equals(LeaderboardEntry.CHANCE)
        && !name.equals(LeaderboardEntry.WORST)
        && !name.equals(LeaderboardEntry.MEMORY)
        && !name.startsWith("median L2 change");
  }

  private static void addColumns(List<String> columns, String name) {
    String head = Character.toUpperCase(name.charAt(0)) + name.substring(1);
    columns.add(isNumber(name) ? head : head + ", %");
    if (hasInterval(name)) {
      columns.add(head + (name.equals(LeaderboardEntry.SECONDS) ? RANGE : INTERVAL));
    }
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
      Map<String, Map<String, MeasuredFigure>> figures,
      List<Ranks> ranks) {

    private List<Table> all() {
      List<String> attacks = new ArrayList<>(List.of(LeaderboardEntry.BEFORE));
      Set<String> under = new LinkedHashSet<>();
      for (LeaderboardEntry entry : entries) {
        figures.get(entry.detector()).keySet().stream()
            .filter(
                name ->
                    name.startsWith(LeaderboardEntry.UNDER) || name.startsWith("median L2 change"))
            .forEach(under::add);
      }
      attacks.addAll(under);
      List<LeaderboardEntry> attacked =
          entries.stream().filter(entry -> !entry.attacks().isEmpty()).toList();
      return List.of(
          main(),
          table("attacks", "Under attack", attacks, attacked),
          table("cost", "Calibration, verdicts and cost", TRUST, entries),
          rankTable(),
          tests());
    }

    private String named(String kind) {
      return "leaderboard-%s-%s".formatted(number, kind);
    }

    private Table main() {
      List<String> columns = new ArrayList<>(List.of("Detector", "Rank"));
      MAIN.forEach(name -> addColumns(columns, name));
      columns.add("Worst change");
      List<List<Cell>> rows = new ArrayList<>();
      for (LeaderboardEntry entry : entries) {
        List<Cell> row = new ArrayList<>(List.of(Cell.text(entry.detector())));
        row.add(Cell.text(ranks.get(0).of(entry.detector()).toString()));
        MAIN.forEach(name -> addCells(row, entry, name));
        row.add(entry.robust().map(result -> Cell.text(result.worst())).orElse(Cell.NONE));
        rows.add(row);
      }
      return new Table(named("table"), "Detectors on %s".formatted(set), columns, rows);
    }

    private Table table(
        String kind, String title, List<String> names, List<LeaderboardEntry> shown) {
      List<String> columns = new ArrayList<>(List.of("Detector"));
      names.forEach(name -> addColumns(columns, name));
      List<List<Cell>> rows = new ArrayList<>();
      for (LeaderboardEntry entry : shown) {
        List<Cell> row = new ArrayList<>(List.of(Cell.text(entry.detector())));
        names.forEach(name -> addCells(row, entry, name));
        rows.add(row);
      }
      return new Table(named(kind), "%s, on %s".formatted(title, set), columns, rows);
    }

    private void addCells(List<Cell> row, LeaderboardEntry entry, String name) {
      Optional<MeasuredFigure> figure =
          Optional.ofNullable(figures.get(entry.detector()).get(name));
      if (figure.isEmpty()) {
        row.add(Cell.NONE);
        if (hasInterval(name)) {
          row.add(Cell.NONE);
        }
        return;
      }
      MeasuredFigure one = figure.get();
      int decimals = name.equals(LeaderboardEntry.MEMORY) ? 0 : isCost(name) ? 4 : 3;
      row.add(isNumber(name) ? Cell.number(one.value(), decimals) : Cell.percent(one.value()));
      if (hasInterval(name)) {
        row.add(isNumber(name) ? numbers(one.interval(), decimals) : Cell.interval(one.interval()));
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
                  Cell.text(test.difference().test())));
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
              "Test"),
          rows);
    }
  }
}
