package org.genimage.examples;

import java.io.PrintStream;
import java.io.UncheckedIOException;
import org.genimage.data.DatasetException;
import org.genimage.models.weights.WeightsException;
import org.genimage.train.TrainingDivergedException;
import picocli.CommandLine;

/** A command's edge: what a user can mend becomes one sentence, the rest keeps its stack trace. */
final class Program {

  private Program() {}

  /** Runs a command and returns its exit code: 0, 1 for what it met, 2 for how it was called. */
  static int run(Object command, PrintStream errors, String... arguments) {
    return new CommandLine(command)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (exception, commandLine, parsed) -> {
              if (isForUsers(exception)) {
                errors.println("error: " + exception.getMessage());
              } else {
                exception.printStackTrace(errors);
              }
              return 1;
            })
        .execute(arguments);
  }

  private static boolean isForUsers(Exception exception) {
    return exception instanceof DatasetException
        || exception instanceof WeightsException
        || exception instanceof TrainingDivergedException
        || exception instanceof UncheckedIOException
        || exception instanceof IllegalArgumentException
        || exception instanceof IllegalStateException;
  }
}
