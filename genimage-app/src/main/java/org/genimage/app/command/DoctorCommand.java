package org.genimage.app.command;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.genimage.data.GenImage;
import org.genimage.data.doctor.DataDoctor;
import org.genimage.data.doctor.DataReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Examines every image of a benchmark and prints its defects. */
@Command(
    name = "doctor",
    sortOptions = false,
    description = {
      "Examine every image of a folder in GenImage's layout, and print defects and a verdict.",
      "It finds unreadable and repeated images, and whether format, size or quality tell the label."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the data are fine",
      "1:images are unreadable, or under both labels or in both splits; or an error",
      "2:the command line is wrong",
      "3:the data answer the question by themselves: format, size or quality differs between labels"
    },
    footer = {
      "",
      "Examples:",
      "  genimage doctor GenImage",
      "  genimage doctor photos --json report.json --quarantine unreadable.txt"
    })
public final class DoctorCommand implements Callable<Integer> {

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

  @Spec private CommandSpec spec;

  private Terminal terminal;

  @Override
  public Integer call() {
    terminal = Terminal.of(spec);
    Options.check(
        Files.isDirectory(folder), "expected a folder, found none at %s; check the path", folder);
    json.ifPresent(Outputs::checkWritableFile);
    quarantine.ifPresent(Outputs::checkWritableFile);
    DataDoctor doctor = DataDoctor.of(GenImage.open(folder));
    DataDoctor kept = state.isPresent() ? doctor.state(state.get()) : doctor;
    DataReport report = terminal.during("Examining", 0, kept::examine);
    terminal.print("%s", report.table());
    json.ifPresent(file -> Outputs.write(file, report.json().getBytes(StandardCharsets.UTF_8)));
    quarantine.ifPresent(report.quarantine()::writeTo);
    return report.outcome().exitCode();
  }
}
