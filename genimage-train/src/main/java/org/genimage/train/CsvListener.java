package org.genimage.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.genimage.data.internal.Interruption;
import org.genimage.data.internal.WholeFiles;

/** A table of epochs in a CSV file, which is replaced as a whole after every epoch. */
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
    List<String> rows = Files.exists(file) && epoch > 0 ? read() : List.of();
    try {
      write(
          Stream.concat(
              Stream.of(HEADER),
              rows.stream().skip(1).filter(row -> Integer.parseInt(row.split(",")[0]) < epoch)));
    } catch (NumberFormatException e) {
      throw new IllegalStateException(
          file + ": expected a table of epochs, found another file; choose another name", e);
    }
  }

  @Override
  public void onEpoch(EpochReport report) {
    Interruption.deferred(() -> write(Stream.concat(read().stream(), Stream.of(row(report)))));
  }

  private static String row(EpochReport report) {
    String accuracy =
        report.validationAccuracy().isPresent()
            ? Double.toString(report.validationAccuracy().getAsDouble())
            : "";
    return Stream.of(
            report.epoch(),
            report.steps(),
            report.loss(),
            report.learningRate(),
            report.samples(),
            report.skipped(),
            report.time().toNanos() / 1e9,
            report.waiting().toNanos() / 1e9,
            report.stepping().toNanos() / 1e9,
            accuracy)
        .map(Object::toString)
        .collect(Collectors.joining(","));
  }

  private List<String> read() {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      Interruption.check(e, "reading " + file);
      throw new UncheckedIOException(
          "%s: could not be read (%s)".formatted(file, WholeFiles.reason(e)), e);
    }
  }

  private void write(Stream<String> rows) {
    try {
      WholeFiles.write(file, rows.collect(Collectors.joining("\n", "", "\n")));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: could not be written (%s); make room or choose another place"
              .formatted(file, WholeFiles.reason(e)),
          e);
    }
  }
}
