package org.genimage.eval.protocol;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * A table of the paper beside our own figures.
 *
 * @param protocol the table
 * @param cells our figures, by row and column
 */
public record ProtocolResult(Protocol protocol, List<List<Figure>> cells) {

  /**
   * Differences in an average below this, in points, are none: the paper truncates some averages
   * and rounds others.
   */
  private static final double ROUNDING = 0.1;

  /**
   * Our figure of a cell.
   *
   * @param estimate the accuracy, unless something was missing
   * @param hole what was missing, a sentence
   * @param failures images that could not be read, of all runs behind it
   */
  public record Figure(Optional<Estimate> estimate, Optional<String> hole, int failures) {

    public static Figure of(Estimate estimate, int failures) {
      return new Figure(Optional.of(estimate), Optional.empty(), failures);
    }

    public static Figure missing(String what) {
      return new Figure(Optional.empty(), Optional.of(what), 0);
    }
  }

  /** Copies the lists. */
  public ProtocolResult {
    cells = cells.stream().map(List::copyOf).toList();
  }

  /** Returns our figure. */
  public Figure figure(int row, int column) {
    return cells.get(row).get(column);
  }

  /**
   * Returns our accuracy less the paper's figure, in points; the nearest of several. Empty where
   * either is missing.
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

  /** Returns the unweighted mean of our row; empty if there is a hole in it or one column only. */
  public Optional<Estimate> average(int row) {
    List<Estimate> estimates =
        cells.get(row).stream().flatMap(figure -> figure.estimate().stream()).toList();
    return estimates.size() == protocol.columns().size() && estimates.size() > 1
        ? Optional.of(Estimate.mean(estimates))
        : Optional.empty();
  }

  /**
   * Returns our mean of a row less the paper's, in points; 0 if they differ by no more than the
   * paper's own rounding. Empty where either is missing.
   */
  public OptionalDouble averageDifference(int row) {
    OptionalDouble published = protocol.rows().get(row).publishedAverage();
    Optional<Estimate> ours = average(row);
    if (published.isEmpty() || ours.isEmpty()) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(difference(100 * ours.get().value(), published.getAsDouble()));
  }

  /** Returns the difference of two averages in per cent, 0 within the paper's rounding. */
  static double difference(double ours, double published) {
    double difference = ours - published;
    return Math.abs(difference) <= ROUNDING + 1e-9 ? 0 : difference;
  }

  /** Returns what was missing, each once. */
  public List<String> holes() {
    return IntStream.range(0, cells.size())
        .boxed()
        .flatMap(row -> cells.get(row).stream())
        .flatMap(figure -> figure.hole().stream())
        .distinct()
        .toList();
  }
}
