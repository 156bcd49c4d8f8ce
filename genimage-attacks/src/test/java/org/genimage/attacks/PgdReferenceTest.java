package org.genimage.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.genimage.data.Label;
import org.genimage.data.image.Pixels;
import org.genimage.models.DifferentiableDetector;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Against torchattacks and Foolbox, which agree on PGD without a random start, which is BIM. */
@Tag("reference")
class PgdReferenceTest {

  private static final String PREFIX = "pgd_eps";

  @ParameterizedTest
  @EnumSource
  void bim_equalsTheReferences(ReferenceVictim reference) {
    assertThat(reference.names(PREFIX)).isNotEmpty();
    Pixels clean = ReferenceVictim.images().toPixels();
    List<Label> labels = ReferenceVictim.labels();
    try (DifferentiableDetector victim = reference.load()) {
      for (String name : reference.names(PREFIX)) {
        JsonNode entry = reference.results().get(name);
        float[] expected = reference.pixels(name).toArray();

        Pixels attacked = attack(name, entry).perturb(victim, clean, Goal.leave(labels));

        float[] actual = attacked.toArray();
        int equal = 0;
        for (int i = 0; i < expected.length; i++) {
          equal += Math.abs(actual[i] - expected[i]) <= 1e-6 ? 1 : 0;
        }
        assertThat(equal / (double) expected.length).as(name).isGreaterThanOrEqualTo(0.99);
        double[] scores = victim.score(attacked);
        double loss = 0;
        for (int i = 0; i < scores.length; i++) {
          loss -= Math.log(labels.get(i) == Label.AI ? scores[i] : 1 - scores[i]);
          assertThat(Goal.leave(labels).reached(i, scores[i]))
              .as("%s, image %s", name, i)
              .isEqualTo(entry.get("success").get(i).asBoolean());
        }
        assertThat(loss).isCloseTo(entry.get("summed_loss").asDouble(), withinPercentage(0.1));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void run_onManyImages_hasTheReferencesAccuracy(ReferenceVictim reference) {
    JsonNode expected = reference.results().get("accuracy_on_64_images");
    int count = ReferenceVictim.many().size();
    try (DifferentiableDetector victim = reference.load()) {
      for (String name : reference.names(PREFIX)) {
        if (expected.has(name)) {
          AttackResult result =
              AttackRun.of(attack(name, reference.results().get(name)))
                  .batchSize(count)
                  .against(victim, ReferenceVictim.many());

          assertThat((double) result.correctAfter(Storage.FLOATS))
              .as(name)
              .isCloseTo(expected.get(name).asDouble() * count, within(1.0));
        }
      }
    }
  }

  private static Attack<DifferentiableDetector> attack(String name, JsonNode entry) {
    double size = Double.parseDouble(name.substring(PREFIX.length())) / 255;
    double step = entry.get("alpha_times_255").asDouble() / 255;
    return Attacks.bim(Budget.linf(size), step, entry.get("steps").asInt());
  }
}
