package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.Stream;
import org.genimage.models.Detectors;
import org.genimage.models.Precision;
import org.genimage.models.internal.KernelChoice;
import org.genimage.train.TrainingStepContract.Training;
import org.genimage.train.recipe.Recipe;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Training by the paper's recipe in bfloat16, against PyTorch in double precision. The 40 batch
 * norms of F3Net with weights at random make much of every rounding, so it makes no step.
 */
@Tag("reference")
class Bfloat16TrainingTest {

  static Stream<Arguments> detectors() {
    return Stream.of(
        Arguments.of(new ResNetTrainingTest(), 5),
        Arguments.of(new DeitTrainingTest(), 5),
        Arguments.of(new SwinTrainingTest(), 5),
        Arguments.of(new F3NetTrainingTest(), 0));
  }

  @ParameterizedTest
  @MethodSource("detectors")
  void steps_haveTheLossesOfPyTorch(TrainingContract detector, int steps) {
    assumeTrue(KernelChoice.trainsBfloat16(), "kernels for bfloat16");
    JsonNode expected = detector.json("trajectory");
    double rate = expected.get("optimizer").get("lr").asDouble();
    try (Training training = new Training(detector, expected, Precision.BFLOAT16)) {
      for (int step = 0; step <= steps; step++) {
        double loss = expected.get("losses_float64").get(step).asDouble();
        assertThat((double) training.step(rate))
            .as("loss before step %d", step)
            .isCloseTo(loss, within(0.01 * loss));
      }
    }
  }

  /** What a step keeps is in 16 bits, what is at its edges in 32. */
  @Test
  void roughBytesPerImage_areAboutHalf() {
    assumeTrue(KernelChoice.trainsBfloat16(), "kernels for bfloat16");
    Recipe recipe = Recipe.paper(Detectors.resnet50());
    try (TrainingGraph whole = graph(recipe);
        TrainingGraph low = graph(recipe.precision(Precision.BFLOAT16))) {
      double share = (double) low.roughBytesPerImage() / whole.roughBytesPerImage();
      assertThat(share).isBetween(0.4, 0.8);
    }
  }

  private static TrainingGraph graph(Recipe recipe) {
    return new TrainingGraph(
        Detectors.resnet50(), recipe, new Frozen(recipe.frozen()), Execution.PLAIN);
  }
}
