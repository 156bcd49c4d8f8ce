package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.genimage.data.reference.ReferenceData;
import org.genimage.models.networks.CommunityForensics;
import org.genimage.models.networks.F3NetVariant;
import org.genimage.models.networks.UnivFd;
import org.genimage.models.networks.VisionTransformer;
import org.genimage.models.nn.Layout;
import org.genimage.models.nn.Network;
import org.genimage.models.nn.Parameter;
import org.genimage.models.weights.PublishedWeights;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @ValueSource(strings = {"openai_to_transformers", "openai_to_timm"})
  void univFd_inOtherSpellings_getsOpenAis(String spelling) {
    Network network = new UnivFd(14, 8, 2, 2, 4, 1);
    Weights official = univFd(network).initialWeights(1);
    Map<String, WeightArray> file = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> item : newer("univfd").get(spelling).properties()) {
      for (int block = 0; block < (item.getKey().contains(".N.") ? 2 : 1); block++) {
        String number = "." + block + ".";
        WeightArray array = official.get(item.getKey().replace(".N.", number));
        List<String> names =
            item.getValue().isArray()
                ? strings(item.getValue())
                : List.of(item.getValue().asText());
        List<WeightArray> parts = parts(array, names.size());
        for (int i = 0; i < names.size(); i++) {
          boolean transposed = item.getKey().equals("visual.proj");
          file.put(
              names.get(i).replace(".N.", number),
              transposed ? transposed(parts.get(i)) : parts.get(i));
        }
      }
    }
    file.computeIfPresent("cls_token", (key, token) -> reshaped(token, 1, 1, 8));
    file.computeIfPresent("pos_embed", (key, positions) -> reshaped(positions, 1, 5, 8));

    Weights found = PublishedWeights.official(network, Weights.of(file));

    assertThat(found.keys()).hasSize(official.keys().size() - 2);
    assertThat(found.keys()).doesNotContain("fc.weight", "fc.bias");
    found
        .arrays()
        .forEach(
            (key, array) -> {
              assertThat(array.shape()).as(key).isEqualTo(official.get(key).shape());
              assertThat(array.toFloats()).as(key).isEqualTo(official.get(key).toFloats());
            });
  }

  private static Blueprint univFd(Network network) {
    return new Blueprint(
        "UnivFD", network, InputContract.clip(new Resize.None(), 28), Head.AI_LOGIT);
  }

  private static List<WeightArray> parts(WeightArray whole, int count) {
    List<WeightArray> parts = new ArrayList<>();
    List<Integer> shape = new ArrayList<>(whole.shape());
    shape.set(0, shape.get(0) / count);
    float[] values = whole.toFloats();
    int size = values.length / count;
    for (int i = 0; i < count; i++) {
      parts.add(WeightArray.of(shape, Arrays.copyOfRange(values, i * size, (i + 1) * size)));
    }
    return parts;
  }

  private static WeightArray transposed(WeightArray matrix) {
    return WeightArray.of(
        List.of(matrix.shape().get(1), matrix.shape().get(0)),
        Layout.LINEAR.toTensorFlow(matrix.toFloats(), matrix.shape()));
  }

  private static WeightArray reshaped(WeightArray array, Integer... shape) {
    return WeightArray.of(List.of(shape), array.toFloats());
  }

  @Test
  void univFd_headFile_getsTheHeadsKeys() {
    Map<String, WeightArray> file = new LinkedHashMap<>();
    List<String> official = new ArrayList<>();
    for (Map.Entry<String, JsonNode> item : newer("univfd").get("head_file").properties()) {
      official.add(item.getKey());
      file.put(item.getValue().asText(), WeightArray.counter(0));
    }

    assertThat(PublishedWeights.official(Detectors.univFd().network(), Weights.of(file)).keys())
        .containsExactlyInAnyOrderElementsOf(official);
    assertThat(Detectors.univFd().headKeys()).containsExactlyElementsOf(official);
  }

  @Test
  void communityForensics_underTimmsNamesAlone_getsItsPrefix() {
    Blueprint detector = Detectors.communityForensics224();
    Map<String, WeightArray> file = new LinkedHashMap<>();
    required(detector)
        .forEach(key -> file.put(key.substring("vit.".length()), WeightArray.counter(0)));

    Weights found = PublishedWeights.official(detector.network(), Weights.of(file));

    assertThat(found.keys()).containsExactlyElementsOf(required(detector));
    assertThat(PublishedWeights.official(detector.network(), found)).isSameAs(found);
  }

  /** The names of transformers' ViTForImageClassification; ModelFolderTest has them from a file. */
  @Test
  void communityForensics_inTransformersSpelling_getsTimms() {
    Network network = new CommunityForensics(new VisionTransformer(16, 8, 1, 2, 1));
    Blueprint detector = new Blueprint("ViT", network, InputContract.crop(32), Head.AI_LOGIT);
    Weights official = detector.initialWeights(1);
    String block = "vit.encoder.layer.0.";
    Map<String, WeightArray> file = new LinkedHashMap<>();
    file.put("vit.embeddings.cls_token", official.get("vit.cls_token"));
    file.put("vit.embeddings.position_embeddings", official.get("vit.pos_embed"));
    for (String kind : List.of("weight", "bias")) {
      List<WeightArray> parts = parts(official.get("vit.blocks.0.attn.qkv." + kind), 3);
      List<String> names = List.of("query.", "key.", "value.");
      for (int i = 0; i < names.size(); i++) {
        file.put(block + "attention.attention." + names.get(i) + kind, parts.get(i));
      }
      Map.of(
              "vit.embeddings.patch_embeddings.projection.",
              "patch_embed.proj.",
              block + "attention.output.dense.",
              "blocks.0.attn.proj.",
              block + "intermediate.dense.",
              "blocks.0.mlp.fc1.",
              block + "output.dense.",
              "blocks.0.mlp.fc2.",
              block + "layernorm_before.",
              "blocks.0.norm1.",
              block + "layernorm_after.",
              "blocks.0.norm2.",
              "vit.layernorm.",
              "norm.",
              "classifier.",
              "head.")
          .forEach((name, own) -> file.put(name + kind, official.get("vit." + own + kind)));
    }

    Weights found = detector.adapted(Weights.of(file));

    assertThat(found.keys()).containsExactlyInAnyOrderElementsOf(official.keys());
    found
        .arrays()
        .forEach(
            (key, array) ->
                assertThat(array.toFloats()).as(key).isEqualTo(official.get(key).toFloats()));
  }

  private static JsonNode newer(String detector) {
    return ReferenceData.json("models/newer_key_aliases.json").get(detector);
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
