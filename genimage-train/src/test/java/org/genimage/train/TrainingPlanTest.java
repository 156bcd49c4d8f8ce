package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class TrainingPlanTest {

  @Test
  void text_hasStepsHoursRateAndMemory() {
    GradientTrainer.Plan plan =
        new GradientTrainer.Plan(
            1000, 10, 150, 64, 1, Duration.ofSeconds(32), OptionalLong.of(3_140_000_000L));

    assertThat(plan.time()).isEqualTo(Duration.ofMinutes(80));
    assertThat(plan)
        .hasToString(
            "10 epochs of 1000 images, 150 steps of 64 images: about 1.3 hours at 2.0 images/s, 3.1"
                + " GB of memory");
  }

  @Test
  void text_ofAShortTrainingInParts_withoutMemory() {
    GradientTrainer.Plan plan =
        new GradientTrainer.Plan(8, 2, 4, 4, 2, Duration.ofMillis(3000), OptionalLong.empty());

    assertThat(plan)
        .hasToString(
            "2 epochs of 8 images, 4 steps of 4 images in 2 parts: about 0.2 minutes at 1.3"
                + " images/s");
  }
}
