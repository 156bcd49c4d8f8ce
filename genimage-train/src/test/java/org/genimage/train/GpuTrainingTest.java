package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.primitives.Doubles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.genimage.data.ImageDataset;
import org.genimage.models.Blueprint;
import org.genimage.models.Devices;
import org.genimage.models.Precision;
import org.genimage.models.small.SmallDetectors;
import org.genimage.train.recipe.Recipe;
import org.genimage.train.recipe.Schedule;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Training on a GPU: {@code mvn -B verify -Pgpu -Dgroups=gpu}. Skipped, with what is missing as the
 * reason, where there is none; {@code -Dgenimage.device=CPU} runs the same lines on the CPU.
 */
@Tag("gpu")
class GpuTrainingTest {

  private static final String TYPE = System.getProperty("genimage.device", "GPU");

  @BeforeEach
  void needsDevice() {
    Devices devices = Devices.visible();
    assumeTrue(
        devices.all().stream().anyMatch(device -> device.type().equals(TYPE)),
        () -> "not run, no " + TYPE + ": " + String.join("; ", devices.missing()));
  }

  static List<TrainingStepContract> fixtures() {
    return List.of(
        new ResNetTrainingTest(),
        new DeitTrainingTest(),
        new SwinTrainingTest(),
        new CnnSpotTrainingTest(),
        new SpecTrainingTest(),
        new F3NetTrainingTest(),
        new GramNetTrainingTest());
  }

  /** A GPU adds in another order, so ten times the fixtures' differences are allowed. */
  @ParameterizedTest
  @MethodSource("fixtures")
  void step_float32_equalsPyTorchs(TrainingStepContract fixture) {
    JsonNode expected = fixture.json("train");
    List<Double> logits = new ArrayList<>();
    expected.get("logits").forEach(row -> row.forEach(value -> logits.add(value.asDouble())));
    double loss = expected.get("loss_value").get("float64").asDouble();
    double norm = expected.get("gradient_norm_total").asDouble();
    try (var training = new TrainingStepContract.Training(fixture, expected)) {
      TrainingStepContract.Observation observed = training.observe();

      assertThat((double) observed.loss())
          .isCloseTo(loss, within(10 * TrainingStepContract.LOSS * loss));
      assertThat(Doubles.toArray(observed.logits()))
          .containsExactly(Doubles.toArray(logits), within(10 * fixture.tolerances().logits()));
      double square = 0;
      for (Map.Entry<String, float[]> gradient : observed.gradients().entrySet()) {
        if (!gradient.getKey().equals("input")) {
          square +=
              Math.pow(
                  TrainingStepContract.norm(TrainingStepContract.doubles(gradient.getValue())), 2);
        }
      }
      assertThat(Math.sqrt(square) / norm).isCloseTo(1, within(10 * fixture.tolerances().total()));
    }
  }

  static List<Blueprint> detectors() {
    return SmallDetectors.shallow();
  }

  /** 16 bits have 11 digits: a loss of the first step keeps two decimal ones. */
  @ParameterizedTest
  @MethodSource("detectors")
  void step_float16_isNearFloat32(Blueprint blueprint) {
    Recipe recipe =
        Recipe.paper(blueprint)
            .schedule(new Schedule.Constant(1e-5))
            .epochs(1)
            .parts(1)
            .batchSize(2);

    ImageDataset data = GradientTrainerTest.stripes(2, blueprint.input().side());

    double expected = losses(blueprint, recipe, data).get(0);
    double found = losses(blueprint, recipe.precision(Precision.FLOAT16), data).get(0);

    assertThat(found).isCloseTo(expected, within(0.02 * Math.max(1, expected)));
    if (TYPE.equals("GPU")) {
      assertThat(found).as("calculated in 16 bits").isNotEqualTo(expected);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"FLOAT32", "FLOAT16"})
  void fit_short_lowersTheLoss(Precision precision) {
    List<Double> losses =
        losses(
            GradientTrainerTest.TINY,
            GradientTrainerTest.RECIPE.precision(precision),
            GradientTrainerTest.stripes(16, 9));

    assertThat(losses.get(losses.size() - 1)).isLessThan(0.5 * losses.get(0));
  }

  private static List<Double> losses(Blueprint blueprint, Recipe recipe, ImageDataset data) {
    List<Double> losses = new ArrayList<>();
    TrainingListener reading =
        new TrainingListener() {
          @Override
          public void onEpoch(EpochReport report) {
            losses.add(report.loss());
          }
        };
    GradientTrainer.with(recipe).listener(reading).fit(blueprint, data);
    return losses;
  }
}
