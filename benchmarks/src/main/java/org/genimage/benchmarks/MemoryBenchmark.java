package org.genimage.benchmarks;

import static org.genimage.benchmarks.Measurements.memory;
import static org.genimage.benchmarks.Measurements.noise;
import static org.genimage.benchmarks.Measurements.print;
import static org.genimage.benchmarks.Measurements.secondsSince;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.genimage.data.image.ImageBatch;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.Head;
import org.genimage.models.InputContract;
import org.genimage.models.Precision;
import org.genimage.models.Resize;
import org.genimage.models.networks.VisionTransformer;
import org.genimage.models.weights.Weights;

/**
 * Measures what a tower of 1.2 GB takes, ViT-L/14 with one logit and 24 layers, or one of fewer
 * layers; {@code benchmarks/memory.py} starts it. Prints one measurement per line: name and value.
 */
public final class MemoryBenchmark {

  private static final int SIDE = 224;

  private MemoryBenchmark() {}

  /**
   * Takes what to do and with which files: {@code write FILE LAYERS}, {@code score FILE LAYERS
   * PRECISION}, {@code export FILE LAYERS FOLDER}.
   */
  public static void main(String[] arguments) throws IOException {
    Path file = Path.of(arguments[1]);
    Blueprint tower = tower(Integer.parseInt(arguments[2]));
    switch (arguments[0]) {
      case "write" -> tower.initialWeights(1).write(file);
      case "score" -> score(tower, file, Precision.valueOf(arguments[3]));
      case "export" -> export(tower, file, Path.of(arguments[3]));
      default ->
          throw new IllegalArgumentException(
              "expected write, score or export, found " + arguments[0]);
    }
  }

  private static Blueprint tower(int layers) {
    return new Blueprint(
        "ViT-L/14",
        new VisionTransformer(14, 1024, layers, 16, 1),
        InputContract.imagenet(new Resize.None(), SIDE),
        Head.AI_LOGIT);
  }

  private static void score(Blueprint tower, Path file, Precision precision) throws IOException {
    ImageBatch image = ImageBatch.of(List.of(noise(SIDE, SIDE, 1)));
    long start = System.nanoTime();
    try (Detector detector = tower.load(file, precision)) {
      print("score", detector.score(image)[0]);
      print("first_score_s", secondsSince(start));
      printMemory();
    }
  }

  private static void export(Blueprint tower, Path file, Path folder) throws IOException {
    long start = System.nanoTime();
    tower.export(Weights.read(file), folder);
    print("export_s", secondsSince(start));
    printMemory();
  }

  private static void printMemory() throws IOException {
    print("resident_mb", memory("VmRSS"));
    print("peak_resident_mb", memory("VmHWM"));
    print("heap_limit_mb", Runtime.getRuntime().maxMemory() / 1e6);
  }
}
