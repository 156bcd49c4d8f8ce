package org.genimage.examples;

import com.google.common.collect.ImmutableMap;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.Map;
import org.genimage.data.DatasetException;
import org.genimage.eval.ScoreFileException;
import org.genimage.models.pretrained.DownloadException;
import org.genimage.models.weights.WeightsException;
import org.genimage.train.TrainingDivergedException;
import org.tensorflow.TensorFlow;
import picocli.CommandLine;

/** Runs a command line. Errors that a user can correct are one sentence without a stack trace. */
final class Program {

  private Program() {}

  /**
   * Runs a command and returns its exit code: 0 for success, 1 for an error, 2 for a wrong call.
   *
   * @param command annotated for picocli
   * @param errors where error messages go
   */
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
        || exception instanceof DownloadException
        || exception instanceof ScoreFileException
        || exception instanceof TrainingDivergedException
        || exception instanceof UncheckedIOException
        || exception instanceof IllegalArgumentException
        || exception instanceof IllegalStateException;
  }

  /** Returns what a report says of its origin: the command, and the software and machine. */
  static Map<String, String> manifest(String command) {
    return ImmutableMap.of(
        "command", command,
        "Java", System.getProperty("java.version"),
        "TensorFlow", TensorFlow.version(),
        "processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
  }
}
