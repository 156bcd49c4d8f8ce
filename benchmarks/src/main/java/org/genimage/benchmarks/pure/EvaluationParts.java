package org.genimage.benchmarks.pure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.genimage.eval.Bootstrap;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.Metrics;
import org.genimage.eval.Score;
import org.genimage.eval.Scores;
import org.genimage.eval.report.Report;
import org.genimage.eval.statistics.DeLong;
import org.genimage.eval.statistics.Interval;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Scores: ranking, metrics, intervals, files of scores, and reports. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class EvaluationParts {

  /** The number of scores. */
  @Param({"1000", "100000"})
  public int scores;

  private List<Score> all;
  private Scores ranked;
  private double[] ai;
  private double[] nature;
  private Path file;

  /** Creates the state. */
  public EvaluationParts() {}

  /** Draws the scores and writes them to a file. */
  @Setup
  public void draw() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    all = new ArrayList<>();
    StringBuilder lines = new StringBuilder(HEADER.replace("COUNT", Integer.toString(scores)));
    for (int i = 0; i < scores; i++) {
      Label label = Label.values()[i % 2];
      double logit = (label == Label.AI ? 2 : -2) + 1.5 * random.nextGaussian();
      double score = 1 / (1 + Math.exp(-logit));
      Generator generator = Generator.GENIMAGE.get(i % 16 / 2);
      all.add(new Score("val/" + i + ".png", generator, label, score));
      lines
          .append("{\"name\":\"val/")
          .append(i)
          .append(".png\",\"generator\":\"")
          .append(generator.name())
          .append("\",\"label\":\"")
          .append(label.folder())
          .append("\",\"score\":")
          .append(score)
          .append("}\n");
    }
    ranked = Scores.of(all);
    ai = ranked.values(Label.AI);
    nature = ranked.values(Label.NATURE);
    file = Files.createTempFile("genimage-scores", ".jsonl");
    Files.writeString(file, lines);
  }

  private static final String HEADER =
      "{\"format\":\"genimage-scores\",\"detector\":\"ResNet-50\",\"threshold\":0.5,"
          + "\"degradation\":\"\",\"data\":\""
          + "0".repeat(64)
          + "\",\"images\":COUNT,\"provenance\":{}}\n";

  /** Deletes the file. */
  @TearDown
  public void delete() {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sorts the scores and computes the area under the ROC curve. */
  @Benchmark
  public double rocAuc() {
    return Metrics.ROC_AUC.of(Scores.of(all));
  }

  /** Computes the area with its variance (DeLong). */
  @Benchmark
  public double deLong() {
    return DeLong.of(ai, nature).variance();
  }

  /** Computes every metric of sorted scores. */
  @Benchmark
  public double allMetrics() {
    Scores decided = ranked.at(0.4);
    return Metrics.all().stream().mapToDouble(metric -> metric.of(decided)).sum();
  }

  /** Draws 100 resamples for the interval of the average precision. */
  @Benchmark
  public Interval bootstrap100() {
    return Bootstrap.seeded(1).resamples(100).interval(Metrics.AVERAGE_PRECISION, ranked);
  }

  /** Reads a file of scores. */
  @Benchmark
  public EvaluationResult readScores() {
    return EvaluationResult.read(file);
  }

  /** Makes a report. */
  @Benchmark
  public String report() {
    EvaluationResult result =
        new EvaluationResult(
            "ResNet-50",
            Map.of(),
            "0",
            Scores.of(all),
            List.of(),
            scores,
            Duration.ofSeconds(1),
            Optional.empty());
    return Report.builder("scores", result).build().html();
  }
}
