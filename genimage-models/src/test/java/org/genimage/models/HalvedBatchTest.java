package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.genimage.data.Seed;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.models.internal.KernelChoice;
import org.genimage.models.small.SmallDetectors;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.op.Ops;

/** Two processors that share a transformer's layers score each half of a batch. */
class HalvedBatchTest {

  private static final int IMAGES = 5;

  /** Only the environment that TensorFlow starts with gives a session its own threads. */
  @Test
  void batch_onTwoProcessors_hasTheScoresOfItsImages() throws Exception {
    assumeTrue(hasOneDnn(), "oneDNN's ops");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:ActiveProcessorCount=2",
            "-cp",
            System.getProperty("java.class.path"),
            Scoring.class.getName());
    builder.environment().put("TF_OVERRIDE_GLOBAL_THREADPOOL", "1");
    builder.environment().put("TF_CPP_MIN_LOG_LEVEL", "3");
    Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try {
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).as("ended in time").isTrue();
      double[][] found =
          process
              .inputReader()
              .lines()
              .map(line -> Arrays.stream(line.split(" ")).mapToDouble(Double::parseDouble))
              .map(DoubleStream::toArray)
              .toArray(double[][]::new);

      double[] expected = Scoring.together();
      assertThat(found[0]).containsExactly(new double[] {1});
      assertThat(found[1]).containsExactly(expected, within(1e-5));
      assertThat(found[2]).containsExactly(expected, within(1e-5));
    } finally {
      process.destroyForcibly();
    }
  }

  private static boolean hasOneDnn() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      return KernelChoice.scoring(tf).getClass() != KernelChoice.portable(tf).getClass();
    }
  }

  /** Prints whether layers are halves, and the scores of the images together and one by one. */
  static final class Scoring {

    private static final Blueprint BLUEPRINT = SmallDetectors.of(Detectors.deitSmall());

    private Scoring() {}

    public static void main(String[] arguments) {
      System.out.println(isHalved() ? 1 : 0);
      print(together());
      print(oneByOne());
    }

    private static boolean isHalved() {
      try (ScoringGraph whole = ScoringGraph.create(BLUEPRINT, weights(), Precision.FLOAT32)) {
        return whole.runs() == 2;
      }
    }

    private static Weights weights() {
      return BLUEPRINT.initialWeights(1);
    }

    static double[] together() {
      try (Detector detector = BLUEPRINT.load(weights())) {
        return detector.score(ImageBatch.of(images()));
      }
    }

    private static double[] oneByOne() {
      try (Detector detector = BLUEPRINT.load(weights())) {
        return images().stream()
            .mapToDouble(image -> detector.score(ImageBatch.of(List.of(image)))[0])
            .toArray();
      }
    }

    private static void print(double[] scores) {
      System.out.println(
          String.join(" ", Arrays.stream(scores).mapToObj(Double::toString).toList()));
    }

    private static List<Image> images() {
      RandomGenerator random = Seed.of(5).random();
      int side = BLUEPRINT.input().side();
      return IntStream.range(0, IMAGES)
          .mapToObj(
              i -> {
                byte[] rgb = new byte[3 * side * side];
                random.nextBytes(rgb);
                return Image.of(side, side, rgb);
              })
          .toList();
    }
  }
}
