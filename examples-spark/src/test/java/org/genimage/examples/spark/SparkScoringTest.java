package org.genimage.examples.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.genimage.data.GenImage;
import org.genimage.data.Generator;
import org.genimage.data.Progress;
import org.genimage.data.simulation.SimulatedGenImage;
import org.genimage.eval.Evaluation;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.Score;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.models.InputContract;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

/** Runs a cluster on this machine: a master, two workers, and two executors in own processes. */
class SparkScoringTest {

  @TempDir Path folder;

  /** Maven provides Spark's classes, but not the folders of an installation. */
  @BeforeAll
  static void installSpark() throws IOException {
    Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    System.setProperty("spark.executor.extraClassPath", System.getProperty("java.class.path"));
  }

  @Test
  @EnabledForJreRange(max = JRE.JAVA_23, disabledReason = "Spark 3.5 does not start on newer JDKs")
  void twoExecutors_scoreWhatOneMachineScores() throws IOException {
    Path images = folder.resolve("images");
    Path weights = folder.resolve("weights.safetensors");
    Path out = folder.resolve("out");
    SimulatedGenImage.seeded(1)
        .imageSize(70)
        .generators(List.of(Generator.BIGGAN, Generator.GLIDE))
        .train(1)
        .validation(9)
        .writeTo(images, Progress.NONE);
    Detectors.resnet50().input(InputContract.crop(64)).initialWeights(1).write(weights);

    assertThat(run(images, weights, out)).isZero();

    List<Path> parts = files(out.resolve("scores"));
    assertThat(parts).hasSize(6);
    EvaluationResult found = EvaluationResult.read(parts);
    try (Detector detector = Detectors.resnet50().load(weights)) {
      EvaluationResult expected = Evaluation.of(detector, GenImage.open(images).validation()).run();
      assertThat(found.data()).isEqualTo(expected.data());
      assertThat(found.provenance()).isEqualTo(expected.provenance());
      assertThat(found.scores().all())
          .extracting(Score::name)
          .containsExactlyElementsOf(expected.scores().all().stream().map(Score::name).toList());
      for (int i = 0; i < found.scores().size(); i++) {
        assertThat(found.scores().all().get(i).value())
            .isCloseTo(expected.scores().all().get(i).value(), within(1e-6));
      }
    }
    assertThat(out.resolve("report.html")).content().contains("BigGAN", "GLIDE");

    // A second run scores only the missing part.
    FileTime before = Files.getLastModifiedTime(parts.get(0));
    Files.delete(parts.get(5));
    assertThat(run(images, weights, out)).isZero();
    assertThat(Files.getLastModifiedTime(parts.get(0))).isEqualTo(before);
    assertThat(EvaluationResult.read(parts).scores().size()).isEqualTo(36);
  }

  private static int run(Path images, Path weights, Path out) {
    return SparkScoring.run(
        "--data", images.toString(),
        "--weights", weights.toString(),
        "--out", out.toString(),
        "--parts", "6");
  }

  /** Each score file has an empty, hidden lock file beside it. */
  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> !file.getFileName().toString().startsWith(".")).sorted().toList();
    }
  }
}
