package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.random.RandomGenerator;
import org.genimage.data.Seed;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PrecisionTest {

  /** Twice the largest difference that was found, DeiT-S's. */
  private static final double CLOSE = 0.006;

  static List<Blueprint> detectors() {
    return List.of(
        Detectors.resnet50(),
        Detectors.deitSmall(),
        Detectors.swinTiny(),
        Detectors.f3Net(),
        Detectors.safe(),
        Detectors.ferretNetSmall(),
        Detectors.npr(),
        Detectors.residuals());
  }

  @ParameterizedTest
  @MethodSource("detectors")
  void bfloat16_scoresNearlyAsFloat32(Blueprint blueprint) {
    assumeTrue(Graphs.SCORING_BFLOAT16.isAvailable(), "kernels for bfloat16");
    Weights weights = blueprint.initialWeights(1);
    int side = blueprint.input().side();
    ImageBatch images = ImageBatch.of(List.of(waves(side, 0.05), waves(side, 0.4)));
    double[] expected;
    try (Detector detector = blueprint.load(weights)) {
      expected = detector.score(images);
    }
    try (Detector detector = blueprint.load(weights, Precision.BFLOAT16)) {
      double[] found = detector.score(images);

      assertThat(found).containsExactly(expected, within(CLOSE));
      // Other numbers were calculated with: this test tests something.
      assertThat(found).isNotEqualTo(expected);
    }
  }

  private static Image waves(int side, double frequency) {
    RandomGenerator random = Seed.of(side).random();
    byte[] rgb = new byte[3 * side * side];
    for (int i = 0; i < rgb.length; i++) {
      double wave = Math.sin(frequency * (i / 3 % side) + 2 * frequency * (i / 3 / side) + i % 3);
      rgb[i] = (byte) (128 + 90 * wave + 10 * random.nextDouble());
    }
    return Image.of(side, side, rgb);
  }
}
