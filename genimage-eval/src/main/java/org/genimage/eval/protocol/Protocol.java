package org.genimage.eval.protocol;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.genimage.eval.Degradation;

/**
 * A table of accuracies, as the paper prints it: what each figure's detector is trained on, what it
 * is tested on, and the paper's figure where there is one.
 *
 * @param name short, for files and commands, such as {@code main-2}
 * @param title what the table shows
 * @param notes what the paper leaves open and how it is read here
 * @param columns the heads of the columns, without the average
 * @param rows the rows
 */
public record Protocol(
    String name, String title, List<String> notes, List<String> columns, List<Row> rows) {

  /** Copies the lists and checks that the rows fit the columns. */
  public Protocol {
    notes = List.copyOf(notes);
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
    for (Row row : rows) {
      checkArgument(
          row.cells().size() == columns.size(),
          "row %s of table %s needs %s cells, got %s",
          row.name(),
          name,
          columns.size(),
          row.cells().size());
    }
  }

  /**
   * A row.
   *
   * @param name such as a detector
   * @param cells one per column
   * @param publishedAverage the paper's mean of the row in per cent, where it prints one. The paper
   *     truncates some and rounds others, so a difference below 0.1 is none
   */
  public record Row(String name, List<Cell> cells, OptionalDouble publishedAverage) {

    /** Copies the list. */
    public Row {
      cells = List.copyOf(cells);
    }
  }

  /**
   * A figure: the mean accuracy of one run or of several on the same images.
   *
   * @param runs at least one
   * @param published the paper's figure in per cent; several where its sources disagree, none where
   *     it gives none
   */
  public record Cell(List<Run> runs, List<Double> published) {

    /** Copies the lists. */
    public Cell {
      runs = List.copyOf(runs);
      published = List.copyOf(published);
      checkArgument(!runs.isEmpty(), "a cell needs at least one run, got none");
    }
  }

  /**
   * One detector, trained and tested.
   *
   * @param detector its name in {@code Detectors}
   * @param training what it is trained on
   * @param test what it is tested on
   * @param degradation what happens to the test images
   * @param attack the attack on them, if there is one
   */
  public record Run(
      String detector,
      TrainingSet training,
      TestImages test,
      Degradation degradation,
      Optional<String> attack) {

    /** Returns a run on test images as they are. */
    public static Run of(String detector, TrainingSet training, TestImages test) {
      return new Run(detector, training, test, Degradation.NONE, Optional.empty());
    }

    /** Returns the run on degraded images. */
    public Run degraded(Degradation how) {
      return new Run(detector, training, test, how, attack);
    }

    /** Returns the run on attacked images. */
    public Run attacked(String name) {
      return new Run(detector, training, test, degradation, Optional.of(name));
    }

    @Override
    public String toString() {
      String on = degradation.equals(Degradation.NONE) ? "" : ", " + degradation;
      return "%s, %s on %s%s%s"
          .formatted(detector, training, test, on, attack.map(a -> ", " + a).orElse(""));
    }
  }

  /** Returns all runs of the table, each once, in the order of the cells. */
  public List<Run> runs() {
    return rows.stream()
        .flatMap(row -> row.cells().stream())
        .flatMap(cell -> cell.runs().stream())
        .distinct()
        .toList();
  }

  /** Returns the table with those rows only that have one of these names. */
  public Protocol rows(String... names) {
    List<String> wanted = List.of(names);
    checkArgument(
        wanted.stream().allMatch(name -> rowNames().anyMatch(name::equals)),
        "rows of table %s must be among %s, got %s",
        name,
        rowNames().toList(),
        wanted);
    return new Protocol(
        name, title, notes, columns, rows.stream().filter(r -> wanted.contains(r.name())).toList());
  }

  private Stream<String> rowNames() {
    return rows.stream().map(Row::name);
  }
}
