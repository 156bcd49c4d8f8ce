package org.genimage.app.command;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.genimage.data.GenImage;
import org.genimage.data.doctor.DataDoctor;
import org.genimage.data.doctor.DataReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Examines every image of a benchmark and prints its defects. */
@Command(
    name = "doctor",
    sortOptions = false,
    description = {
      "Find defects of a dataset: read every image of a folder, and say in one sentence how the dataset is.",
      "It finds images that cannot be read, images that occur twice, and differences in file format,"
          + " size or quality that tell natural and AI images apart without a look at the picture. The"
          + " folder must have GenImage's layout. To see only what a folder has, use 'genimage scan'."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:no defect was found",
      "1:some images cannot be read, or have both labels, or are in training and validation; or an"
          + " error stopped the work",
      "2:the command line is wrong; nothing was begun",
      "3:natural and AI images differ in file format, size or quality, and that alone tells which is"
          + " which"
    },
    footer = {
      "",
      "Examples:",
      "  genimage doctor GenImage",
      "  genimage doctor photos --json report.json --quarantine unreadable.txt"
    })
public final class DoctorCommand implements Callable<Integer> {

  @Mixin private Options.Folder folder = new Options.Folder();

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "also write the full report to this file (JSON)")
  private Optional<Path> json = Optional.empty();

  @Option(
      names = "--quarantine",
      paramLabel = "FILE",
      description =
          "also write a list of the images that cannot be read; other commands can leave them out")
  private Optional<Path> quarantine = Optional.empty();

  @Option(
      names = "--state",
      paramLabel = "FILE",
      description =
          "keep what was found so far in this file; if a run is stopped, the next one resumes from it")
  private Optional<Path> state = Optional.empty();

  @Spec private CommandSpec spec;

  private Terminal terminal;

  @Override
  public Integer call() {
    terminal = Terminal.of(spec);
    folder.check();
    List<Path> outputs = Stream.of(json, quarantine, state).flatMap(Optional::stream).toList();
    Options.check(
        outputs.stream().map(file -> file.toAbsolutePath().normalize()).distinct().count()
            == outputs.size(),
        "--json, --quarantine and --state: expected a file for each, found one for two; name another");
    json.ifPresent(file -> Outputs.checkFile("--json", file, Outputs.Kind.DOCTOR, List.of()));
    quarantine.ifPresent(
        file -> Outputs.checkFile("--quarantine", file, Outputs.Kind.QUARANTINE, List.of()));
    state.ifPresent(file -> Outputs.checkFile("--state", file, Outputs.Kind.STATE, List.of()));
    DataDoctor doctor = DataDoctor.of(Options.opening(() -> GenImage.open(folder.path())));
    DataDoctor kept = state.isPresent() ? doctor.state(state.get()) : doctor;
    DataReport report = terminal.during("Examining", 0, kept::examine);
    terminal.print("%s", report.table());
    json.ifPresent(file -> Outputs.write(file, report.json().getBytes(StandardCharsets.UTF_8)));
    quarantine.ifPresent(report.quarantine()::writeTo);
    return report.outcome().exitCode();
  }
}
