package org.genimage.train;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.genimage.data.internal.Interruption;
import org.genimage.data.internal.OutputLock;
import org.genimage.data.internal.WholeFiles;

/**
 * A table of epochs in a CSV file, which is replaced as a whole after every epoch. One training
 * writes it at a time.
 */
final class CsvListener implements TrainingListener {

  private static final String UNWRITABLE =
      "%s: could not be written (%s); make room or choose another place";

  private static final String HEADER =
      "epoch,steps,loss,learning_rate,samples,skipped,seconds,waiting_seconds,stepping_seconds,"
          + "validation_accuracy";

  private final Path file;
  private Optional<OutputLock> lock = Optional.empty();

  CsvListener(Path file) {
    this.file = file;
  }

  @Override
  public void onBegin(int epoch, long steps) {
    lock();
    List<String> rows = Files.exists(file) && epoch > 0 ? read() : List.of();
    try {
      write(
          Stream.concat(
              Stream.of(HEADER),
              rows.stream().skip(1).filter(row -> Integer.parseInt(row.split(",", 2)[0]) < epoch)));
    } catch (NumberFormatException e) {
      throw another(e);
    }
  }

  private IllegalStateException another(Exception cause) {
    return new IllegalStateException(
        file + ": expected a table of epochs, found another file; choose another name", cause);
  }

  @Override
  public void onEpoch(EpochReport report) {
    Interruption.deferred(() -> write(Stream.concat(read().stream(), Stream.of(row(report)))));
  }

  @Override
  public void onEnd() {
    try {
      if (lock.isPresent()) {
        lock.get().close();
      }
    } catch (IOException e) {
      throw WholeFiles.problem("%s: its lock could not be released (%s)", file, e);
    } finally {
      lock = Optional.empty();
    }
  }

  private void lock() {
    if (lock.isPresent()) {
      return;
    }
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      lock = OutputLock.of(file);
    } catch (IOException e) {
      Interruption.check(e, "opening " + file);
      throw WholeFiles.problem(UNWRITABLE, file, e);
    }
    if (lock.isEmpty()) {
      throw new IllegalStateException(
          file
              + ": expected a table of epochs that no other training writes, found one in use; wait"
              + " for the end of the other training, or choose another name");
    }
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
    } catch (CharacterCodingException e) {
      throw another(e);
    } catch (IOException e) {
      Interruption.check(e, "reading " + file);
      throw WholeFiles.problem("%s: could not be read (%s)", file, e);
    }
  }

  private void write(Stream<String> rows) {
    try {
      WholeFiles.write(file, rows.collect(Collectors.joining("\n", "", "\n")));
    } catch (IOException e) {
      throw WholeFiles.problem(UNWRITABLE, file, e);
    }
  }
}
