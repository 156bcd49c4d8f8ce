package org.genimage.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.base.CaseFormat;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.genimage.data.Seed;
import org.genimage.data.reference.ReferenceData;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** RandAugment's operations, levels and statistics, held against timm on Pillow. */
@Tag("reference")
class RandAugmentReferenceTest {

  private final JsonNode expected = ReferenceData.json("preprocessing/randaugment.json");

  @Test
  void operations_pixels_equalPillows() {
    PreprocessingFixture fixture = PreprocessingFixture.of("randaugment.safetensors");
    Image image = fixture.image("input");
    Set<RandAugmentOp> seen = EnumSet.noneOf(RandAugmentOp.class);
    for (JsonNode entry : expected.get("entries")) {
      RandAugmentOp op = op(entry);
      seen.add(op);
      double magnitude = entry.get("magnitude").asDouble();
      int sign = entry.get("sign").asText().equals("minus") ? -1 : 1;
      double argument = op.argument(magnitude, sign);
      if (!entry.get("level_to_arg").isNull()) {
        assertThat(argument).as(entry.toString()).isEqualTo(entry.get("level_to_arg").asDouble());
      }
      fixture.assertEqual(entry.get("tensor").asText(), op.apply(image, argument, filter(entry)));
    }
    assertThat(seen).containsExactlyInAnyOrder(RandAugmentOp.values());
  }

  @Test
  void operations_fill_isTimms() {
    for (int c = 0; c < 3; c++) {
      assertThat(AffineMap.FILL[c]).isEqualTo(expected.get("fill").get(c).asInt());
    }
  }

  @Test
  void operations_levels_equalTimms() {
    List<String> ours = names().toList();
    int compared = 0;
    for (JsonNode entry : expected.get("level_to_arg")) {
      if (ours.contains(entry.get("op").asText())) {
        double magnitude = entry.get("magnitude").asDouble();
        assertThat(op(entry).argument(magnitude, 1))
            .as(entry.toString())
            .isEqualTo(entry.get("plus").asDouble());
        assertThat(op(entry).argument(magnitude, -1))
            .as(entry.toString())
            .isEqualTo(entry.get("minus").asDouble());
        compared++;
      }
    }
    assertThat(compared).isPositive();
  }

  @Test
  void policy_operations_areTimms() {
    List<String> names =
        Stream.of(expected.get("policy_statistics").get("ops"))
            .flatMap(ops -> Stream.iterate(0, i -> i < ops.size(), i -> i + 1).map(ops::get))
            .map(JsonNode::asText)
            .toList();
    assertThat(names()).containsExactlyElementsOf(names);
  }

  @Test
  void policy_draws_followTimmsLaw() {
    JsonNode statistics = expected.get("policy_statistics");
    RandomGenerator random = Seed.of(5).random();
    RandAugment policy = new RandAugment(2, 9, 0.5, List.of(Filter.BILINEAR, Filter.BICUBIC));
    List<List<RandAugment.Step>> draws =
        Stream.generate(() -> policy.steps(random)).limit(50_000).toList();
    JsonNode shares = statistics.get("share_with_0_1_2_ops");
    for (int i = 0; i < shares.size(); i++) {
      int count = i;
      double share =
          draws.stream().filter(steps -> steps.size() == count).count() / (double) draws.size();
      assertThat(share).isCloseTo(shares.get(i).asDouble(), within(Quantiles.DISTANCE));
    }
    List<RandAugment.Step> steps = draws.stream().flatMap(List::stream).toList();
    Quantiles.assertSameLaw(
        "magnitude",
        steps.stream().mapToDouble(RandAugment.Step::magnitude).toArray(),
        statistics.get("magnitude"));
    for (RandAugmentOp op : RandAugmentOp.values()) {
      assertThat(steps.stream().filter(step -> step.op() == op).count() / (double) steps.size())
          .isCloseTo(1.0 / RandAugmentOp.values().length, within(0.01));
    }
    assertThat(steps.stream().mapToInt(RandAugment.Step::sign).average().orElseThrow())
        .isCloseTo(0, within(0.03));
    assertThat(
            steps.stream().filter(step -> step.filter() == Filter.BICUBIC).count()
                / (double) steps.size())
        .isCloseTo(0.5, within(0.02));
  }

  private static Stream<String> names() {
    return Stream.of(RandAugmentOp.values())
        .map(op -> CaseFormat.UPPER_UNDERSCORE.to(CaseFormat.UPPER_CAMEL, op.name()));
  }

  private static RandAugmentOp op(JsonNode entry) {
    return RandAugmentOp.valueOf(
        CaseFormat.UPPER_CAMEL.to(CaseFormat.UPPER_UNDERSCORE, entry.get("op").asText()));
  }

  /** Operations that do not resample get either filter. */
  private static Filter filter(JsonNode entry) {
    String name = entry.get("resample").asText();
    return name.equals("none") ? Filter.BILINEAR : Filter.valueOf(name.toUpperCase(Locale.ROOT));
  }
}
