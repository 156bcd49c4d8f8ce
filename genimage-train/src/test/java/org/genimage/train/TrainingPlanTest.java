package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.genimage.train.GradientTrainerTest.RECIPE;
import static org.genimage.train.GradientTrainerTest.TINY;
import static org.genimage.train.GradientTrainerTest.stoppingAt;
import static org.genimage.train.GradientTrainerTest.stripes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingPlanTest {

  @Test
  void text_hasStepsHoursRateAndMemory() {
    GradientTrainer.Plan plan =
        new GradientTrainer.Plan(
            1000, 10, 0, 150, 64, 1, Duration.ofSeconds(32), OptionalLong.of(3_140_000_000L));

    assertThat(plan.time()).isEqualTo(Duration.ofMinutes(80));
    assertThat(plan)
        .hasToString(
            "10 epochs of 1000 images, 150 steps of 64 images: about 1.3 hours at 2.0 images/s, 3.1"
                + " GB of memory");
  }

  @Test
  void text_ofAShortTrainingInParts_withoutMemory() {
    GradientTrainer.Plan plan =
        new GradientTrainer.Plan(8, 2, 0, 4, 4, 2, Duration.ofMillis(3000), OptionalLong.empty());

    assertThat(plan)
        .hasToString(
            "2 epochs of 8 images, 4 steps of 4 images in 2 parts: about 12 seconds at 1.3"
                + " images/s");
  }

  @Test
  void text_ofOneOfEach_isSingular() {
    GradientTrainer.Plan plan =
        new GradientTrainer.Plan(1, 1, 2, 1, 1, 1, Duration.ofMillis(90), OptionalLong.empty());

    assertThat(plan)
        .hasToString(
            "1 epoch of 1 image is left of 3, 1 step of 1 image: about 1 second at 11.1 images/s");
  }

  @Test
  void plan_onResume_namesTheEpochsThatAreLeftAndWritesNothing(@TempDir Path folder)
      throws IOException {
    GradientTrainer trainer = GradientTrainer.with(RECIPE.epochs(3)).checkpoints(folder);
    assertThat(trainer.plan(TINY, stripes(16, 9)))
        .asString()
        .startsWith("3 epochs of 16 images, 12 steps of 4 images: about ");
    assertThatThrownBy(() -> trainer.listener(stoppingAt(5)).fit(TINY, stripes(16, 9)))
        .hasMessage("stopped");
    List<String> files = names(folder);

    GradientTrainer.Plan plan = trainer.plan(TINY, stripes(16, 9));

    assertThat(plan)
        .asString()
        .startsWith("2 epochs of 16 images are left of 3, 8 steps of 4 images: about ");
    assertThat(plan.time()).isEqualTo(plan.step().multipliedBy(8));
    assertThat(names(folder)).isEqualTo(files);
    GradientTrainer other = GradientTrainer.with(RECIPE.epochs(3).seed(99)).checkpoints(folder);
    assertThatThrownBy(() -> other.plan(TINY, stripes(16, 9)))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("expected a checkpoint of this training, found one of another");
  }

  @Test
  void prepare_ofAResumedTraining_trainsWhatThePlanNames(@TempDir Path folder) {
    GradientTrainer trainer = GradientTrainer.with(RECIPE.epochs(3)).checkpoints(folder);
    assertThatThrownBy(() -> trainer.listener(stoppingAt(5)).fit(TINY, stripes(16, 9)))
        .hasMessage("stopped");
    List<Long> steps = new ArrayList<>();
    TrainingListener notes =
        new TrainingListener() {
          @Override
          public void onStep(StepReport report) {
            steps.add(report.step());
          }
        };

    Weights resumed;
    try (GradientTrainer.Prepared training =
        trainer.listener(notes).prepare(TINY, stripes(16, 9))) {
      assertThat(training.plan().steps()).isEqualTo(8);
      assertThat(training.plan().done()).isEqualTo(1);
      assertThat(training.plan().step()).isPositive();
      assertThat(steps).isEmpty();
      resumed = training.toEnd();
    }

    assertThat(steps).hasSize(8).startsWith(5L).endsWith(12L);
    Weights whole = GradientTrainer.with(RECIPE.epochs(3)).fit(TINY, stripes(16, 9));
    for (String key : whole.keys()) {
      assertThat(resumed.get(key).toFloats()).as(key).isEqualTo(whole.get(key).toFloats());
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
