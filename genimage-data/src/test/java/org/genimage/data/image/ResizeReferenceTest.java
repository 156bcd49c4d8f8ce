package org.genimage.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.genimage.data.Seed;
import org.genimage.data.reference.ReferenceData;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Resize and crop, held against Pillow, torchvision and timm. */
@Tag("reference")
class ResizeReferenceTest {

  private static final Pattern SHORT_AND_CROP = Pattern.compile("short(\\d+)_crop(\\d+)");
  private static final Pattern DIRECT = Pattern.compile("direct(\\d+)");

  private final RandomGenerator random = Seed.of(1).random();

  @Test
  void resize_everyFilter_equalsPillow() {
    PreprocessingFixture fixture = PreprocessingFixture.of("resize.safetensors");
    assertThat(fixture.keys()).isNotEmpty();
    for (String key : fixture.keys()) {
      String[] parts = key.split("/");
      Image image = PreprocessingFixture.decoded(parts[0]);
      Filter filter = filter(parts[1]);
      Matcher direct = DIRECT.matcher(parts[2]);
      if (direct.matches()) {
        int size = Integer.parseInt(direct.group(1));
        fixture.assertEqual(key, Transforms.resize(size, size, filter).apply(image, random));
      } else {
        Matcher sizes = SHORT_AND_CROP.matcher(parts[2]);
        assertThat(sizes.matches()).as(key).isTrue();
        Transform resize = Transforms.resizeShorterSide(Integer.parseInt(sizes.group(1)), filter);
        Transform crop = Transforms.centerCrop(Integer.parseInt(sizes.group(2)));
        fixture.assertEqual(key, resize.then(crop).apply(image, random));
        fixture.assertEqual(key, crop.apply(resize.apply(image, random), random));
      }
    }
  }

  @Test
  void resizeShorterSide_longerSide_isTorchvisions() {
    for (JsonNode entry : ReferenceData.json("preprocessing/resize.json").get("entries")) {
      Image image = PreprocessingFixture.decoded(entry.get("image").asText());
      int width = entry.get("short256_width").asInt();
      int height = entry.get("short256_height").asInt();
      Filter filter = filter(entry.get("filter").asText());
      Transform resize = Transforms.resizeShorterSide(Math.min(width, height), filter);
      Image resized = resize.apply(image, random);
      assertThat(resized.width()).isEqualTo(width);
      assertThat(resized.height()).isEqualTo(height);
    }
  }

  @Test
  void evaluationTransforms_beforeNormalisation_equalTimms() {
    PreprocessingFixture fixture = PreprocessingFixture.of("eval.safetensors");
    JsonNode settings = ReferenceData.json("preprocessing/eval.json");
    assertThat(settings.get("entries")).isNotEmpty();
    for (JsonNode entry : settings.get("entries")) {
      String name = entry.get("image").asText();
      String prefix = name + "/" + entry.get("transform").asText();
      String key = prefix + "/uint8_hwc";
      String normalised = prefix + "/float32_chw";
      Filter filter = filter(entry.get("filter").asText());
      int shorterSide = entry.get("resized_short_side").asInt();
      Image result =
          Transforms.resizeShorterSide(shorterSide, filter)
              .then(Transforms.centerCrop(fixture.width()))
              .apply(PreprocessingFixture.decoded(name), random);
      if (fixture.keys().contains(key)) {
        fixture.assertEqual(key, result);
      }
      if (fixture.keys().contains(normalised)) {
        assertNormalised(fixture.floats(normalised), settings, result);
      }
      assertChannelStatistics(settings, entry, result);
    }
  }

  /** Compares {@code [channel, row, column]}. */
  private static void assertNormalised(float[] expected, JsonNode settings, Image image) {
    int pixels = image.width() * image.height();
    for (int i = 0; i < expected.length; i++) {
      int c = i / pixels;
      double level = image.value(i % image.width(), i % pixels / image.width(), c) / 255.0;
      double mean = settings.get("mean").get(c).asDouble();
      double std = settings.get("std").get(c).asDouble();
      if (Math.abs((level - mean) / std - expected[i]) > 1e-6) {
        assertThat((level - mean) / std).isCloseTo(expected[i], within(1e-6));
      }
    }
  }

  private static void assertChannelStatistics(JsonNode settings, JsonNode entry, Image image) {
    byte[] rgb = image.rgb();
    for (int c = 0; c < 3; c++) {
      double mean = settings.get("mean").get(c).asDouble();
      double std = settings.get("std").get(c).asDouble();
      double sum = 0;
      double squares = 0;
      for (int i = c; i < rgb.length; i += 3) {
        double value = ((rgb[i] & 0xff) / 255.0 - mean) / std;
        sum += value;
        squares += value * value;
      }
      int n = rgb.length / 3;
      double deviation = Math.sqrt(squares / n - sum / n * (sum / n));
      assertThat(sum / n).isCloseTo(entry.get("channel_mean").get(c).asDouble(), within(1e-6));
      assertThat(deviation).isCloseTo(entry.get("channel_std").get(c).asDouble(), within(1e-6));
    }
  }

  /** Sums over all values of a ramp resized by Pillow 12.3. */
  @ParameterizedTest
  @CsvSource({
    "BILINEAR, 341, 256, 33401502",
    "BICUBIC, 341, 256, 33401475",
    "BICUBIC, 313, 235, 28145883",
    "BICUBIC, 299, 299, 34207364"
  })
  void resize_ramp_hasPillowsSum(Filter filter, int width, int height, long sum) {
    Image resized = Transforms.resize(width, height, filter).apply(ramp(), random);
    assertThat(sum(resized)).isEqualTo(sum);
  }

  /** Single pixels of the same. */
  @ParameterizedTest
  @CsvSource({
    "BILINEAR, 341, 256, 0, 0, 2, 42, 82",
    "BILINEAR, 341, 256, 200, 100, 11, 51, 91",
    "BICUBIC, 341, 256, 0, 0, 0, 40, 80",
    "BICUBIC, 341, 256, 200, 100, 10, 50, 90",
    "BICUBIC, 299, 299, 200, 100, 25, 65, 105"
  })
  void resize_ramp_hasPillowsPixels(
      Filter filter, int width, int height, int x, int y, int red, int green, int blue) {
    Image resized = Transforms.resize(width, height, filter).apply(ramp(), random);
    assertThat(resized.value(x, y, 0)).isEqualTo(red);
    assertThat(resized.value(x, y, 1)).isEqualTo(green);
    assertThat(resized.value(x, y, 2)).isEqualTo(blue);
  }

  /** A ramp resized by OpenCV 5.0. */
  @Test
  void resizeOpenCv_ramp_isOpenCvs() {
    Image small = Transforms.resizeOpenCv(256, 256).apply(ramp(), random);
    assertThat(sum(small)).isEqualTo(25050714);
    assertThat(pixel(small, 0, 0)).containsExactly(1, 41, 81);
    assertThat(pixel(small, 128, 128)).containsExactly(71, 111, 151);

    Image upAgain =
        Transforms.resizeOpenCv(64, 64)
            .then(Transforms.resizeOpenCv(512, 512))
            .apply(ramp(), random);
    assertThat(sum(upAgain)).isEqualTo(100109489);
    assertThat(pixel(upAgain, 0, 0)).containsExactly(17, 57, 97);
    assertThat(pixel(upAgain, 200, 100)).containsExactly(220, 32, 72);
  }

  private static long sum(Image image) {
    long sum = 0;
    for (byte value : image.rgb()) {
      sum += value & 0xff;
    }
    return sum;
  }

  private static int[] pixel(Image image, int x, int y) {
    return new int[] {image.value(x, y, 0), image.value(x, y, 1), image.value(x, y, 2)};
  }

  private static Image ramp() {
    int width = 400;
    int height = 300;
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (3 * (i / 3 % width) + 5 * (i / 3 / width) + 40 * (i % 3));
    }
    return Image.of(width, height, rgb);
  }

  private static Filter filter(String name) {
    return Filter.valueOf(name.toUpperCase(Locale.ROOT));
  }
}
