package org.genimage.benchmarks;

import static org.genimage.benchmarks.Measurements.print;

import com.google.common.collect.Lists;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.genimage.data.Seed;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.models.Precision;
import org.genimage.models.weights.Calibration;
import org.genimage.models.weights.Weights;

/**
 * Measures how much bfloat16 changes the scores of a detector with random weights; {@code
 * benchmarks/precision.py} starts it. Prints one measurement per line: name and value.
 */
public final class PrecisionBenchmark {

  private static final int WIDTH = 600;
  private static final int HEIGHT = 520;
  private static final int WAVES = 6;
  private static final int BATCH = 4;

  /** Random weights have logits that make a score exactly 1; divided by this, none does. */
  private static final Calibration UNSATURATED = Calibration.NONE.temperature(1000);

  private PrecisionBenchmark() {}

  /** Takes the detector's name, the seed of its weights, and how many images to draw. */
  public static void main(String[] arguments) {
    Blueprint blueprint = Detectors.named(arguments[0]);
    Weights weights =
        blueprint.initialWeights(Long.parseLong(arguments[1])).calibrated(UNSATURATED);
    List<Image> images =
        LongStream.range(0, Integer.parseInt(arguments[2]))
            .mapToObj(seed -> blueprint.input().prepare(drawn(seed)))
            .toList();
    double[] exact = logits(blueprint, weights, Precision.FLOAT32, images);
    double[] rounded = logits(blueprint, weights, Precision.BFLOAT16, images);
    double[] ofScores = differences(scores(exact), scores(rounded));
    double[] ofLogits = differences(exact, rounded);
    int most = 0;
    for (int i = 1; i < ofLogits.length; i++) {
      most = ofLogits[i] > ofLogits[most] ? i : most;
    }
    print("largest_of_a_score", Arrays.stream(ofScores).max().orElseThrow());
    print("mean_of_a_score", Arrays.stream(ofScores).average().orElseThrow());
    print("largest_of_a_logit", ofLogits[most]);
    print("mean_of_a_logit", Arrays.stream(ofLogits).average().orElseThrow());
    print("where_largest_of_a_logit", exact[most]);
  }

  /** Returns the logit of AI less that of nature of each image. */
  private static double[] logits(
      Blueprint blueprint, Weights weights, Precision precision, List<Image> images) {
    try (Detector detector = blueprint.load(weights, precision)) {
      return Lists.partition(images, BATCH).stream()
          .flatMapToDouble(part -> Arrays.stream(detector.score(ImageBatch.of(part))))
          .map(score -> UNSATURATED.temperature() * (Math.log(score) - Math.log1p(-score)))
          .toArray();
    }
  }

  private static double[] scores(double[] logits) {
    return Arrays.stream(logits).map(logit -> Calibration.NONE.score(0, logit)).toArray();
  }

  private static double[] differences(double[] values, double[] others) {
    double[] differences = new double[values.length];
    for (int i = 0; i < differences.length; i++) {
      differences[i] = Math.abs(values[i] - others[i]);
    }
    return differences;
  }

  /** Returns an image of some waves of any length, direction and colour, and noise. */
  private static Image drawn(long seed) {
    RandomGenerator random = Seed.of(seed).random();
    double[][] waves = new double[WAVES][];
    for (int w = 0; w < WAVES; w++) {
      double angle = random.nextDouble(Math.PI);
      double frequency = 0.01 * Math.pow(200, random.nextDouble());
      waves[w] =
          new double[] {
            frequency * Math.cos(angle),
            frequency * Math.sin(angle),
            random.nextDouble(40),
            random.nextDouble(40),
            random.nextDouble(40)
          };
    }
    double noise = random.nextDouble(12);
    byte[] rgb = new byte[3 * WIDTH * HEIGHT];
    for (int i = 0; i < rgb.length; i++) {
      int pixel = i / 3;
      double value = 128 + noise * random.nextGaussian();
      for (double[] wave : waves) {
        value += wave[2 + i % 3] * Math.sin(wave[0] * (pixel % WIDTH) + wave[1] * (pixel / WIDTH));
      }
      rgb[i] = (byte) Math.round(Math.max(0, Math.min(255, value)));
    }
    return Image.of(WIDTH, HEIGHT, rgb);
  }
}
