package org.genimage.examples;

import com.google.common.collect.ImmutableMap;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.genimage.data.DatasetException;
import org.genimage.eval.ScoreFileException;
import org.genimage.models.pretrained.DownloadException;
import org.genimage.models.weights.WeightsException;
import org.genimage.train.TrainingDivergedException;
import org.tensorflow.TensorFlow;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

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

  /**
   * Returns the command that runs a program again with all its options, defaults too. It works in a
   * clone of genimage.
   *
   * @param program annotated for picocli, with the values of its options
   */
  static String command(Object program) {
    List<String> words = new ArrayList<>();
    for (OptionSpec option : new CommandLine(program).getCommandSpec().options()) {
      Object value = option.getValue();
      if (value instanceof Optional<?> optional) {
        value = optional.orElse(null);
      }
      if (value == null || option.usageHelp() || option.versionHelp()) {
        continue;
      }
      if (value instanceof Boolean on) {
        if (on) {
          words.add(option.longestName());
        }
      } else {
        words.add(option.longestName() + " " + word(value));
      }
    }
    return "mvn -q -Pquickstart compile -Dmain=%s -Dargs=\"%s\""
        .formatted(program.getClass().getName(), String.join(" ", words));
  }

  private static String word(Object value) {
    String text =
        value instanceof Collection<?> several
            ? several.stream().map(Object::toString).collect(Collectors.joining(","))
            : value.toString();
    return text.matches("[\\w./:,+-]*") ? text : "'" + text + "'";
  }

  /**
   * Returns what a report says of its origin: the command, and the software and machine.
   *
   * @param program annotated for picocli
   */
  static Map<String, String> manifest(Object program) {
    return ImmutableMap.of(
        "command", command(program),
        "Java", System.getProperty("java.version"),
        "TensorFlow", TensorFlow.version(),
        "processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
  }
}
