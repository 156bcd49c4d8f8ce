package org.genimage.examples;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.random.RandomGenerator;
import org.genimage.data.Seed;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.models.Precision;

/**
 * Measures a detector's scores; {@code benchmarks/scoring.py} calls it. With a folder it writes
 * there the weights of all detectors and the class path; with a folder, a detector's name, a
 * precision and seconds it prints one measurement a line, name and value.
 */
public final class ScoringBenchmark {

  private ScoringBenchmark() {}

  /** Takes a folder, and to measure, a detector's name, a precision and seconds. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    if (arguments.length == 1) {
      write(folder);
    } else {
      Blueprint blueprint = Detectors.named(arguments[1]);
      Precision precision = Precision.valueOf(arguments[2]);
      measure(blueprint, precision, weights(folder, blueprint), Double.parseDouble(arguments[3]));
    }
  }

  private static void write(Path folder) throws IOException {
    for (Blueprint blueprint : Detectors.all()) {
      blueprint.initialWeights(1).write(weights(folder, blueprint));
    }
    Files.writeString(folder.resolve("class-path"), System.getProperty("java.class.path"));
  }

  private static Path weights(Path folder, Blueprint blueprint) {
    return folder.resolve(blueprint.name() + ".safetensors");
  }

  private static void measure(
      Blueprint blueprint, Precision precision, Path weights, double seconds) throws IOException {
    byte[] photo = noise(500, 375).toPng();
    long start = ManagementFactory.getRuntimeMXBean().getStartTime();
    try (Detector detector = blueprint.load(weights, precision)) {
      detector.score(photo);
      print("first_score_s", (System.currentTimeMillis() - start) / 1e3);
      print("resident_mb", memory("VmRSS"));
      print("peak_resident_mb", memory("VmHWM"));
      Image image = detector.input().prepare(noise(500, 375));
      for (int size : new int[] {1, 16}) {
        ImageBatch batch = ImageBatch.of(Collections.nCopies(size, image));
        print("batch_" + size + "_images_per_s", size * scoresPerSecond(detector, batch, seconds));
      }
    }
  }

  private static double scoresPerSecond(Detector detector, ImageBatch batch, double duration) {
    detector.score(batch);
    detector.score(batch);
    long start = System.nanoTime();
    double seconds;
    int runs = 0;
    do {
      detector.score(batch);
      runs++;
      seconds = (System.nanoTime() - start) / 1e9;
    } while (seconds < duration);
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
