package org.genimage.benchmarks;

import static org.genimage.benchmarks.Measurements.median;
import static org.genimage.benchmarks.Measurements.noise;
import static org.genimage.benchmarks.Measurements.secondsSince;

import com.google.common.io.ByteSource;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.models.Devices;
import org.genimage.models.Precision;
import org.genimage.models.nn.Drop;
import org.genimage.train.EpochReport;
import org.genimage.train.GradientTrainer;
import org.genimage.train.TrainingListener;
import org.genimage.train.recipe.ImageRecipe;
import org.genimage.train.recipe.Loss;
import org.genimage.train.recipe.Recipe;
import org.genimage.train.recipe.Schedule;

/**
 * Measures how fast a detector trains or scores on the device that TensorFlow uses; {@code
 * benchmarks/gpu.sh} starts it. The time of training is {@link EpochReport#stepping}: from 8-bit
 * images in memory to updated weights, with the paper's optimizer, but without augmentation splits,
 * dropout and averaged weights.
 */
public final class GpuBenchmark {

  private static final int STEPS = 8;

  private GpuBenchmark() {}

  /**
   * Takes {@code train} or {@code score}, a detector's name, a precision, the batch size and a
   * number of rounds. A round is eight batches; one more round comes first as a warm-up. Prints the
   * median of the rounds in images per second. With {@code devices} alone it prints the devices
   * that TensorFlow sees, and with {@code devices --require-gpu} it fails if no GPU is among them.
   */
  public static void main(String[] arguments) {
    if (arguments[0].equals("devices")) {
      System.out.println(Devices.visible());
      if (List.of(arguments).contains("--require-gpu")) {
        Devices.requireGpu();
      }
      return;
    }
    Blueprint blueprint = Detectors.named(arguments[1]);
    Precision precision = Precision.valueOf(arguments[2]);
    int batch = Integer.parseInt(arguments[3]);
    int rounds = Integer.parseInt(arguments[4]);
    List<Double> seconds =
        arguments[0].equals("train")
            ? train(blueprint, precision, batch, rounds)
            : score(blueprint, precision, batch, rounds);
    System.out.printf(
        Locale.ROOT, "%.1f%n", STEPS * batch / median(seconds.subList(1, seconds.size())));
  }

  private static List<Double> train(
      Blueprint blueprint, Precision precision, int batch, int rounds) {
    Recipe paper = Recipe.paper(blueprint);
    Loss loss = paper.loss().splits() == 1 ? paper.loss() : new Loss.CrossEntropy(0);
    Recipe recipe =
        paper
            .loss(loss, ImageRecipe.cropAndFlip())
            .schedule(new Schedule.Constant(1e-5))
            .drop(Drop.NONE)
            .withoutAverage()
            .precision(precision)
            .batchSize(batch)
            .epochs(1 + rounds);
    List<Double> seconds = new ArrayList<>();
    TrainingListener clock =
        new TrainingListener() {
          @Override
          public void onEpoch(EpochReport report) {
            seconds.add(report.stepping().toNanos() / 1e9);
          }
        };
    int side = blueprint.input().side();
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < STEPS * batch; i++) {
      ByteSource ppm = ppm(noise(side, side, i % 16));
      Label label = i % 2 == 0 ? Label.NATURE : Label.AI;
      samples.add(new Sample("noise " + i, ppm, label, Generator.ADM));
    }
    GradientTrainer.with(recipe).listener(clock).fit(blueprint, ImageDataset.of(samples));
    return seconds;
  }

  private static List<Double> score(
      Blueprint blueprint, Precision precision, int batch, int rounds) {
    List<Double> seconds = new ArrayList<>();
    try (Detector detector = blueprint.load(blueprint.initialWeights(1), precision)) {
      int side = blueprint.input().side();
      Image image = noise(side, side, 0);
      ImageBatch images = ImageBatch.of(Collections.nCopies(batch, image));
      for (int round = 0; round <= rounds; round++) {
        long began = System.nanoTime();
        for (int step = 0; step < STEPS; step++) {
          detector.score(images);
        }
        seconds.add(secondsSince(began));
      }
    }
    return seconds;
  }

  /** Returns an uncompressed file: decoding would take processor time from the step. */
  private static ByteSource ppm(Image image) {
    String header = "P6\n%s %s\n255\n".formatted(image.width(), image.height());
    return ByteSource.concat(
        ByteSource.wrap(header.getBytes(StandardCharsets.US_ASCII)),
        ByteSource.wrap(image.toArray()));
  }
}
