package org.genimage.examples;

import com.google.common.io.ByteSource;
import com.google.common.math.Quantiles;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.Seed;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
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
 * Measures training steps, or scores, of a detector on whatever TensorFlow computes on; {@code
 * benchmarks/gpu.sh} calls it. A step is what the loop calls {@link EpochReport#stepping}: 8-bit
 * images in memory to moved weights, by the paper's optimizer, without splits, dropping and
 * averages.
 */
public final class GpuBenchmark {

  private static final int STEPS = 8;

  private GpuBenchmark() {}

  /**
   * Takes {@code train} or {@code score}, a detector's name, a precision, the batch size and a
   * number of rounds of eight batches after a first one that does not count. Prints the median of
   * the rounds in images per second.
   */
  public static void main(String[] arguments) {
    Blueprint blueprint = Detectors.named(arguments[1]);
    Precision precision = Precision.valueOf(arguments[2]);
    int batch = Integer.parseInt(arguments[3]);
    int rounds = Integer.parseInt(arguments[4]);
    List<Double> seconds =
        arguments[0].equals("train")
            ? train(blueprint, precision, batch, rounds)
            : score(blueprint, precision, batch, rounds);
    System.out.printf(
        Locale.ROOT,
        "%.1f%n",
        STEPS * batch / Quantiles.median().compute(seconds.subList(1, seconds.size())));
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
    TrainingListener reading =
        new TrainingListener() {
          @Override
          public void onEpoch(EpochReport report) {
            seconds.add(report.stepping().toNanos() / 1e9);
          }
        };
    int side = blueprint.input().side();
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < STEPS * batch; i++) {
      ByteSource ppm = ppm(side, noise(side, i % 16));
      Label label = i % 2 == 0 ? Label.NATURE : Label.AI;
      samples.add(new Sample("noise " + i, ppm, label, Generator.ADM));
    }
    GradientTrainer.with(recipe).listener(reading).fit(blueprint, ImageDataset.of(samples));
    return seconds;
  }

  private static List<Double> score(
      Blueprint blueprint, Precision precision, int batch, int rounds) {
    List<Double> seconds = new ArrayList<>();
    try (Detector detector = blueprint.load(blueprint.initialWeights(1), precision)) {
      int side = blueprint.input().side();
      Image image = Image.of(side, side, noise(side, 0));
      ImageBatch images = ImageBatch.of(Collections.nCopies(batch, image));
      for (int round = 0; round <= rounds; round++) {
        long began = System.nanoTime();
        for (int step = 0; step < STEPS; step++) {
          detector.score(images);
        }
        seconds.add((System.nanoTime() - began) / 1e9);
      }
    }
    return seconds;
  }

  /** Returns a file that costs no decoding, which would compete with the step. */
  private static ByteSource ppm(int side, byte[] rgb) {
    String header = "P6\n%s %s\n255\n".formatted(side, side);
    return ByteSource.concat(
        ByteSource.wrap(header.getBytes(StandardCharsets.US_ASCII)), ByteSource.wrap(rgb));
  }

  private static byte[] noise(int side, long seed) {
    byte[] rgb = new byte[3 * side * side];
    RandomGenerator random = Seed.of(seed).random();
    random.nextBytes(rgb);
    return rgb;
  }
}
