package org.genimage.examples.spark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Runs a command that divides its work, such as {@code genimage leaderboard}, on all machines of an
 * Apache Spark cluster: each task runs it with {@code --part 1/N}, {@code 2/N} and so on, and at
 * the end the driver runs it without, which joins the pieces. The program and its files must have
 * the same path on every machine.
 */
@Command(
    name = "spark-parts",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Runs a command that takes --part, such as genimage leaderboard, on all machines of an Apache"
          + " Spark cluster, and once more without --part to join the pieces.",
      "All paths must be on storage that every machine mounts. A second run resumes a run that was"
          + " stopped."
    })
public final class SparkParts implements Callable<Integer> {

  @Option(
      names = "--parts",
      paramLabel = "N",
      defaultValue = "16",
      description = "number of parts, several for each executor (default: ${DEFAULT-VALUE})")
  private int parts;

  @Parameters(
      paramLabel = "COMMAND",
      arity = "1..*",
      description = "after --, the program's path and its arguments, without --part")
  private List<String> command;

  /** Runs the command line on the cluster of {@code spark-submit}, and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  static int run(String... arguments) {
    return SparkScoring.executed(new CommandLine(new SparkParts()), arguments);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    SparkScoring.checkParts(parts);
    List<String> whole = List.copyOf(command);
    int count = parts;
    try (JavaSparkContext spark = new JavaSparkContext()) {
      spark
          .parallelize(IntStream.rangeClosed(1, count).boxed().toList(), count)
          .foreach(part -> runPart(whole, part, count));
    }
    return exitValue(whole);
  }

  private static void runPart(List<String> whole, int part, int count)
      throws IOException, InterruptedException {
    List<String> own = new ArrayList<>(whole);
    own.addAll(List.of("--part", part + "/" + count));
    int exit = exitValue(own);
    if (exit != 0) {
      throw new IllegalStateException(
          "%s: expected exit code 0, found %s; its executor's log says why"
              .formatted(String.join(" ", own), exit));
    }
  }

  private static int exitValue(List<String> own) throws IOException, InterruptedException {
    return new ProcessBuilder(own).inheritIO().start().waitFor();
  }
}
