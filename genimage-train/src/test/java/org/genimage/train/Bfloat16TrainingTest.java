package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.Stream;
import org.genimage.models.Precision;
import org.genimage.models.internal.KernelChoice;
import org.genimage.train.TrainingStepContract.Training;
import org.junit.jupiter.api.Tag;
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
}
