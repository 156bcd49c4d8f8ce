package org.genimage.examples;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.random.RandomGenerator;
import org.genimage.data.Image;
import org.genimage.data.ImageBatch;
import org.genimage.data.Seed;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;

/**
 * Measures ResNet-50's scores; {@code benchmarks/scoring.py} calls it. The first run writes weights
 * and, beside them, the class path; a run that finds them prints one measurement a line, name and
 * value.
 */
public final class ScoringBenchmark {

  private static final double SECONDS = 5;

  private ScoringBenchmark() {}

  /** Takes the path of the weights. */
  public static void main(String[] arguments) throws IOException {
    Path weights = Path.of(arguments[0]);
    Blueprint resnet50 = Detectors.resnet50();
    if (!Files.exists(weights)) {
      resnet50.initialWeights(1).write(weights);
      Files.writeString(
          weights.resolveSibling("class-path"), System.getProperty("java.class.path"));
      return;
    }
    byte[] photo = noise(500, 375).toPng();
    long start = ManagementFactory.getRuntimeMXBean().getStartTime();
    try (Detector detector = resnet50.load(weights)) {
      detector.score(photo);
      print("first_score_s", (System.currentTimeMillis() - start) / 1e3);
      print("resident_mb", memory("VmRSS"));
      print("peak_resident_mb", memory("VmHWM"));
      Image image = detector.input().prepare(noise(500, 375));
      for (int size : new int[] {1, 16}) {
        ImageBatch batch = ImageBatch.of(Collections.nCopies(size, image));
        print("batch_" + size + "_images_per_s", size * scoresPerSecond(detector, batch));
      }
    }
  }

  private static double scoresPerSecond(Detector detector, ImageBatch batch) {
    detector.score(batch);
    detector.score(batch);
    long start = System.nanoTime();
    double seconds;
    int runs = 0;
    do {
      detector.score(batch);
      runs++;
      seconds = (System.nanoTime() - start) / 1e9;
    } while (seconds < SECONDS);
    return runs / seconds;
  }

  /** Linux only, like the benchmark's script. */
  private static double memory(String field) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith(field + ":"))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) * 1024 / 1e6)
        .findFirst()
        .orElseThrow();
  }

  private static Image noise(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    RandomGenerator random = Seed.of(1).random();
    random.nextBytes(rgb);
    return Image.of(width, height, rgb);
  }

  private static void print(String name, double value) {
    System.out.println(name + " " + value);
  }
}
