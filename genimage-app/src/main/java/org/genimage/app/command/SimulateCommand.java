package org.genimage.app.command;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.genimage.data.Generator;
import org.genimage.data.simulation.SimulatedGenImage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a simulated GenImage. */
@Command(
    name = "simulate",
    sortOptions = false,
    description = {
      "Write a small simulated GenImage: rendered images, some with simulated traces of generators.",
      "Use it to try programs. What is measured on it says nothing about photographs or real"
          + " generators."
    },
    footer = {
      "",
      "Examples:",
      "  genimage simulate simulated --train 20 --validation 5",
      "  genimage doctor simulated"
    })
public final class SimulateCommand implements Callable<Integer> {

  @Parameters(
      paramLabel = "DIR",
      description = "the folder to make; if it exists, it must be empty")
  private Path folder;

  @Option(
      names = "--train",
      paramLabel = "N",
      defaultValue = "100",
      description = "training images of each generator and label (default: ${DEFAULT-VALUE})")
  private int train;

  @Option(
      names = "--validation",
      paramLabel = "N",
      defaultValue = "25",
      description = "validation images of each generator and label (default: ${DEFAULT-VALUE})")
  private int validation;

  @Option(
      names = "--side",
      paramLabel = "N",
      defaultValue = "80",
      description = "the smallest width and height in pixels (default: ${DEFAULT-VALUE})")
  private int side;

  @Option(
      names = "--biased",
      description = "give natural images another format and size, as GenImage's have")
  private boolean biased;

  @Option(
      names = "--difficulty",
      paramLabel = "D",
      defaultValue = "0",
      description =
          "from 0, which detectors learn in minutes, to 1, with faint traces and more compression"
              + " (default: ${DEFAULT-VALUE})")
  private double difficulty;

  @Mixin private Options.Seed seed = new Options.Seed();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Options.checkPositive("--train", train);
    Options.checkPositive("--validation", validation);
    Options.check(
        difficulty >= 0 && difficulty <= 1, "--difficulty must be from 0 to 1, got %s", difficulty);
    SimulatedGenImage images = images();
    Outputs.checkNewFolder(folder);
    Terminal terminal = Terminal.of(spec);
    return terminal.during(
        "Simulating images",
        2L * Generator.GENIMAGE.size() * (train + validation),
        progress -> {
          images.writeTo(folder, progress);
          terminal.print("%s", folder);
          return ExitCode.DONE;
        });
  }

  private SimulatedGenImage images() {
    try {
      return SimulatedGenImage.seeded(seed.value())
          .imageSize(side)
          .train(train)
          .validation(validation)
          .publishedBias(biased)
          .difficulty(difficulty);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--side: " + e.getMessage());
    }
  }
}
