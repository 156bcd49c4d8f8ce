package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.genimage.data.reference.ReferenceData;
import org.genimage.models.networks.F3NetVariant;
import org.genimage.models.nn.Parameter;
import org.genimage.models.weights.PublishedWeights;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Other spellings of the published keys, as the fixtures list them. */
@Tag("reference")
class KeyAliasesTest {

  private static final JsonNode ALIASES = ReferenceData.json("models/key_aliases.json");

  @Test
  void swin_inTimmsSpelling_getsTheOriginalOne() {
    JsonNode timm = ALIASES.get("swin_t").get("timm_0.9_and_later");
    Map<String, String> original = new LinkedHashMap<>();
    timm.get("file_to_official")
        .properties()
        .forEach(item -> original.put(item.getKey(), item.getValue().asText()));
    Map<String, WeightArray> file = new LinkedHashMap<>();
    List<String> others = new ArrayList<>();
    for (Parameter entry : Detectors.swinTiny().entries()) {
      if (!original.containsValue(entry.key()) && entry.role().required()) {
        others.add(entry.key());
        file.put(entry.key(), WeightArray.counter(0));
      }
    }
    original.keySet().forEach(key -> file.put(key, WeightArray.counter(1)));

    Weights weights = PublishedWeights.swin(Weights.of(file));

    assertThat(weights.keys()).containsExactlyInAnyOrderElementsOf(required(Detectors.swinTiny()));
    original.values().forEach(key -> assertThat(weights.get(key).toLongs()).containsExactly(1));
    others.forEach(key -> assertThat(weights.get(key).toLongs()).containsExactly(0));
  }

  @Test
  void swin_whatTimmsFilesLack_isNotRequired() {
    List<String> absent =
        strings(ALIASES.get("swin_t").get("timm_0.9_and_later").get("not_in_file"));

    assertThat(Detectors.swinTiny().entries())
        .filteredOn(entry -> !entry.role().required())
        .extracting(Parameter::key)
        .containsExactlyInAnyOrderElementsOf(absent);
  }

  @Test
  void deit_whatDistilledFilesHaveMore_isDropped() {
    Map<String, WeightArray> file = new LinkedHashMap<>();
    required(Detectors.deitSmall()).forEach(key -> file.put(key, WeightArray.counter(0)));
    strings(ALIASES.get("deit_s").get("left_over_in_distilled_files"))
        .forEach(key -> file.put(key, WeightArray.counter(0)));

    assertThat(Weights.of(file).without("dist_token", "head_dist.").keys())
        .containsExactlyInAnyOrderElementsOf(required(Detectors.deitSmall()));
  }

  @Test
  void f3Net_prefixes_areThoseOfItsEntries() {
    JsonNode names = ALIASES.get("f3net");

    assertThat(modules(Detectors.f3Net()))
        .containsExactlyElementsOf(strings(names.get("vendored_prefixes")));
    assertThat(modules(Detectors.f3Net(F3NetVariant.BOTH, Head.AI_LOGIT)))
        .containsExactlyInAnyOrderElementsOf(strings(names.get("upstream_prefixes")));
    for (String idle : strings(names.get("upstream_unused"))) {
      assertThat(required(Detectors.f3Net(F3NetVariant.BOTH, Head.AI_LOGIT)))
          .anyMatch(key -> key.startsWith(idle));
    }
  }

  private static List<String> modules(Blueprint blueprint) {
    return blueprint.entries().stream()
        .map(entry -> entry.key().substring(0, entry.key().indexOf('.') + 1))
        .distinct()
        .toList();
  }

  private static List<String> required(Blueprint blueprint) {
    return blueprint.entries().stream()
        .filter(entry -> entry.role().required())
        .map(Parameter::key)
        .toList();
  }

  private static List<String> strings(JsonNode array) {
    List<String> strings = new ArrayList<>();
    array.forEach(text -> strings.add(text.asText()));
    return strings;
  }
}
