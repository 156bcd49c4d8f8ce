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
import org.junit.jupiter.params.provider.MethodSource;

/** Five steps of transformers by the paper's recipe in bfloat16. */
@Tag("reference")
class Bfloat16TrainingTest {

  static Stream<TrainingContract> detectors() {
    return Stream.of(new DeitTrainingTest(), new SwinTrainingTest());
  }

  @ParameterizedTest
  @MethodSource("detectors")
  void fiveSteps_haveTheLossesOfPyTorchInDoublePrecision(TrainingContract detector) {
    assumeTrue(KernelChoice.scoresBfloat16(), "kernels for bfloat16");
    JsonNode expected = detector.json("trajectory");
    try (Training training = new Training(detector, expected, Precision.BFLOAT16)) {
      int steps = expected.get("steps").asInt();
      for (int step = 0; step <= steps; step++) {
        double loss = expected.get("losses_float64").get(step).asDouble();
        double rate = step < steps ? expected.get("optimizer").get("lr").asDouble() : 0;
        double found = training.step(rate);
        assertThat(found).as("loss before step %d", step).isCloseTo(loss, within(0.01 * loss));
      }
    }
  }
}
