package org.genimage.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.genimage.data.GenImage;
import org.genimage.data.doctor.DataDoctor;
import org.genimage.data.doctor.DataReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Examines every image of a benchmark and prints what is wrong with it. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Examines every image of a benchmark and prints what is wrong with it.")
final class DatasetDoctor implements Callable<Integer> {

  @Parameters(paramLabel = "DIR", description = "the benchmark's folder, unpacked or of archives")
  private Path folder;

  @Option(names = "--json", paramLabel = "FILE", description = "write the whole report there")
  private Optional<Path> json = Optional.empty();

  @Option(
      names = "--quarantine",
      paramLabel = "FILE",
      description = "write a list of the unreadable images there")
  private Optional<Path> quarantine = Optional.empty();

  @Option(
      names = "--state",
      paramLabel = "FILE",
      description = "keep there what was found so far; a run that was broken off goes on")
  private Optional<Path> state = Optional.empty();

  private final Terminal terminal;

  private DatasetDoctor(PrintStream out) {
    this.terminal = new Terminal(out);
  }

  /** Runs the command and ends the JVM with its exit code: 1 if an image is unreadable. */
  public static void main(String[] arguments) {
    System.exit(run(System.out, System.err, arguments));
  }

  static int run(PrintStream out, PrintStream errors, String... arguments) {
    return Program.run(new DatasetDoctor(out), errors, arguments);
  }

  @Override
  public Integer call() {
    DataDoctor doctor = DataDoctor.of(GenImage.open(folder));
    DataDoctor kept = state.isPresent() ? doctor.state(state.get()) : doctor;
    DataReport report = terminal.during("Examining", 0, kept::examine);
    terminal.say("%s", report.table());
    json.ifPresent(file -> write(file, report.json()));
    quarantine.ifPresent(report.quarantine()::writeTo);
    return report.quarantine().reasons().isEmpty() ? 0 : 1;
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: cannot be written (%s); choose another file".formatted(file, e.getMessage()), e);
    }
  }
}
