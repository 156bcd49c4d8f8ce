package org.genimage.examples;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import org.genimage.models.Devices;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prints the devices that TensorFlow uses on this machine, and what a GPU would still need. */
@Command(
    name = "devices",
    mixinStandardHelpOptions = true,
    description = "Prints the devices that TensorFlow uses, and what a GPU would still need.")
final class DevicesReport implements Callable<Integer> {

  @Option(names = "--require-gpu", description = "exit with code 1 if TensorFlow sees no GPU")
  private boolean requireGpu;

  private final PrintStream out;

  private DevicesReport(PrintStream out) {
    this.out = out;
  }

  /** Runs the command and ends the JVM with its exit code. */
  public static void main(String[] arguments) {
    System.exit(run(System.out, System.err, arguments));
  }

  static int run(PrintStream out, PrintStream errors, String... arguments) {
    return Program.run(new DevicesReport(out), errors, arguments);
  }

  @Override
  public Integer call() {
    out.println(Devices.visible());
    if (requireGpu) {
      Devices.requireGpu();
    }
    return 0;
  }
}
