package org.genimage.app.command;

import java.util.concurrent.Callable;
import org.genimage.models.Devices;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints the devices that TensorFlow uses on this machine, and what a GPU would still need. */
@Command(
    name = "devices",
    sortOptions = false,
    description =
        "Print whether TensorFlow computes on the CPU or a GPU. If it uses no GPU, say why.",
    footer = {
      "",
      "Examples:",
      "  genimage devices",
      "  genimage devices --require-gpu && genimage train --detector resnet-50 --data GenImage"
    })
public final class DevicesCommand implements Callable<Integer> {

  @Option(names = "--require-gpu", description = "end with exit code 1 if TensorFlow sees no GPU")
  private boolean requireGpu;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    spec.commandLine().getOut().println(Devices.visible());
    if (requireGpu) {
      Devices.requireGpu();
    }
    return ExitCode.DONE;
  }
}
