package org.genimage.benchmarks;

import static org.genimage.benchmarks.Measurements.memory;
import static org.genimage.benchmarks.Measurements.noise;
import static org.genimage.benchmarks.Measurements.print;
import static org.genimage.benchmarks.Measurements.secondsSince;

import com.google.common.io.ByteSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.models.Precision;
import org.genimage.train.GradientTrainer;
import org.genimage.train.StepReport;
import org.genimage.train.TrainingListener;
import org.genimage.train.recipe.ImageRecipe;
import org.genimage.train.recipe.Recipe;
import org.genimage.train.recipe.Schedule;

/**
 * Measures training; {@code benchmarks/training.py} starts it. With {@code steps}, a detector's
 * name, a batch size, a number of steps and a precision it trains on images in memory and waits for
 * a line on standard input before each step. With {@code files}, a folder and a batch size it
 * trains ResNet-50 on the folder's images with the paper's recipe. It prints the seconds of each
 * step, and at the end the peak of its memory.
 */
public final class TrainingBenchmark {

  private TrainingBenchmark() {}

  /** Takes {@code steps} or {@code files}, and their arguments. */
  public static void main(String[] arguments) throws IOException {
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
      int steps = Integer.parseInt(arguments[3]);
      int samples = batch / Recipe.paper(blueprint).images().splits();
      Recipe recipe = plain(blueprint, samples).precision(Precision.valueOf(arguments[4]));
      train(blueprint, recipe, images(samples * steps, blueprint.input().side()), true);
    }
    print("peak_resident_mb", memory("VmHWM"));
  }

  /** Returns the paper's recipe without augmentation, mixing, moving average and schedule. */
  static Recipe plain(Blueprint blueprint, int samples) {
    Recipe paper = Recipe.paper(blueprint);
    ImageRecipe images =
        new ImageRecipe(
            List.of(), List.of(), paper.images().splits(), 0, Optional.empty(), List.of());
    return paper
        .images(images)
        .withoutAverage()
        .schedule(new Schedule.Constant(1e-5))
        .batchSize(samples);
  }

  private static void train(
      Blueprint blueprint, Recipe recipe, ImageDataset images, boolean inTurns) {
    GradientTrainer.with(recipe.epochs(1)).listener(new Clock(inTurns)).fit(blueprint, images);
  }

  /** Prints how long each step took, including the wait for its images. */
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
      print("step_s", secondsSince(start));
      begin();
    }

    private void begin() {
      try {
        while (inTurns && System.in.read() > '\n') {
          // The rest of the line.
        }
      } catch (IOException e) {
        throw new IllegalStateException(
            "cannot read standard input, which says when the next step begins", e);
      }
      start = System.nanoTime();
    }
  }

  private static ImageDataset images(int count, int side) {
    List<Sample> samples = new ArrayList<>();
    for (Label label : Label.values()) {
      ByteSource file = ByteSource.wrap(noise(side, side, label.index()).toPng());
      for (int i = 0; i < count; i += Label.values().length) {
        samples.add(new Sample(label + "-" + i, file, label, Generator.GENIMAGE.get(0)));
      }
    }
    return ImageDataset.of(samples);
  }
}
