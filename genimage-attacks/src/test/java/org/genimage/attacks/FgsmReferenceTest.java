package org.genimage.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.genimage.data.Label;
import org.genimage.data.image.Pixels;
import org.genimage.models.Detector;
import org.genimage.models.DifferentiableDetector;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Held against torchattacks and Foolbox, which agree. */
@Tag("reference")
class FgsmReferenceTest {

  private static final double LOGITS = 1e-4;
  private static final double GRADIENT = 1e-4;
  private static final double ELEMENTS = 1e-6;
  private static final double SHARE_OF_EQUAL_ELEMENTS = 0.999;

  @ParameterizedTest
  @EnumSource
  void score_equalsTheReferencesLogits(ReferenceVictim reference) {
    try (DifferentiableDetector victim = reference.load()) {
      double[] expected = reference.margins("clean_logits");

      assertThat(ReferenceVictim.margins(victim.score(ReferenceVictim.images())))
          .containsExactly(expected, within(LOGITS));
      assertThat(ReferenceVictim.margins(victim.score(ReferenceVictim.images().toPixels())))
          .containsExactly(expected, within(LOGITS));
      for (String name : sizes(reference.results()).keySet()) {
        assertThat(ReferenceVictim.margins(victim.score(reference.pixels(name))))
            .as(name)
            .containsExactly(reference.margins(name + "_logits"), within(LOGITS));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void lossGradient_equalsTheReferences(ReferenceVictim reference) {
    float[] expected = reference.pixels("input_gradient_of_summed_loss").toArray();
    float largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    try (DifferentiableDetector victim = reference.load()) {
      Pixels gradient =
          victim.lossGradient(ReferenceVictim.images().toPixels(), ReferenceVictim.labels());

      assertThat(gradient.toArray()).containsExactly(expected, within((float) GRADIENT * largest));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"TWO", "ONE"})
  void lossGradient_ofFilledWeights_equalsTheReferences(ReferenceVictim reference) {
    float[] expected = reference.filledGradient().toArray();
    float largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    try (DifferentiableDetector victim = reference.load("filled")) {
      Pixels pixels = ReferenceVictim.images().toPixels();

      assertThat(ReferenceVictim.margins(victim.score(pixels)))
          .containsExactly(reference.filledMargins(), within(LOGITS));
      assertThat(victim.lossGradient(pixels, ReferenceVictim.labels()).toArray())
          .containsExactly(expected, within((float) GRADIENT * largest));
    }
  }

  @ParameterizedTest
  @EnumSource
  void perturb_equalsTheReferencesPixels(ReferenceVictim reference) {
    try (DifferentiableDetector victim = reference.load()) {
      sizes(reference.results())
          .forEach(
              (name, size) -> {
                float[] expected = reference.pixels(name).toArray();

                float[] attacked =
                    Attacks.fgsm(Budget.linf(size))
                        .perturb(
                            victim,
                            ReferenceVictim.images().toPixels(),
                            Goal.leave(ReferenceVictim.labels()))
                        .toArray();

                int equal = 0;
                for (int i = 0; i < expected.length; i++) {
                  equal += Math.abs(attacked[i] - expected[i]) <= ELEMENTS ? 1 : 0;
                }
                assertThat(attacked).hasSameSizeAs(expected);
                assertThat(equal / (double) expected.length)
                    .as(name)
                    .isGreaterThanOrEqualTo(SHARE_OF_EQUAL_ELEMENTS);
              });
    }
  }

  @ParameterizedTest
  @EnumSource
  void run_hasTheReferencesSuccessAndDistances(ReferenceVictim reference) {
    try (DifferentiableDetector victim = reference.load()) {
      sizes(reference.results())
          .forEach(
              (name, size) -> {
                JsonNode expected = reference.results().get(name);

                AttackResult result =
                    AttackRun.of(Attacks.fgsm(Budget.linf(size)))
                        .batchSize(3)
                        .against(victim, ReferenceVictim.few());

                assertThat(result.accuracyBefore())
                    .isEqualTo(reference.results().get("clean_accuracy").asDouble());
                assertThat(result.accuracyAfter())
                    .isEqualTo(expected.get("rounded").get("accuracy").asDouble());
                for (int i = 0; i < result.images().size(); i++) {
                  AttackedImage image = result.images().get(i);
                  assertThat(image.success())
                      .as("%s, image %s", name, i)
                      .isEqualTo(expected.get("rounded").get("success").get(i).asBoolean());
                  assertThat(wrong(image, image.score(Storage.FLOATS).orElseThrow()))
                      .as("%s, image %s, not rounded", name, i)
                      .isEqualTo(expected.get("success").get(i).asBoolean());
                  // One element in a thousand may differ.
                  assertThat(image.l2())
                      .isCloseTo(expected.get("l2").get(i).asDouble(), withinPercentage(0.1));
                  assertThat(image.linf() * 255)
                      .isCloseTo(expected.get("linf_times_255").get(i).asDouble(), within(1e-4));
                }
              });
    }
  }

  @ParameterizedTest
  @EnumSource
  void run_onManyImages_hasTheReferencesAccuracy(ReferenceVictim reference) {
    JsonNode expected = reference.results().get("accuracy_on_64_images");
    try (DifferentiableDetector victim = reference.load()) {
      sizes(expected)
          .forEach(
              (name, size) -> {
                AttackResult result =
                    AttackRun.of(Attacks.fgsm(Budget.linf(size)))
                        .batchSize(24)
                        .against(victim, ReferenceVictim.many());

                int count = ReferenceVictim.many().size();
                assertThat(result.images()).hasSize(count);
                assertThat((double) result.correctBefore())
                    .isCloseTo(expected.get("clean").asDouble() * count, within(1.0));
                assertThat((double) result.correctAfter())
                    .as(name)
                    .isCloseTo(expected.get(name).asDouble() * count, within(1.0));
              });
    }
  }

  private static boolean wrong(AttackedImage image, double score) {
    return (score > Detector.THRESHOLD) != (image.sample().label() == Label.AI);
  }

  /** Returns the budgets of the FGSM entries by their names, such as {@code fgsm_eps8}. */
  private static Map<String, Double> sizes(JsonNode results) {
    Map<String, Double> sizes = new TreeMap<>();
    String prefix = "fgsm_eps";
    List<String> names = new ArrayList<>();
    results.fieldNames().forEachRemaining(names::add);
    for (String name : names) {
      if (name.startsWith(prefix)) {
        sizes.put(name, Double.parseDouble(name.substring(prefix.length())) / 255);
      }
    }
    assertThat(sizes).isNotEmpty();
    return sizes;
  }
}
