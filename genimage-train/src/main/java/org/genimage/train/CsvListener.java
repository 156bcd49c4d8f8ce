package org.genimage.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** A table of epochs in a file. */
final class CsvListener implements TrainingListener {

  private static final String HEADER =
      "epoch,steps,loss,learning_rate,samples,skipped,seconds,waiting_seconds,stepping_seconds,"
          + "validation_accuracy";

  private final Path file;

  CsvListener(Path file) {
    this.file = file;
  }

  @Override
  public void onBegin(int epoch, long steps) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      List<String> before = Files.exists(file) && epoch > 0 ? Files.readAllLines(file) : List.of();
      Stream<String> kept =
          before.stream().skip(1).filter(row -> Integer.parseInt(row.split(",")[0]) < epoch);
      Files.write(file, Stream.concat(Stream.of(HEADER), kept).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be written", e);
    } catch (NumberFormatException e) {
      throw new IllegalStateException(
          file + ": expected a table of epochs, found another file; name another", e);
    }
  }

  @Override
  public void onEpoch(EpochReport report) {
    String row =
        Stream.of(
                report.epoch(),
                report.steps(),
                report.loss(),
                report.learningRate(),
                report.samples(),
                report.skipped(),
                report.time().toNanos() / 1e9,
                report.waiting().toNanos() / 1e9,
                report.stepping().toNanos() / 1e9)
            .map(Object::toString)
            .reduce((a, b) -> a + "," + b)
            .orElseThrow();
    String accuracy =
        report.validationAccuracy().isPresent()
            ? Double.toString(report.validationAccuracy().getAsDouble())
            : "";
    try {
      Files.write(file, List.of(row + "," + accuracy), StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be written", e);
    }
  }
}
