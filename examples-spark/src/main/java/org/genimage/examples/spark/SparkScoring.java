package org.genimage.examples.spark;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.GenImage;
import org.genimage.data.ImageDataset;
import org.genimage.data.OpenOptions;
import org.genimage.data.Progress;
import org.genimage.data.doctor.FileRules;
import org.genimage.eval.Evaluation;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.report.Report;
import org.genimage.eval.statistics.Proportion;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/*
 * A partition is one part of the dataset, and its scores have a file of their own. So a job that was
 * stopped resumes where the files end, and so does a task that Spark restarts on another machine.
 * Only paths and numbers are sent to executors: each executor opens the dataset and loads the
 * detector once. Joining the score files fails if two machines do not see the same images.
 */

/**
 * Scores a folder or a list of images on all machines of an Apache Spark cluster and writes one
 * report. Images, weights and output must have the same path on every machine.
 */
@Command(
    name = "spark-scoring",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Scores a folder or a list of images on all machines of an Apache Spark cluster.",
      "All paths must be on storage that every machine mounts. A second run resumes a run that was"
          + " stopped."
    })
public final class SparkScoring implements Callable<Integer> {

  @Option(
      names = "--detector",
      paramLabel = "NAME",
      defaultValue = "ResNet-50",
      description = "one of the paper's seven (default: ${DEFAULT-VALUE})")
  private String detector;

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      required = true,
      description = "the detector's weights")
  private Path weights;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      required = true,
      description =
          "a folder in GenImage's layout, whose validation images are scored, or a list of images"
              + " (.csv, .jsonl)")
  private Path data;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "the folder for scores, report and tables")
  private Path out;

  @Option(
      names = "--parts",
      paramLabel = "N",
      defaultValue = "64",
      description = "number of parts, several for each executor (default: ${DEFAULT-VALUE})")
  private int parts;

  @Option(
      names = "--skip-unreadable",
      paramLabel = "N",
      defaultValue = "0",
      description = "skip and count up to N unreadable files per part (default: none)")
  private int skip;

  /** Runs the command line on the cluster of {@code spark-submit}, and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  static int run(String... arguments) {
    return executed(new CommandLine(new SparkScoring()), arguments);
  }

  static int executed(CommandLine program, String... arguments) {
    return program
        .setExecutionExceptionHandler(
            (exception, commandLine, parsed) -> {
              System.err.println("error: " + exception.getMessage());
              return 1;
            })
        .execute(arguments);
  }

  @Override
  public Integer call() {
    checkParts(parts);
    checkArgument(skip >= 0, "--skip-unreadable must not be negative, got %s", skip);
    Job job = new Job(detector, path(weights), path(data), path(out), skip);
    job.blueprint();
    int count = Math.min(parts, job.images().size());
    checkArgument(count > 0, "%s: expected images, found none; check the path", data);
    try (JavaSparkContext spark = new JavaSparkContext()) {
      spark
          .parallelize(IntStream.range(0, count).boxed().toList(), count)
          .foreach(part -> job.score(part, count));
    }
    EvaluationResult result =
        EvaluationResult.read(
            IntStream.range(0, count).mapToObj(part -> job.file(part, count)).toList());
    FileRules files = FileRules.of(job.images(), Progress.NONE);
    files.warning().ifPresent(warning -> System.out.println("warning: " + warning));
    Report report =
        Report.builder("%s on %s".formatted(detector, data.getFileName()), result)
            .files(files)
            .build();
    report.write(out.resolve("report.html"));
    report.writeTables(out.resolve("tables"));
    result
        .scores()
        .byGenerator()
        .forEach((generator, scores) -> say(generator.name(), scores.accuracy()));
    say("all", result.scores().accuracy());
    return 0;
  }

  static void checkParts(int parts) {
    checkArgument(parts > 0, "--parts must be positive, got %s", parts);
  }

  private static String path(Path file) {
    return file.toAbsolutePath().normalize().toString();
  }

  private static void say(String name, Proportion accuracy) {
    System.out.printf(
        Locale.ROOT,
        "%-24s %5.1f %%  (%d of %d)%n",
        name,
        100 * accuracy.value(),
        accuracy.count(),
        accuracy.total());
  }

  /** The settings that are sent to an executor. */
  private record Job(String detector, String weights, String data, String out, int skip)
      implements Serializable {

    private static final ConcurrentMap<Job, Evaluation> OPEN = new ConcurrentHashMap<>();

    /** Scores a part. Each process has one detector, which stays open until the process ends. */
    void score(int part, int parts) {
      OPEN.computeIfAbsent(this, Job::open).file(file(part, parts)).runPart(part, parts);
    }

    private Evaluation open() {
      return Evaluation.of(blueprint().load(Path.of(weights)), images())
          .onError(ErrorPolicy.skip(skip));
    }

    Blueprint blueprint() {
      return Detectors.named(detector);
    }

    ImageDataset images() {
      Path source = Path.of(data);
      return Files.isRegularFile(source)
          ? ImageDataset.ofManifest(source)
          : GenImage.open(source, OpenOptions.DEFAULT.index(Path.of(out, "index"))).validation();
    }

    Path file(int part, int parts) {
      return Path.of(
          out, "scores", String.format(Locale.ROOT, "part-%05d-of-%05d.jsonl", part, parts));
    }
  }
}
