package org.genimage.benchmarks;

import static org.genimage.benchmarks.Measurements.memory;
import static org.genimage.benchmarks.Measurements.noise;
import static org.genimage.benchmarks.Measurements.print;
import static org.genimage.benchmarks.Measurements.ratePerSecond;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.models.Precision;

/**
 * Measures how fast a detector scores; {@code benchmarks/scoring.py} and {@code size.py} start it.
 * {@code write FOLDER NAME...} writes random weights of detectors; {@code score FOLDER NAME
 * PRECISION SECONDS [SIZE...]} prints one measurement per line, name and value, for batches of
 * these sizes, 1 and 16 if none is given.
 */
public final class ScoringBenchmark {

  private static final List<String> SIZES = List.of("1", "16");

  private ScoringBenchmark() {}

  /** Takes what to do, a folder, and the rest. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[1]);
    List<String> rest = List.of(arguments).subList(2, arguments.length);
    if (arguments[0].equals("write")) {
      for (String name : rest) {
        Blueprint blueprint = Detectors.named(name);
        blueprint.initialWeights(1).write(weights(folder, blueprint));
      }
      return;
    }
    Blueprint blueprint = Detectors.named(rest.get(0));
    List<String> sizes = rest.size() > 3 ? rest.subList(3, rest.size()) : SIZES;
    measure(
        blueprint,
        Precision.valueOf(rest.get(1)),
        weights(folder, blueprint),
        Double.parseDouble(rest.get(2)),
        sizes.stream().map(Integer::valueOf).toList());
  }

  private static Path weights(Path folder, Blueprint blueprint) {
    return folder.resolve(blueprint.name() + ".safetensors");
  }

  private static void measure(
      Blueprint blueprint, Precision precision, Path weights, double seconds, List<Integer> sizes)
      throws IOException {
    byte[] photo = noise(500, 375, 1).toPng();
    long start = ManagementFactory.getRuntimeMXBean().getStartTime();
    try (Detector detector = blueprint.load(weights, precision)) {
      detector.score(photo);
      print("first_score_s", (System.currentTimeMillis() - start) / 1e3);
      print("resident_mb", memory("VmRSS"));
      print("peak_resident_mb", memory("VmHWM"));
      Image image = detector.input().prepare(noise(500, 375, 1));
      for (int size : sizes) {
        ImageBatch batch = ImageBatch.of(Collections.nCopies(size, image));
        print("batch_" + size + "_images_per_s", size * scoresPerSecond(detector, batch, seconds));
        print("batch_" + size + "_resident_mb", memory("VmRSS"));
      }
    }
  }

  private static double scoresPerSecond(Detector detector, ImageBatch batch, double duration) {
    detector.score(batch);
    detector.score(batch);
    return ratePerSecond(duration, () -> detector.score(batch));
  }
}
