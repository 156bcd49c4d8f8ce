package org.genimage.examples;

import com.google.common.io.ByteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.Seed;
import org.genimage.data.image.Image;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.train.GradientTrainer;
import org.genimage.train.StepReport;
import org.genimage.train.TrainingListener;
import org.genimage.train.recipe.ImageRecipe;
import org.genimage.train.recipe.Recipe;
import org.genimage.train.recipe.Schedule;

/**
 * Measures training; {@code benchmarks/training.py} calls it. With a file it writes the class path
 * there. With {@code steps}, a detector's name, a batch size and a number it trains on images in
 * memory, one step for each line that it reads; with {@code files}, a folder and a batch size it
 * trains ResNet-50 on the folder's images by the paper's recipe. It prints the seconds of each
 * step, last the peak of its memory.
 */
public final class TrainingBenchmark {

  private TrainingBenchmark() {}

  /** Takes a file, or a word and what belongs to it. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length == 1) {
      Files.writeString(Path.of(arguments[0]), System.getProperty("java.class.path"));
      return;
    }
    int batch = Integer.parseInt(arguments[2]);
    if (arguments[0].equals("files")) {
      Path folder = Path.of(arguments[1]);
      ImageDataset images =
          ImageDataset.ofFolders(
              folder.resolve("nature"), folder.resolve("ai"), Generator.GENIMAGE.get(0));
      Blueprint blueprint = Detectors.resnet50();
      train(blueprint, Recipe.paper(blueprint).batchSize(batch), images, false);
    } else {
      Blueprint blueprint = Detectors.named(arguments[1]);
      Recipe paper = Recipe.paper(blueprint);
      int splits = paper.images().splits();
      ImageRecipe plain =
          new ImageRecipe(List.of(), List.of(), splits, 0, Optional.empty(), List.of());
      int samples = batch / splits;
      Recipe recipe =
          paper
              .images(plain)
              .withoutAverage()
              .schedule(new Schedule.Constant(1e-5))
              .batchSize(samples);
      int steps = Integer.parseInt(arguments[3]);
      train(blueprint, recipe, noise(samples * steps, blueprint.input().side()), true);
    }
    print("peak_resident_mb", peakMemory());
  }

  private static void train(
      Blueprint blueprint, Recipe recipe, ImageDataset images, boolean inTurns) {
    GradientTrainer.with(recipe.epochs(1)).listener(new Clock(inTurns)).fit(blueprint, images);
  }

  /** Prints how long each step took, with the wait for its images. */
  private static final class Clock implements TrainingListener {

    private final boolean inTurns;
    private long start;

    private Clock(boolean inTurns) {
      this.inTurns = inTurns;
    }

    @Override
    public void onBegin(int epoch, long steps) {
      begin();
    }

    @Override
    public void onStep(StepReport report) {
      print("step_s", (System.nanoTime() - start) / 1e9);
      begin();
    }

    private void begin() {
      try {
        while (inTurns && System.in.read() > '\n') {
          // The rest of the line.
        }
      } catch (IOException e) {
        throw new IllegalStateException("standard input tells when to go on", e);
      }
      start = System.nanoTime();
    }
  }

  private static ImageDataset noise(int count, int side) {
    RandomGenerator random = Seed.of(1).random();
    byte[] rgb = new byte[3 * side * side];
    List<Sample> samples = new ArrayList<>();
    for (Label label : Label.values()) {
      random.nextBytes(rgb);
      ByteSource file = ByteSource.wrap(Image.of(side, side, rgb).toPng());
      for (int i = 0; i < count; i += Label.values().length) {
        samples.add(new Sample(label + "-" + i, file, label, Generator.GENIMAGE.get(0)));
      }
    }
    return ImageDataset.of(samples);
  }

  /** Linux only, like the benchmark's script. */
  private static double peakMemory() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) * 1024 / 1e6)
        .findFirst()
        .orElseThrow();
  }

  private static void print(String name, double value) {
    System.out.println(name + " " + value);
  }
}
