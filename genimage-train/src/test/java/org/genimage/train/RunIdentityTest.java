package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.models.Head;
import org.genimage.models.networks.F3NetVariant;
import org.genimage.train.recipe.Reading;
import org.genimage.train.recipe.Recipe;
import org.junit.jupiter.api.Test;

/** A checkpoint can be resumed as long as the identity of its training is spelled the same. */
class RunIdentityTest {

  /** What version 0.1.0 wrote for the published recipes, by the name of the recipe. */
  private static Map<String, Map<String, String>> written() throws IOException {
    try (InputStream json = RunIdentityTest.class.getResourceAsStream("identities-0.1.0.json")) {
      return new JsonMapper().readValue(json, new TypeReference<>() {});
    }
  }

  @Test
  void of_publishedRecipes_equalsWhatTheFirstVersionWrote() throws IOException {
    Map<String, Map<String, String>> found = new TreeMap<>();
    for (Blueprint blueprint : Detectors.all()) {
      found.put(blueprint.name(), identity(blueprint));
    }
    found.put(
        "DeiT-S, SCALED_RATE, REPEATED_AUGMENTATION",
        identity(Detectors.deitSmall(), Reading.SCALED_RATE, Reading.REPEATED_AUGMENTATION));
    found.put("Swin-T, SCALED_RATE", identity(Detectors.swinTiny(), Reading.SCALED_RATE));
    found.put("CNNSpot, STEADY_RATE", identity(Detectors.cnnSpot(), Reading.STEADY_RATE));
    found.put("Spec, DECAYING_RATE", identity(Detectors.spec(), Reading.DECAYING_RATE));
    found.put("F3Net of two logits", identity(Detectors.f3Net(F3NetVariant.MIX, Head.NATURE_AI)));

    Map<String, Map<String, String>> written = written();
    assertThat(found.keySet()).isEqualTo(written.keySet());
    written.forEach(
        (name, identity) ->
            assertThat(found.get(name)).as(name).containsExactlyInAnyOrderEntriesOf(identity));
  }

  private static Map<String, String> identity(Blueprint blueprint, Reading... readings) {
    TrainingSettings settings = TrainingSettings.of(Recipe.paper(blueprint, readings));
    Map<String, String> identity =
        new TreeMap<>(RunIdentity.of(settings, blueprint, blueprint.entries(), "images"));
    assertThat(identity.remove("data")).isEqualTo("images");
    assertThat(identity.remove("validation")).isEqualTo("none");
    assertThat(identity.remove("frozen")).isEqualTo("[]");
    return identity;
  }

  @Test
  void of_tinyTraining_namesEverySetting() {
    Blueprint tiny = GradientTrainerTest.TINY;
    TrainingSettings settings =
        TrainingSettings.of(GradientTrainerTest.RECIPE)
            .frozen(new Frozen(List.of("fc\\..*")))
            .start(tiny.initialWeights(1))
            .validation(GradientTrainerTest.stripes(2, 8));

    Map<String, String> identity = RunIdentity.of(settings, tiny, tiny.entries(), "images");

    assertThat(identity)
        .containsEntry("frozen", "[fc\\..*]")
        .containsEntry("batchSize", "4")
        .hasEntrySatisfying("start", start -> assertThat(start).hasSize(64))
        .hasEntrySatisfying("validation", images -> assertThat(images).contains("file_names"));
    assertThat(Optional.ofNullable(identity.get("patience"))).isEmpty();
  }
}
