package org.genimage.benchmarks;

import static org.genimage.benchmarks.Measurements.memory;
import static org.genimage.benchmarks.Measurements.noise;
import static org.genimage.benchmarks.Measurements.print;
import static org.genimage.benchmarks.Measurements.ratePerSecond;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Collections;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.models.Blueprint;
import org.genimage.models.CatalogueEntry;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.models.Precision;

/**
 * Measures how fast a detector scores; {@code benchmarks/scoring.py} starts it. With a folder alone
 * it writes random weights of all detectors there. With a folder, a detector's name, a precision
 * and a duration in seconds it prints one measurement per line: name and value.
 */
public final class ScoringBenchmark {

  private ScoringBenchmark() {}

  /** Takes a folder, and to measure also a detector's name, a precision and seconds. */
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

  private static void write(Path folder) {
    for (CatalogueEntry entry : Detectors.catalogue()) {
      Blueprint blueprint = entry.blueprint();
      blueprint.initialWeights(1).write(weights(folder, blueprint));
    }
  }

  private static Path weights(Path folder, Blueprint blueprint) {
    return folder.resolve(blueprint.name() + ".safetensors");
  }

  private static void measure(
      Blueprint blueprint, Precision precision, Path weights, double seconds) throws IOException {
    byte[] photo = noise(500, 375, 1).toPng();
    long start = ManagementFactory.getRuntimeMXBean().getStartTime();
    try (Detector detector = blueprint.load(weights, precision)) {
      detector.score(photo);
      print("first_score_s", (System.currentTimeMillis() - start) / 1e3);
      print("resident_mb", memory("VmRSS"));
      print("peak_resident_mb", memory("VmHWM"));
      Image image = detector.input().prepare(noise(500, 375, 1));
      for (int size : new int[] {1, 16}) {
        ImageBatch batch = ImageBatch.of(Collections.nCopies(size, image));
        print("batch_" + size + "_images_per_s", size * scoresPerSecond(detector, batch, seconds));
      }
    }
  }

  private static double scoresPerSecond(Detector detector, ImageBatch batch, double duration) {
    detector.score(batch);
    detector.score(batch);
    return ratePerSecond(duration, () -> detector.score(batch));
  }
}
