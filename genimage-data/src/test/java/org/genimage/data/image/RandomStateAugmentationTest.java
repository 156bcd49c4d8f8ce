package org.genimage.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.genimage.data.Seed;
import org.genimage.data.reference.ReferenceData;
import org.junit.jupiter.api.Test;

/**
 * Community Forensics' operations against torchvision on Pillow: each exactly, for draws that are
 * given; the laws of the draws by statistics. The fixture and the script that makes it are in the
 * resources' {@code augmentations}.
 */
class RandomStateAugmentationTest {

  private static final int DRAWS = 10_000;
  private static final RandomStateAugmentation PUBLISHED = RandomStateAugmentation.published();
  private static final JsonNode FIXTURE = read();

  private final RandomGenerator random = Seed.of(23).random();

  private static JsonNode read() {
    try (InputStream json =
        RandomStateAugmentationTest.class.getResourceAsStream("/augmentations/states.json")) {
      return new JsonMapper().readTree(json);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void rotation_givenAngles_equalsTorchvisions() {
    assertEqual(
        "rotation", (image, c) -> AffineMap.rotation(number(c, "angle"), image).warp(image));
  }

  @Test
  void translation_givenPixels_equalsTorchvisions() {
    assertEqual(
        "translation",
        (image, c) -> RandomStateAugmentation.translate(image, whole(c, "x"), whole(c, "y")));
  }

  @Test
  void shear_givenAngles_equalsTorchvisions() {
    assertEqual(
        "shear",
        (image, c) -> RandomStateAugmentation.shear(image, number(c, "x"), number(c, "y")));
  }

  @Test
  void border_givenSidesAndGrey_equalsTorchvisions() {
    assertEqual(
        "border",
        (image, c) ->
            RandomStateAugmentation.pad(
                image,
                whole(c, "left"),
                whole(c, "top"),
                whole(c, "right"),
                whole(c, "bottom"),
                whole(c, "grey")));
  }

  @Test
  void crop_givenBoxAndAnyFilter_equalsTorchvisions() {
    assertEqual(
        "crop",
        (image, c) ->
            RandomStateAugmentation.crop(
                image,
                new Box(whole(c, "left"), whole(c, "top"), whole(c, "w"), whole(c, "h")),
                whole(c, "side"),
                whole(c, "filter")));
  }

  @Test
  void flip_equalsTorchvisions() {
    assertEqual("flip", (image, c) -> RandomStateAugmentation.flip(image));
  }

  @Test
  void rectangle_givenPlaceAndGrey_equalsTorchvisions() {
    assertEqual(
        "rectangle",
        (image, c) ->
            RandomStateAugmentation.fill(
                image,
                new Box(whole(c, "x"), whole(c, "y"), whole(c, "w"), whole(c, "h")),
                whole(c, "grey")));
  }

  private static void assertEqual(String operation, BiFunction<Image, JsonNode, Image> function) {
    assertThat(FIXTURE.get(operation)).isNotEmpty();
    for (JsonNode one : FIXTURE.get(operation)) {
      Image found = function.apply(picture(whole(one, "width"), whole(one, "height")), one);
      assertThat(List.of(found.width(), found.height()))
          .as(one.toString())
          .containsExactly(one.get("result").get(0).asInt(), one.get("result").get(1).asInt());
      assertThat(ReferenceData.sha256(found.toArray()))
          .as(one.toString())
          .isEqualTo(one.get("sha256").asText());
    }
  }

  /** Returns the fixture's picture of this size. */
  private static Image picture(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < rgb.length; i++) {
      int c = i % 3;
      int x = i / 3 % width;
      int y = i / 3 / width;
      rgb[i] = (byte) (37 * x + 91 * y + 53 * c + x * y * (c + 3) / 7);
    }
    return Image.of(width, height, rgb);
  }

  private static int whole(JsonNode one, String name) {
    return one.get(name).asInt();
  }

  private static double number(JsonNode one, String name) {
    return one.get(name).asDouble();
  }

  @Test
  void draws_followTorchvisionsLaws() {
    int width = whole(FIXTURE.get("laws"), "width");
    int height = whole(FIXTURE.get("laws"), "height");
    RandomErasing erasing =
        new RandomStateAugmentation(2, 75, 1.228, 0.9, 15, 0.1, 0.05, 1, 0.02, 0.06).rectangles();
    List<Box> erased = draws(() -> erasing.box(width, height, random).orElseThrow());
    RandomResizedCrop crops = PUBLISHED.crops(384);
    List<Box> cropped = draws(() -> crops.box(width, height, random));

    assertSameLaw("moved_right", draws(() -> PUBLISHED.pixels(width, random)), pixels -> pixels);
    assertSameLaw("moved_down", draws(() -> PUBLISHED.pixels(height, random)), pixels -> pixels);
    assertSameLaw("sheared_x", draws(() -> PUBLISHED.angle(random)), angle -> angle);
    assertSameLaw("crop_area", cropped, box -> box.width() * box.height());
    assertSameLaw("crop_width", cropped, Box::width);
    assertSameLaw("erased_area", erased, box -> box.width() * box.height());
    assertSameLaw("erased_height", erased, Box::height);
    assertThat(PUBLISHED.rectangles().probability()).isEqualTo(0.5);
  }

  @Test
  void shorterSide_isDrawnFromOnePixelMoreThanTheInputs() {
    Image image = picture(50, 70);
    Transform resize = PUBLISHED.operations(40).get(1);
    List<Integer> sides =
        Stream.generate(() -> resize.apply(image, random).width()).limit(2000).toList();

    // 40 * 1.228 = 49.12
    assertThat(sides).allSatisfy(side -> assertThat(side).isBetween(41, 49));
    for (int side = 41; side <= 49; side++) {
      int each = side;
      double share = sides.stream().filter(found -> found == each).count() / 2000.0;
      assertThat(share).as("%s", side).isCloseTo(1 / 9.0, within(0.03));
    }
  }

  @Test
  void times_areZeroOneOrTwoOfEach_inAnyOrder() {
    int[][] counts = new int[11][3];
    int[] firsts = new int[11];
    int drawn = 0;
    for (int draw = 0; draw < DRAWS; draw++) {
      List<Integer> order = PUBLISHED.draw(11, random);
      for (int operation = 0; operation < 11; operation++) {
        int each = operation;
        counts[operation][(int) order.stream().filter(found -> found == each).count()]++;
      }
      if (!order.isEmpty()) {
        firsts[order.get(0)]++;
        drawn++;
      }
    }
    for (int operation = 0; operation < 11; operation++) {
      for (int times = 0; times <= 2; times++) {
        assertThat(counts[operation][times] / (double) DRAWS).isCloseTo(1 / 3.0, within(0.02));
      }
      assertThat(firsts[operation] / (double) drawn).isCloseTo(1 / 11.0, within(0.015));
    }
  }

  @Test
  void transform_anyImageOfItsSizeOrMore_keepsTheShorterSide() {
    Transform transform = PUBLISHED.transform(32);
    for (int i = 0; i < 300; i++) {
      Image image = picture(37 + i % 20, 37 + i % 3 * 30);

      Image found = transform.apply(image, random);

      assertThat(Math.min(found.width(), found.height())).isGreaterThanOrEqualTo(32);
    }
    RandomStateAugmentation nothing =
        new RandomStateAugmentation(0, 75, 1.228, 0.9, 15, 0.1, 0.05, 0.5, 0.02, 0.06);
    Image image = picture(40, 50);
    assertThat(nothing.transform(32).apply(image, random)).isSameAs(image);
  }

  @Test
  void numbers_outOfRange_areRefused() {
    assertThatThrownBy(
            () -> new RandomStateAugmentation(-1, 75, 1.2, 0.9, 15, 0.1, 0.05, 0.5, 0.02, 0.06))
        .hasMessage("number of times must not be negative, got -1");
    assertThatThrownBy(
            () -> new RandomStateAugmentation(2, 0, 1.2, 0.9, 15, 0.1, 0.05, 0.5, 0.02, 0.06))
        .hasMessage("JPEG quality must be from 1 to 100, got 0");
    assertThatThrownBy(
            () -> new RandomStateAugmentation(2, 75, 0.5, 0.9, 15, 0.1, 0.05, 0.5, 0.02, 0.06))
        .hasMessage("largest shorter side must be from 1 to 16 times the input's, got 0.5");
    assertThatThrownBy(
            () -> new RandomStateAugmentation(2, 75, 1.2, 0, 15, 0.1, 0.05, 0.5, 0.02, 0.06))
        .hasMessage("least area of a crop must be in (0, 1], got 0.0");
    assertThatThrownBy(
            () -> new RandomStateAugmentation(2, 75, 1.2, 0.9, 90, 0.1, 0.05, 0.5, 0.02, 0.06))
        .hasMessage("largest angle must be from 0 to below 90, got 90.0");
    assertThatThrownBy(
            () -> new RandomStateAugmentation(2, 75, 1.2, 0.9, 15, 2, 0.05, 0.5, 0.02, 0.06))
        .hasMessage("largest translation must be from 0 to 1, got 2.0");
    assertThatThrownBy(
            () -> new RandomStateAugmentation(2, 75, 1.2, 0.9, 15, 0.1, -1, 0.5, 0.02, 0.06))
        .hasMessage("widest border must be from 0 to 1, got -1.0");
    assertThatThrownBy(
            () -> new RandomStateAugmentation(2, 75, 1.2, 0.9, 15, 0.1, 0.05, 2, 0.02, 0.06))
        .hasMessage("probability of a rectangle must be from 0 to 1, got 2.0");
    assertThatThrownBy(
            () -> new RandomStateAugmentation(2, 75, 1.2, 0.9, 15, 0.1, 0.05, 0.5, 0.1, 0.06))
        .hasMessage("area of a rectangle must be a range within (0, 1], got 0.1 to 0.06");
    assertThatThrownBy(() -> PUBLISHED.transform(0))
        .hasMessage("side of the input must be positive, got 0");
  }

  private static <T> List<T> draws(Supplier<T> draw) {
    return Stream.generate(draw).limit(DRAWS).toList();
  }

  private static <T> void assertSameLaw(String name, List<T> drawn, ToDoubleFunction<T> statistic) {
    double[] sample = drawn.stream().mapToDouble(statistic).toArray();
    Quantiles.assertSameLaw(name, sample, FIXTURE.get("laws").get(name));
  }
}
