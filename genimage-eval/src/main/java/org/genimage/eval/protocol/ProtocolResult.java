package org.genimage.eval.protocol;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * A table of the paper with our own accuracies.
 *
 * @param protocol the table
 * @param cells our accuracies, by row and column, as many as the table has cells
 */
public record ProtocolResult(Protocol protocol, List<List<Figure>> cells) {

  /**
   * Smaller differences of an average, in percentage points, count as 0: the paper truncates some
   * averages and rounds others.
   */
  private static final double ROUNDING = 0.1;

  /**
   * Our accuracy in a cell, or the reason why there is none.
   *
   * @param estimate the accuracy; empty if data or a detector was missing
   * @param reason what was missing, in one sentence; empty if there is an accuracy
   * @param failures the number of images that could not be read, in all runs of the cell
   */
  public record Figure(Optional<Estimate> estimate, Optional<String> reason, int failures) {

    /**
     * Returns the figure with an accuracy.
     *
     * @param failures the number of images that could not be read
     */
    public static Figure of(Estimate estimate, int failures) {
      return new Figure(Optional.of(estimate), Optional.empty(), failures);
    }

    /**
     * Returns the figure without an accuracy.
     *
     * @param reason what was missing, in one sentence
     */
    public static Figure missing(String reason) {
      return new Figure(Optional.empty(), Optional.of(reason), 0);
    }
  }

  /** Copies the lists. */
  public ProtocolResult {
    cells = cells.stream().map(List::copyOf).toList();
  }

  /**
   * Returns our accuracy in a cell.
   *
   * @param row from 0
   * @param column from 0
   * @throws IndexOutOfBoundsException if there is no such cell
   */
  public Figure figure(int row, int column) {
    return cells.get(row).get(column);
  }

  /**
   * Returns our accuracy less the published one, in percentage points. Of several published values
   * the nearest is taken. Empty if either is missing.
   */
  public OptionalDouble difference(int row, int column) {
    List<Double> published = protocol.rows().get(row).cells().get(column).published();
    Optional<Estimate> estimate = figure(row, column).estimate();
    if (published.isEmpty() || estimate.isEmpty()) {
      return OptionalDouble.empty();
    }
    double ours = 100 * estimate.get().value();
    double nearest = published.get(0);
    for (double other : published) {
      nearest = Math.abs(ours - other) < Math.abs(ours - nearest) ? other : nearest;
    }
    return OptionalDouble.of(ours - nearest);
  }

  /**
   * Returns the unweighted mean of our accuracies in a row. Empty if one of them is missing, or the
   * table has one column.
   */
  public Optional<Estimate> average(int row) {
    List<Estimate> estimates =
        cells.get(row).stream().flatMap(figure -> figure.estimate().stream()).toList();
    return estimates.size() == protocol.columns().size() && estimates.size() > 1
        ? Optional.of(Estimate.mean(estimates))
        : Optional.empty();
  }

  /**
   * Returns our mean of a row less the published one, in percentage points; 0 if they differ by no
   * more than the paper's own rounding. Empty if either is missing.
   */
  public OptionalDouble averageDifference(int row) {
    OptionalDouble published = protocol.rows().get(row).publishedAverage();
    Optional<Estimate> ours = average(row);
    if (published.isEmpty() || ours.isEmpty()) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(difference(100 * ours.get().value(), published.getAsDouble()));
  }

  /** Returns the difference of two averages in per cent; 0 within the paper's rounding. */
  static double difference(double ours, double published) {
    double difference = ours - published;
    return Math.abs(difference) <= ROUNDING + 1e-9 ? 0 : difference;
  }

  /** Returns the reasons of all empty cells, each once. */
  public List<String> missing() {
    return IntStream.range(0, cells.size())
        .boxed()
        .flatMap(row -> cells.get(row).stream())
        .flatMap(figure -> figure.reason().stream())
        .distinct()
        .toList();
  }
}
