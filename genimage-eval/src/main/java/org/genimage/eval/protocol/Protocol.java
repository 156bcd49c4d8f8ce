package org.genimage.eval.protocol;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;
import org.genimage.eval.Degradation;

/**
 * A table of accuracies in the paper: for each cell the detector, what it is trained and tested on,
 * and the published accuracy if there is one.
 *
 * @param name short, for files and commands, such as {@code main-2}: letters, digits, dots, dashes
 *     and underscores, and no dot in front
 * @param title what the table shows
 * @param notes what the paper does not specify, and how genimage reads it
 * @param columns the heads of the columns, without the average
 * @param rows the rows, with one cell per column
 */
public record Protocol(
    String name, String title, List<String> notes, List<String> columns, List<Row> rows) {

  /**
   * Copies the lists and checks the names, and that the rows fit the columns.
   *
   * @throws IllegalArgumentException if the table's name has other characters, two rows or two
   *     columns have one name, or a row has not one cell per column
   */
  public Protocol {
    notes = List.copyOf(notes);
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
    checkArgument(
        name.matches("[\\w-][\\w.-]*"),
        "a table's name must be letters, digits, dots, dashes and underscores, got '%s'",
        name);
    List<String> names = rows.stream().map(Row::name).toList();
    checkArgument(
        Set.copyOf(names).size() == names.size(),
        "the rows of table %s need names of their own, got %s",
        name,
        names);
    checkArgument(
        Set.copyOf(columns).size() == columns.size(),
        "the columns of table %s need names of their own, got %s",
        name,
        columns);
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
   * A row of the table.
   *
   * @param name of the row, such as a detector's
   * @param cells one per column
   * @param publishedAverage the paper's mean of the row in per cent, if it prints one. The paper
   *     truncates some means and rounds others, so a difference below 0.1 means nothing
   */
  public record Row(String name, List<Cell> cells, OptionalDouble publishedAverage) {

    /**
     * Copies the list and checks the name.
     *
     * @throws IllegalArgumentException if the name is blank
     */
    public Row {
      checkArgument(!name.isBlank(), "the name of a table's row must not be blank");
      cells = List.copyOf(cells);
    }
  }

  /**
   * A cell of the table: the mean accuracy of one or several runs on the same images.
   *
   * @param runs at least one
   * @param published the published accuracy in per cent: several if the sources disagree, none if
   *     the paper gives none
   */
  public record Cell(List<Run> runs, List<Double> published) {

    /**
     * Copies the lists.
     *
     * @throws IllegalArgumentException if there is no run
     */
    public Cell {
      runs = List.copyOf(runs);
      published = List.copyOf(published);
      checkArgument(!runs.isEmpty(), "a cell needs at least one run, got none");
    }
  }

  /**
   * One training and one test of a detector.
   *
   * @param detector the detector's name, such as {@code ResNet-50}
   * @param training what it is trained on
   * @param test what it is tested on
   * @param degradation of the test images
   * @param attack the name of the attack on the test images, if any, such as {@code FGSM}
   */
  public record Run(
      String detector,
      TrainingSet training,
      TestImages test,
      Degradation degradation,
      Optional<String> attack) {

    /**
     * Checks the names.
     *
     * @throws IllegalArgumentException if the detector's or the attack's name is blank
     */
    public Run {
      checkArgument(!detector.isBlank(), "the name of a run's detector must not be blank");
      checkArgument(
          attack.stream().noneMatch(String::isBlank), "the name of an attack must not be blank");
    }

    /** Returns a run on test images without degradation and attack. */
    public static Run of(String detector, TrainingSet training, TestImages test) {
      return new Run(detector, training, test, Degradation.NONE, Optional.empty());
    }

    /** Returns the run on degraded images. */
    public Run degraded(Degradation how) {
      return new Run(detector, training, test, how, attack);
    }

    /**
     * Returns the run on attacked images.
     *
     * @param name of the attack, such as {@code FGSM}
     */
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

  /**
   * Returns the table with only the rows of these names.
   *
   * @throws IllegalArgumentException if a name is not a row's
   */
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
