package org.genimage.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.io.ByteSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.genimage.data.Seed;
import org.genimage.data.reference.ReferenceData;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** JPEG, blur and low resolution, held against Pillow, OpenCV and SciPy. */
@Tag("reference")
class DegradationReferenceTest {

  private static final PreprocessingFixture FIXTURE =
      PreprocessingFixture.of("degrade.safetensors");

  private final RandomGenerator random = Seed.of(1).random();

  @Test
  void degradations_everyArray_isEqual() {
    assertThat(FIXTURE.keys()).isNotEmpty();
    for (String key : FIXTURE.keys()) {
      String[] parts = key.split("/"); // image / kind / library or filter / setting
      Image image = PreprocessingFixture.decoded(parts[0]);
      String kind = parts[1].replaceAll("\\d+$", "");
      Image result =
          switch (kind) {
            case "jpeg" -> Transforms.jpeg((int) number(parts[3])).apply(image, random);
            case "blur" -> blur(parts[2], number(parts[3])).apply(image, random);
            case "lowres" -> lowResolution(image, (int) number(parts[1]), parts[2], parts[3]);
            default -> throw new AssertionError("no transform is " + key);
          };
      FIXTURE.assertEqual(key, result);
    }
  }

  private static Transform blur(String library, double sigma) {
    return switch (library) {
      case "scipy_uint8" -> Transforms.gaussianBlur(sigma);
      case "scipy_float_rounded" -> Transforms.gaussianBlurRounded(sigma);
      case "opencv" -> Transforms.gaussianBlurOpenCv(sigma);
      default -> throw new AssertionError("no blur is " + library);
    };
  }

  private Image lowResolution(Image image, int side, String name, String direction) {
    Filter filter = Filter.valueOf(name.toUpperCase(Locale.ROOT));
    Image small = Transforms.lowResolution(side, filter).apply(image, random);
    return direction.equals("down")
        ? small
        : Transforms.resize(image.width(), image.height(), filter).apply(small, random);
  }

  private static double number(String text) {
    return Double.parseDouble(text.replaceAll("^[a-z]+", ""));
  }

  @Test
  void jpeg_file_hasTheTablesAndSamplingOfPillowAndOpenCv() {
    JsonNode entries = ReferenceData.json("preprocessing/degrade.json").get("jpeg");
    assertThat(entries).isNotEmpty();
    for (JsonNode entry : entries) {
      Image image = PreprocessingFixture.decoded(entry.get("image").asText());
      byte[] file = NativeCodec.encodeJpeg(image, entry.get("quality").asInt());

      JpegHeader header = JpegHeader.of(file);

      entry
          .get("quantization")
          .properties()
          .forEach(
              table ->
                  assertThat(header.tables().get(Integer.parseInt(table.getKey())))
                      .isEqualTo(ints(table.getValue())));
      assertThat(header.sampling()).isEqualTo(lists(entry.get("sampling_h_v_per_component")));
      Image decoded = Image.read("file.jpg", ByteSource.wrap(file));
      assertThat(psnr(image, decoded)).isCloseTo(entry.get("psnr").asDouble(), within(1e-9));
    }
  }

  /** A pattern of 16 pixels, blurred by SciPy 1.17. */
  @Test
  void gaussianBlur_pattern_isSciPys() {
    byte[] rgb = new byte[3 * 16 * 16];
    for (int i = 0; i < rgb.length; i++) {
      int x = i / 3 % 16;
      int y = i / 3 / 16;
      rgb[i] = (byte) (3 * x * x + 7 * x * y + 11 * y);
    }
    Image blurred = Transforms.gaussianBlur(1.5).apply(Image.of(16, 16, rgb), random);

    assertThat(row(blurred, 0)).containsExactly(16, 24, 37, 57, 79, 101);
    assertThat(row(blurred, 5)).containsExactly(85, 101, 122, 135, 133, 126);
    long sum = 0;
    for (byte value : blurred.rgb()) {
      sum += value & 0xff;
    }
    assertThat(sum).isEqualTo(3 * 31687);
  }

  /** Flat images show the last bit of the sum of the weights. */
  @ParameterizedTest
  @CsvSource({
    "1.9, 255, 253",
    "1.9, 200, 198",
    "1.9, 128, 126",
    "1.9, 77, 77",
    "1.9, 37, 36",
    "2.5, 255, 253",
    "2.5, 200, 198",
    "2.5, 128, 126",
    "2.5, 77, 75",
    "2.5, 37, 35",
    "1.0, 37, 37",
    "0.5, 77, 77",
    "1.75, 255, 255",
    "3.0, 255, 255"
  })
  void gaussianBlur_flatImage_isSciPys(double sigma, int level, int expected) {
    byte[] rgb = new byte[3 * 64 * 64];
    Arrays.fill(rgb, (byte) level);
    Image blurred = Transforms.gaussianBlur(sigma).apply(Image.of(64, 64, rgb), random);

    for (byte value : blurred.rgb()) {
      assertThat(value & 0xff).isEqualTo(expected);
    }
  }

  private static List<Integer> row(Image image, int y) {
    List<Integer> values = new ArrayList<>();
    for (int x = 0; x < 6; x++) {
      values.add(image.value(x, y, 1));
    }
    return values;
  }

  private static double psnr(Image image, Image other) {
    double squares = 0;
    for (int i = 0; i < image.rgb().length; i++) {
      int difference = (image.rgb()[i] & 0xff) - (other.rgb()[i] & 0xff);
      squares += difference * difference;
    }
    return 10 * Math.log10(255 * 255 / (squares / image.rgb().length));
  }

  private static List<Integer> ints(JsonNode array) {
    List<Integer> values = new ArrayList<>();
    array.forEach(value -> values.add(value.asInt()));
    return values;
  }

  private static List<List<Integer>> lists(JsonNode array) {
    List<List<Integer>> values = new ArrayList<>();
    array.forEach(value -> values.add(ints(value)));
    return values;
  }
}
