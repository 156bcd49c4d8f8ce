package org.genimage.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.StreamSupport;
import org.genimage.attacks.CarliniWagner.Abort;
import org.genimage.attacks.CarliniWagner.Rules;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.models.DifferentiableDetector;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Against Foolbox and torchattacks, with all images as one batch, as they were attacked there. */
@Tag("reference")
class CarliniWagnerReferenceTest {

  private static final double EACH = 2;
  private static final double MEAN = 1;
  private static final double ROUNDING = 1e-6;

  @ParameterizedTest
  @EnumSource
  void cwL2_byTheOriginalsRules_equalsFoolbox(ReferenceVictim reference) {
    String prefix = "cw_foolbox_kappa";
    assertThat(reference.names(prefix)).isNotEmpty();
    try (DifferentiableDetector victim = reference.load()) {
      for (String name : reference.names(prefix)) {
        JsonNode expected = reference.results().get(name);
        double kappa = Double.parseDouble(name.substring(prefix.length()));

        AttackResult result = run(foolbox().confidence(kappa), victim, ReferenceVictim.few());

        double sum = 0;
        for (int i = 0; i < result.images().size(); i++) {
          AttackedImage image = result.images().get(i);
          boolean success = expected.get("foolbox_success").get(i).asBoolean();
          assertThat(margin(image) > kappa).as("%s, image %s", name, i).isEqualTo(success);
          if (success) {
            assertThat(image.l2())
                .as("%s, image %s", name, i)
                .isCloseTo(
                    expected.get("l2").get(i).asDouble(),
                    within(tolerance(expected.get("l2").get(i).asDouble())));
          } else {
            assertThat(image.l2()).isZero();
          }
          sum += success ? image.l2() - expected.get("l2").get(i).asDouble() : 0;
        }
        double mean =
            StreamSupport.stream(expected.get("l2").spliterator(), false)
                .mapToDouble(JsonNode::asDouble)
                .average()
                .orElseThrow();
        assertThat(sum / result.images().size()).isCloseTo(0, within(mean * MEAN / 100));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void cwL2_byTorchattacksRules_equalsTorchattacks(ReferenceVictim reference) {
    String prefix = "cw_torchattacks_c";
    assertThat(reference.names(prefix)).isNotEmpty();
    try (DifferentiableDetector victim = reference.load()) {
      for (String name : reference.names(prefix)) {
        JsonNode expected = reference.results().get(name);
        double c = Double.parseDouble(name.substring(prefix.length()));

        AttackResult result = run(torchattacks().constant(c), victim, ReferenceVictim.few());

        for (int i = 0; i < result.images().size(); i++) {
          AttackedImage image = result.images().get(i);
          assertThat(image.success(Storage.FLOATS))
              .as("%s, image %s", name, i)
              .isEqualTo(expected.get("success").get(i).asBoolean());
          assertThat(image.l2())
              .as("%s, image %s", name, i)
              .isCloseTo(
                  expected.get("l2").get(i).asDouble(),
                  within(tolerance(expected.get("l2").get(i).asDouble())));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"TWO", "ONE"})
  void cwL2_onManyImages_hasFoolboxsAccuracy(ReferenceVictim reference) {
    JsonNode expected = many(reference, "cw_foolbox_kappa0");
    try (DifferentiableDetector victim = reference.load()) {
      AttackResult result = run(foolbox(), victim, ReferenceVictim.many());

      assertAccuracy(result, expected);
      assertThat(result.accuracyAfter())
          .isCloseTo(expected.get("accuracy_rounded").asDouble(), within(0.1));
      assertThat(result.images().stream().mapToDouble(AttackedImage::l2).average().orElseThrow())
          .isCloseTo(expected.get("mean_l2").asDouble(), withinPercentage(MEAN));
    }
  }

  @ParameterizedTest
  @EnumSource
  void cwL2_onManyImages_hasTorchattacksAccuracy(ReferenceVictim reference) {
    try (DifferentiableDetector victim = reference.load()) {
      AttackResult result = run(torchattacks().constant(1), victim, ReferenceVictim.many());

      assertAccuracy(result, many(reference, "cw_torchattacks_c1"));
    }
  }

  private static JsonNode many(ReferenceVictim reference, String attack) {
    return reference.results().get("accuracy_on_64_images").get(attack);
  }

  private static void assertAccuracy(AttackResult result, JsonNode expected) {
    int count = result.images().size();
    assertThat((double) result.correctAfter(Storage.FLOATS))
        .isCloseTo(expected.get("accuracy").asDouble() * count, within(1.0));
  }

  private static AttackResult run(
      CarliniWagner attack, DifferentiableDetector victim, ImageDataset data) {
    return AttackRun.of(attack).batchSize(data.size()).against(victim, data);
  }

  private static CarliniWagner foolbox() {
    JsonNode settings = ReferenceVictim.settings("foolbox_cw");
    return Attacks.cwL2()
        .searchSteps(settings.get("binary_search_steps").asInt())
        .steps(settings.get("steps").asInt())
        .learningRate(settings.get("stepsize").asDouble())
        .constant(settings.get("initial_const").asDouble())
        .abort(settings.get("abort_early").asBoolean() ? Abort.SUMMED : Abort.NONE);
  }

  private static CarliniWagner torchattacks() {
    JsonNode settings = ReferenceVictim.settings("torchattacks_cw");
    return Attacks.cwL2()
        .rules(Rules.TORCHATTACKS)
        .abort(Abort.SUMMED)
        .searchSteps(1)
        .steps(settings.get("steps").asInt())
        .learningRate(settings.get("lr").asDouble())
        .confidence(settings.get("kappa").asDouble());
  }

  /** Where an image need not move, what is left is how 32 bits round tanh. */
  private static double tolerance(double l2) {
    return Math.max(ROUNDING, l2 * EACH / 100);
  }

  /** By how much the wanted logit lies above the other. */
  private static double margin(AttackedImage image) {
    double score = image.score(Storage.FLOATS).orElseThrow();
    double margin = ReferenceVictim.margins(new double[] {score})[0];
    return image.wanted() == Label.AI ? margin : -margin;
  }
}
