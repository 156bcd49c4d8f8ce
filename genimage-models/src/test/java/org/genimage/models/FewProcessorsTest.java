package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The service where Java sees few processors, and has few threads of its own for futures. */
class FewProcessorsTest {

  private static final int REQUESTS = 20;

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void dependents_thatWaitForOtherAnswers_doNotStopTheService(int processors) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:ActiveProcessorCount=" + processors,
                "-cp",
                System.getProperty("java.class.path"),
                Waiting.class.getName())
            .redirectErrorStream(true)
            .start();
    try {
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).as("all was answered in time").isTrue();
      List<String> lines = process.inputReader().lines().toList();
      assertThat(lines)
          .containsExactly("%d processors, %d answers".formatted(processors, REQUESTS));
    } finally {
      process.destroyForcibly();
    }
  }

  /** Each answer asks for another one, and waits for it. */
  static final class Waiting {

    private Waiting() {}

    public static void main(String[] arguments) {
      Image image = Image.of(4, 4, new byte[3 * 4 * 4]);
      try (DetectorService service = Batching.of(new Half()).start()) {
        List<CompletableFuture<Double>> answers =
            IntStream.range(0, REQUESTS)
                .mapToObj(i -> service.score(image).thenApply(score -> service.score(image).join()))
                .toList();
        long right = answers.stream().filter(answer -> answer.join() == 0.5).count();
        int processors = Runtime.getRuntime().availableProcessors();
        System.out.println(processors + " processors, " + right + " answers");
      }
    }
  }

  private static final class Half implements Detector {

    @Override
    public String name() {
      return "half";
    }

    @Override
    public InputContract input() {
      return InputContract.crop(4);
    }

    @Override
    public Map<String, String> provenance() {
      return Map.of();
    }

    @Override
    public double[] score(ImageBatch batch) {
      double[] scores = new double[batch.count()];
      Arrays.fill(scores, 0.5);
      return scores;
    }

    @Override
    public void close() {}
  }
}
