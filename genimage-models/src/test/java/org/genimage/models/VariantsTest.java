package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.genimage.data.Seed;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.reference.ReferenceData;
import org.genimage.data.reference.ReferenceFill;
import org.genimage.data.reference.ReferenceInput;
import org.genimage.models.networks.F3NetVariant;
import org.genimage.models.networks.GramNetVariant;
import org.genimage.models.networks.SpecVariant;
import org.genimage.models.nn.Parameter;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Published variants beyond the fixtures. One picture went through each repository's own input and
 * network, with the reference fill for weights, in 64 bits, with PyTorch, NumPy, Pillow and OpenCV;
 * what came out stands here.
 */
class VariantsTest {

  private static final ReferenceFill FILL = ReferenceFill.salted("variants");

  static Stream<Arguments> variants() {
    return Stream.of(
        Arguments.of(
            Detectors.gramNet(GramNetVariant.AIGC_DETECT_BENCHMARK),
            new double[] {0, 0.14561576858072545}),
        Arguments.of(
            Detectors.gramNet(GramNetVariant.SIDBENCH), new double[] {0, 0.17789302504671134}),
        Arguments.of(
            Detectors.spec(SpecVariant.FULL),
            new double[] {0.39345566585292546, -3.9157179141441887}),
        Arguments.of(
            Detectors.spec(SpecVariant.LOW), new double[] {0.1437515703354007, -2.28185060155078}),
        Arguments.of(
            Detectors.spec(SpecVariant.MIDDLE),
            new double[] {0.22845403909844503, -3.1039939955296623}),
        Arguments.of(
            Detectors.spec(SpecVariant.HIGH),
            new double[] {0.04251375966087356, -2.9647926431313802}),
        Arguments.of(
            Detectors.spec(SpecVariant.IMAGE),
            new double[] {0.34247444664331284, -2.9676352852441723}),
        Arguments.of(
            Detectors.f3Net(F3NetVariant.ORIGINAL, Head.AI_LOGIT),
            new double[] {0, 0.12117049140117875}));
  }

  @ParameterizedTest
  @MethodSource("variants")
  void logits_areThoseOfThePublishedCode(Blueprint blueprint, double[] expected) {
    try (ScoringGraph graph =
        ScoringGraph.create(blueprint, filled(blueprint), Precision.FLOAT32)) {
      float[] logits = graph.logits(ImageBatch.of(List.of(blueprint.input().prepare(picture()))));

      assertThat(IntStream.range(0, 2).mapToDouble(i -> logits[i]).toArray())
          .containsExactly(expected, within(5e-5));
    }
  }

  private static Image picture() {
    JsonNode description =
        new ObjectMapper()
            .createObjectNode()
            .put("key", "image")
            .put("height", 260)
            .put("width", 300)
            .put("block", 4)
            .put("fine", 0.5);
    Image image = ReferenceInput.image(description, FILL);
    assertThat(ReferenceData.sha256(image.toArray()))
        .isEqualTo("8ae3ce08acaad63dc9e8cded326fff5f25c00fefff2094e3cc9ad9f9100e3f6e");
    return image;
  }

  private static Weights filled(Blueprint blueprint) {
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    for (Parameter entry : blueprint.entries()) {
      arrays.put(
          entry.key(),
          entry.role().required()
              ? WeightArray.of(entry.shape(), FILL.weights(entry.key(), entry.shape()))
              : WeightArray.initial(entry, Seed.of(0)));
    }
    return Weights.of(arrays);
  }

  /** The numbers of places that the authors' slices leave. */
  @ParameterizedTest
  @EnumSource(SpecVariant.class)
  void bands_ofSpec_areAsLargeAsTheAuthors(SpecVariant variant) {
    int size = 224 * 224;
    long kept = IntStream.range(0, size).filter(i -> variant.keeps(i / 224, i % 224)).count();

    assertThat(kept)
        .isEqualTo(
            switch (variant) {
              case FULL, IMAGE -> size;
              case LOW -> 14400;
              case MIDDLE -> 18724;
              case HIGH -> 17052;
            });
    assertThat(variant.keeps(0, 0))
        .isEqualTo(variant != SpecVariant.MIDDLE && variant != SpecVariant.HIGH);
  }

  @Test
  void bands_ofSpecOnAnotherSide_areRefused() {
    Blueprint small = Detectors.spec(SpecVariant.LOW).input(InputContract.crop(64));

    assertThatThrownBy(small::entries)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Spec's bands are those of 224 pixels, got 64");
    assertThat(Detectors.spec().input(InputContract.crop(64)).entries()).hasSize(218);
  }

  @Test
  void gramNets_differInTheLastLayerAlone() {
    List<Parameter> original = Detectors.gramNet().entries();
    for (GramNetVariant variant :
        List.of(GramNetVariant.AIGC_DETECT_BENCHMARK, GramNetVariant.SIDBENCH)) {
      Blueprint blueprint = Detectors.gramNet(variant);
      List<Parameter> entries = blueprint.entries();

      assertThat(entries).extracting(Parameter::key).isEqualTo(keys(original));
      assertThat(
              IntStream.range(0, entries.size())
                  .filter(i -> !entries.get(i).shape().equals(original.get(i).shape()))
                  .mapToObj(i -> entries.get(i).key()))
          .containsExactly("fcnewr.3.weight", "fcnewr.3.bias");
      assertThat(blueprint.parameterCount()).isEqualTo(11734210);
    }
  }

  @Test
  void f3NetOriginal_hasTheBaselinesEntries() {
    Blueprint blueprint = Detectors.f3Net(F3NetVariant.ORIGINAL, Head.AI_LOGIT);
    List<String> expected =
        Detectors.f3Net(F3NetVariant.FAD, Head.AI_LOGIT).entries().stream()
            .map(Parameter::key)
            .filter(key -> !key.startsWith("FAD_head."))
            .map(key -> key.replace("FAD_xcep", "xcep"))
            .toList();

    assertThat(blueprint.entries()).hasSize(278).extracting(Parameter::key).isEqualTo(expected);
    assertThat(blueprint.parameterCount()).isEqualTo(20811050);
  }

  /** Weights say which variant they are of, and load into no other. */
  @Test
  void names_ofVariants_differ() {
    List<Blueprint> all =
        Stream.of(
                Arrays.stream(SpecVariant.values()).map(Detectors::spec),
                Arrays.stream(GramNetVariant.values()).map(Detectors::gramNet),
                Arrays.stream(F3NetVariant.values())
                    .map(variant -> Detectors.f3Net(variant, Head.AI_LOGIT)))
            .flatMap(variants -> variants)
            .toList();

    assertThat(all).extracting(Blueprint::name).doesNotHaveDuplicates();
  }

  private static List<String> keys(List<Parameter> entries) {
    return entries.stream().map(Parameter::key).toList();
  }
}
