package org.genimage.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.genimage.data.Seed;
import org.genimage.data.reference.ReferenceData;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The laws of rectangles, held against draws of timm. */
@Tag("reference")
class SamplingReferenceTest {

  private static final int DRAWS = 50_000;
  private static final String TOUCHED = "touched_share_at_probability_";

  private final JsonNode sampling = ReferenceData.json("preprocessing/sampling.json");
  private final RandomGenerator random = Seed.of(11).random();

  @Test
  void randomErasing_rectangles_followTimmsLaw() {
    JsonNode expected = sampling.get("random_erasing");
    double size = expected.get("size").asInt();
    RandomErasing erasing = RandomErasing.of(expected.get("probability").asDouble());
    List<Box> boxes =
        Stream.generate(() -> erasing.box((int) size, (int) size, random).orElseThrow())
            .limit(DRAWS)
            .toList();
    Map<String, ToDoubleFunction<Box>> statistics =
        Map.of(
            "area_fraction", box -> box.height() * box.width() / (size * size),
            "log_aspect_h_over_w", box -> Math.log((double) box.height() / box.width()),
            "height", Box::height,
            "width", Box::width,
            "top_over_free_rows", box -> box.y() / (size - box.height()),
            "left_over_free_columns", box -> box.x() / (size - box.width()));
    statistics.forEach(
        (name, statistic) ->
            Quantiles.assertSameLaw(
                name, boxes.stream().mapToDouble(statistic).toArray(), expected.get(name)));
  }

  @Test
  void randomErasing_probability_isTheShareOfTouchedImages() {
    int compared = 0;
    for (Map.Entry<String, JsonNode> entry : sampling.get("random_erasing").properties()) {
      if (entry.getKey().startsWith(TOUCHED)) {
        double probability = Double.parseDouble(entry.getKey().substring(TOUCHED.length()));
        RandomErasing erasing = RandomErasing.of(probability);
        long touched =
            Stream.generate(() -> erasing.box(64, 64, random))
                .limit(DRAWS)
                .filter(box -> box.isPresent())
                .count();
        assertThat((double) touched / DRAWS)
            .isCloseTo(entry.getValue().asDouble(), within(Quantiles.DISTANCE));
        compared++;
      }
    }
    assertThat(compared).isPositive();
  }

  @Test
  void randomResizedCrop_rectangles_followTimmsLaw() {
    RandomResizedCrop crop = new RandomResizedCrop(224, 0.08, 1, List.of(Filter.BICUBIC));
    int compared = 0;
    for (Map.Entry<String, JsonNode> entry : sampling.get("random_resized_crop").properties()) {
      if (entry.getValue().isObject()) {
        String[] sides = entry.getKey().split("x");
        int width = Integer.parseInt(sides[0]);
        int height = Integer.parseInt(sides[1]);
        List<Box> boxes =
            Stream.generate(() -> crop.box(width, height, random)).limit(DRAWS).toList();
        assertCropLaw(entry.getKey(), entry.getValue(), boxes, width, height);
        compared++;
      }
    }
    assertThat(compared).isPositive();
  }

  private static void assertCropLaw(
      String size, JsonNode expected, List<Box> boxes, double width, double height) {
    Predicate<Box> lower = box -> box.height() < height;
    Predicate<Box> narrower = box -> box.width() < width;
    assertLaw(
        size,
        "area_fraction",
        expected,
        boxes,
        box -> true,
        box -> box.height() * box.width() / (width * height));
    assertLaw(
        size,
        "log_aspect_w_over_h",
        expected,
        boxes,
        box -> true,
        box -> Math.log((double) box.width() / box.height()));
    assertLaw(
        size,
        "top_over_free_rows",
        expected,
        boxes,
        lower,
        box -> box.y() / (height - box.height()));
    assertLaw(
        size,
        "left_over_free_columns",
        expected,
        boxes,
        narrower,
        box -> box.x() / (width - box.width()));
    double fullHeight = (double) boxes.stream().filter(lower.negate()).count() / boxes.size();
    double fullWidth = (double) boxes.stream().filter(narrower.negate()).count() / boxes.size();
    assertThat(fullHeight)
        .isCloseTo(expected.get("full_height_share").asDouble(), within(Quantiles.DISTANCE));
    assertThat(fullWidth)
        .isCloseTo(expected.get("full_width_share").asDouble(), within(Quantiles.DISTANCE));
  }

  private static void assertLaw(
      String size,
      String name,
      JsonNode expected,
      List<Box> boxes,
      Predicate<Box> condition,
      ToDoubleFunction<Box> statistic) {
    double[] sample = boxes.stream().filter(condition).mapToDouble(statistic).toArray();
    Quantiles.assertSameLaw(size + " " + name, sample, expected.get(name));
  }
}
