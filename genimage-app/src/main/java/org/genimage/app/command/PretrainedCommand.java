package org.genimage.app.command;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.genimage.models.pretrained.DownloadException;
import org.genimage.models.pretrained.DownloadOptions;
import org.genimage.models.pretrained.Licence;
import org.genimage.models.pretrained.Pretrained;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Weights that their authors published: which there are, how to get them, whether they are right.
 */
@Command(
    name = "pretrained",
    description = "List, download and verify weights that their authors published.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    subcommands = {
      PretrainedCommand.ListAll.class,
      PretrainedCommand.Get.class,
      PretrainedCommand.Verify.class
    },
    footer = {
      "",
      "Examples:",
      "  genimage pretrained list",
      "  genimage pretrained get ferretnet-s"
    })
public final class PretrainedCommand {

  /** Lists all weights. */
  @Command(
      name = "list",
      description =
          "List published weights: name, detector, size, licence, and whether you have them.",
      footer = {"", "Examples:", "  genimage pretrained list"})
  static final class ListAll implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      Terminal terminal = Terminal.of(spec);
      String recommended = Pretrained.recommended().name();
      terminal.print(
          "%-24s %-28s %10s  %-12s %s", "name", "detector", "size", "licence", "downloaded");
      for (Pretrained one : Pretrained.all()) {
        terminal.print(
            "%-24s %-28s %10s  %-12s %s%s",
            one.name(),
            one.blueprint().name(),
            size(one.size()),
            one.licences().stream().map(Licence::name).distinct().collect(Collectors.joining(", ")),
            one.isDownloaded() ? "yes" : "no",
            one.name().equals(recommended) ? "  (recommended)" : "");
      }
      return ExitCode.DONE;
    }

    private static String size(long bytes) {
      return bytes < 1_000_000
          ? (bytes + 500) / 1000 + " kB"
          : (bytes + 500_000) / 1_000_000 + " MB";
    }
  }

  /** Downloads weights. */
  @Command(
      name = "get",
      description = "Download weights, check them, and print where the files are.",
      footer = {"", "Examples:", "  genimage pretrained get community-forensics-384"})
  static final class Get implements Callable<Integer> {

    @Parameters(
        paramLabel = "NAME",
        arity = "1..*",
        description = "names that 'genimage pretrained list' shows")
    private List<String> names;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      Terminal terminal = Terminal.of(spec);
      for (Pretrained one : named(names)) {
        List<Path> files = DetectorOptions.withDownload(one, terminal, Pretrained::download);
        files.forEach(file -> terminal.print("%s", file));
      }
      return ExitCode.DONE;
    }
  }

  /** Verifies weights that were downloaded. */
  @Command(
      name = "verify",
      description = "Check that downloaded weights are still as published; needs no network.",
      footer = {
        "",
        "Examples:",
        "  genimage pretrained verify",
        "  genimage pretrained verify safe"
      })
  static final class Verify implements Callable<Integer> {

    @Parameters(
        paramLabel = "NAME",
        arity = "0..*",
        description = "names (default: all that were downloaded)")
    private List<String> names = List.of();

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      Terminal terminal = Terminal.of(spec);
      List<Pretrained> chosen =
          names.isEmpty()
              ? Pretrained.all().stream().filter(Pretrained::isDownloaded).toList()
              : named(names);
      if (chosen.isEmpty()) {
        terminal.say(
            "nothing was downloaded yet; 'genimage pretrained get NAME' downloads weights");
      }
      int failed = 0;
      for (Pretrained one : chosen) {
        if (!one.isDownloaded()) {
          terminal.say(
              "%s: not downloaded; run 'genimage pretrained get %s'", one.name(), one.name());
          failed++;
          continue;
        }
        try {
          one.with(DownloadOptions.DEFAULT.offline(true)).download();
          terminal.print("%s: as published", one.name());
        } catch (DownloadException e) {
          terminal.say("%s", e.getMessage());
          failed++;
        }
      }
      return failed == 0 ? ExitCode.DONE : ExitCode.FAILED;
    }
  }

  private static List<Pretrained> named(List<String> names) {
    try {
      return names.stream().map(Pretrained::named).toList();
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }
}
