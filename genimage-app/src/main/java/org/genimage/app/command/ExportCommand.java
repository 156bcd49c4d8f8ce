package org.genimage.app.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.genimage.models.DifferentiableDetector;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes a detector as a SavedModel. */
@Command(
    name = "export",
    sortOptions = false,
    description =
        "Write a detector as a TensorFlow SavedModel, which TensorFlow loads from any language.",
    footer = {"", "Examples:", "  genimage export --weights ferretnet-s --out ferretnet-s-model"})
public final class ExportCommand implements Callable<Integer> {

  @Mixin private DetectorOptions detector = new DetectorOptions();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "the folder to make; it must not exist")
  private Path out;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    detector.check();
    Options.check(
        !Files.exists(out), "--out: expected no folder, found one at %s; name another", out);
    Terminal terminal = Terminal.of(spec);
    try (DifferentiableDetector loaded = detector.load(terminal)) {
      terminal.say("Exporting %s ...", loaded.name());
      DetectorOptions.named(loaded.name()).export(loaded.weights(), out);
    }
    terminal.print("%s", out);
    return ExitCode.DONE;
  }
}
