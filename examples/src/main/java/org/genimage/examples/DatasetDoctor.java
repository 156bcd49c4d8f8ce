package org.genimage.examples;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.genimage.data.GenImage;
import org.genimage.data.doctor.DataDoctor;
import org.genimage.data.doctor.DataReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Examines every image of a benchmark and prints its defects. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Examines every image of a benchmark and prints its defects and a verdict.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the data are fine",
      "1:images are unreadable, or under both labels or in both splits; or an error",
      "2:the command line is wrong",
      "3:the data answer the question by themselves: format, size or quality differs between labels"
    })
final class DatasetDoctor implements Callable<Integer> {

  @Parameters(paramLabel = "DIR", description = "the benchmark's folder, unpacked or with archives")
  private Path folder;

  @Option(names = "--json", paramLabel = "FILE", description = "write the full report there (JSON)")
  private Optional<Path> json = Optional.empty();

  @Option(
      names = "--quarantine",
      paramLabel = "FILE",
      description = "write a list of the unreadable images there")
  private Optional<Path> quarantine = Optional.empty();

  @Option(
      names = "--state",
      paramLabel = "FILE",
      description = "save what was found so far there, so that a run that was stopped can resume")
  private Optional<Path> state = Optional.empty();

  private final PrintStream out;
  private final Terminal terminal;

  private DatasetDoctor(PrintStream out, PrintStream errors) {
    this.out = out;
    this.terminal = new Terminal(errors);
  }

  /** Runs the command and ends the JVM with its exit code; {@code --help} lists them. */
  public static void main(String[] arguments) {
    System.exit(run(System.out, System.err, arguments));
  }

  static int run(PrintStream out, PrintStream errors, String... arguments) {
    return Program.run(new DatasetDoctor(out, errors), errors, arguments);
  }

  @Override
  public Integer call() {
    DataDoctor doctor = DataDoctor.of(GenImage.open(folder));
    DataDoctor kept = state.isPresent() ? doctor.state(state.get()) : doctor;
    DataReport report = terminal.during("Examining", 0, kept::examine);
    out.println(report.table());
    json.ifPresent(file -> Outputs.write(file, report.json().getBytes(StandardCharsets.UTF_8)));
    quarantine.ifPresent(report.quarantine()::writeTo);
    return report.outcome().exitCode();
  }
}
