package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.genimage.data.reference.ReferenceArray;
import org.genimage.data.reference.ReferenceInput;
import org.genimage.models.nn.Parameter;
import org.genimage.train.recipe.Decay;
import org.genimage.train.recipe.Optimizer;
import org.genimage.train.recipe.Recipe;
import org.junit.jupiter.api.Test;

/** One training step and five by the paper's recipe, against the official network. */
interface TrainingContract extends TrainingStepContract {

  /** Returns by how much the logits after five steps may differ. */
  default double logitsAfterTrajectory() {
    return 1e-3;
  }

  /**
   * Relative to the largest. The README's 2e-5 is of a single pass; five updates that differ by
   * rounding leave 8e-6 (Spec), 1e-4 (ResNet-50), 5e-4 (GramNet), 9e-4 (CNNSpot).
   */
  default double statisticsAfterTrajectory() {
    return 1e-3;
  }

  @Test
  default void fiveSteps_equalPyTorchs() {
    JsonNode expected = json("trajectory");
    Map<String, ReferenceArray> arrays = arrays("trajectory");
    try (Training training = new Training(this, expected)) {
      assertRule(training, expected);
      Map<String, float[]> before = training.read();
      int steps = expected.get("steps").asInt();
      for (int step = 0; step <= steps; step++) {
        double loss = expected.get("losses_float64").get(step).asDouble();
        // The last pass sees the loss after five updates; like the fixture's it moves statistics.
        double rate = step < steps ? expected.get("optimizer").get("lr").asDouble() : 0;
        Map<String, float[]> unmoved = step == steps ? training.read() : Map.of();
        assertThat((double) training.step(rate))
            .as("loss before step %d", step)
            .isCloseTo(loss, within(tolerances().losses() * loss));
        if (step == steps) {
          assertUpdates(before, unmoved, expected, arrays);
        }
      }
      TrainingStepContract.assertRunningStatistics(
          training.read(), arrays, statisticsAfterTrajectory());
      assertThat(training.evalLogits())
          .containsExactly(
              arrays.get("eval_logits.float64").doubles(), within(logitsAfterTrajectory()));
    }
  }

  /** The recipe's decay, which five steps of a small rate hardly show, and its clipping. */
  private void assertRule(Training training, JsonNode expected) {
    JsonNode rule = expected.get("optimizer");
    Optimizer optimizer = Recipe.paper(blueprint()).optimizer();
    JsonNode clip = rule.path("clip_gradient_norm");
    if (optimizer instanceof Optimizer.Clipped clipped) {
      assertThat(clipped.norm()).isEqualTo(clip.asDouble());
    } else {
      assertThat(clip.isNumber()).isFalse();
    }
    Decay decay = decay(optimizer);
    assertThat(decay.rate()).isEqualTo(rule.get("weight_decay").asDouble());
    Set<String> spared = TrainingStepContract.keys(expected.get("no_weight_decay"));
    for (Parameter parameter : training.parameters()) {
      assertThat(decay.reaches(parameter))
          .as(parameter.key())
          .isEqualTo(decay.rate() > 0 && !spared.contains(parameter.key()));
    }
  }

  private static Decay decay(Optimizer optimizer) {
    if (optimizer instanceof Optimizer.Clipped clipped) {
      return decay(clipped.rule());
    } else if (optimizer instanceof Optimizer.AdamW adamW) {
      return adamW.decay();
    } else if (optimizer instanceof Optimizer.Adam adam) {
      return adam.decay();
    }
    return ((Optimizer.Sgd) optimizer).decay();
  }

  private void assertUpdates(
      Map<String, float[]> before,
      Map<String, float[]> after,
      JsonNode expected,
      Map<String, ReferenceArray> arrays) {
    List<Double> differences = new ArrayList<>();
    Set<String> vanishing = TrainingStepContract.keys(expected.get("zero_gradient"));
    for (var item : expected.get("update_norms_float64").properties()) {
      if (vanishing.contains(item.getKey())) {
        continue;
      }
      float[] first = before.get(item.getKey());
      float[] last = after.get(item.getKey());
      double square = 0;
      for (int i = 0; i < first.length; i++) {
        square += Math.pow((double) last[i] - first[i], 2);
      }
      double difference = Math.abs(Math.sqrt(square) / item.getValue().asDouble() - 1);
      if (item.getKey().endsWith("qkv.bias")) {
        assertThat(difference).as(item.getKey()).isLessThan(QKV_BIAS_UPDATES);
      } else {
        differences.add(difference);
      }
    }
    List<Double> updates = tolerances().updates();
    TrainingStepContract.assertQuantiles(
        "norms of the updates", differences, updates.get(0), updates.get(1), updates.get(1));
    for (var item : expected.get("parameters").properties()) {
      if (vanishing.contains(item.getKey())) {
        continue;
      }
      double[] update = arrays.get("update." + item.getKey() + ".sample").doubles();
      double[] difference = ReferenceInput.sample(after.get(item.getKey()));
      double[] start = ReferenceInput.sample(before.get(item.getKey()));
      boolean keyed = item.getKey().endsWith("qkv.bias");
      for (int i = 0; i < difference.length; i++) {
        boolean key = keyed && i >= 22 && i < 43; // The keys' third of the sample of 64.
        difference[i] = key ? 0 : difference[i] - start[i] - update[i];
      }
      assertThat(TrainingStepContract.norm(difference) / TrainingStepContract.norm(update))
          .as(item.getKey())
          .isLessThan(tolerances().moved());
    }
  }
}
