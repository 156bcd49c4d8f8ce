package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.genimage.data.Label;
import org.genimage.data.Seed;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.Pixels;
import org.genimage.models.networks.VisionTransformer;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Weights of 57 MB in a heap of 32 MB. What 1.2 GB take is measured by {@code
 * benchmarks/memory.py}.
 */
class SmallHeapTest {

  private static final int SIDE = 64;

  @TempDir private Path folder;

  private static Blueprint blueprint() {
    return new Blueprint(
        "tower",
        new VisionTransformer(16, 384, 8, 6, 2),
        InputContract.imagenet(new Resize.None(), SIDE),
        Head.NATURE_AI);
  }

  private static ImageBatch images() {
    return ImageBatch.of(
        List.of(DetectorTest.noise(SIDE, SIDE, 1), DetectorTest.noise(SIDE, SIDE, 2)));
  }

  /** Loads, scores, hands out its weights, finds a gradient and exports; prints what it found. */
  static final class Child {

    private Child() {}

    public static void main(String[] arguments) {
      Path file = Path.of(arguments[0]);
      try (DifferentiableDetector detector = blueprint().load(file)) {
        for (double score : detector.score(images())) {
          System.out.println("score " + score);
        }
        Weights weights = detector.weights();
        weights.write(Path.of(arguments[1]));
        Pixels gradient =
            detector.lossGradient(images().toPixels(), List.of(Label.AI, Label.NATURE));
        System.out.println("gradient " + gradient.toArray()[0]);
      }
      System.out.println("heap " + Runtime.getRuntime().maxMemory());
    }
  }

  @Test
  @Timeout(120)
  void detector_ofAFileThatTheHeapCannotHold_scoresAndReadsItAgain() throws Exception {
    Path file = folder.resolve("tower.safetensors");
    Path again = folder.resolve("again.safetensors");
    blueprint().initialWeights(Seed.of(3).value()).write(file);
    assertThat(Files.size(file)).isGreaterThan(56_000_000);
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx32m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Child.class.getName(),
            file.toString(),
            again.toString());

    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> lines = process.inputReader().lines().toList();

    assertThat(process.waitFor()).as(String.join("\n", lines)).isZero();
    try (DifferentiableDetector detector = blueprint().load(Weights.read(file).inMemory())) {
      assertThat(values(lines, "score ")).containsExactly(detector.score(images()), within(1e-9));
      Pixels gradient = detector.lossGradient(images().toPixels(), List.of(Label.AI, Label.NATURE));
      assertThat(values(lines, "gradient "))
          .containsExactly(new double[] {gradient.toArray()[0]}, within(1e-9));
    }
    assertThat(values(lines, "heap ")[0]).isLessThan(33_000_000 * 1.05);
    assertThat(Weights.read(again).get("blocks.7.mlp.fc2.weight").floats())
        .isEqualTo(Weights.read(file).get("blocks.7.mlp.fc2.weight").floats());
  }

  private static double[] values(List<String> lines, String name) {
    return lines.stream()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
        .toArray();
  }
}
