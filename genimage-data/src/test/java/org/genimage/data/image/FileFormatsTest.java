package org.genimage.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.io.ByteSource;
import com.google.common.io.Resources;
import com.google.common.primitives.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import org.genimage.data.image.Decoding.Orientation;
import org.genimage.data.image.Decoding.Truncated;
import org.genimage.data.reference.ReferenceData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One small file of each kind, held against Pillow; {@code formats/make.py} writes them. */
class FileFormatsTest {

  private static final JsonNode EXPECTED = json();

  @ParameterizedTest
  @MethodSource("files")
  void read_everyKind_equalsPillow(String file) {
    JsonNode expected = EXPECTED.get(file);
    if (expected.has("error")) {
      assertThatThrownBy(() -> read(file, Decoding.PILLOW))
          .isInstanceOf(UnreadableImageException.class)
          .hasMessageStartingWith(file + ": expected a complete ");
    } else if (expected.has("refused")) { // as Pillow would not read it
      assertThatThrownBy(() -> read(file, Decoding.PILLOW))
          .isInstanceOf(UnreadableImageException.class)
          .hasMessageStartingWith(file + ": expected a complete ")
          .hasMessageContaining(expected.get("refused").asText() + ", which ");
    } else {
      assertEqual(read(file, Decoding.PILLOW), expected);
      Decoding upright = Decoding.PILLOW.orientation(Orientation.APPLIED);
      assertEqual(read(file, upright), expected.get("upright"));
    }
  }

  @ParameterizedTest
  @MethodSource("filesToDamage")
  void read_damagedFile_isReadOrRefused(String file) {
    byte[] whole = bytes(file);
    for (int i = 1; i <= 12; i++) {
      readOrRefuse(Arrays.copyOf(whole, whole.length * i / 13));
      byte[] changed = whole.clone();
      changed[whole.length * i / 13] ^= (byte) (1 << i % 8);
      readOrRefuse(changed);
      changed = whole.clone();
      changed[Math.min(4 * i, whole.length - 1)] = (byte) 255;
      readOrRefuse(changed);
    }
  }

  /** Few JPEG files: libjpeg prints a line for each. */
  private static Stream<String> filesToDamage() {
    return files()
        .filter(file -> !file.matches("jpeg.*[^6].jpg|.*orientation[^6].*|jpeg_cmyk_.*_.*"));
  }

  private static void readOrRefuse(byte[] file) {
    for (Truncated truncated : Truncated.values()) {
      try {
        Image.read("file", ByteSource.wrap(file), Decoding.PILLOW.truncated(truncated));
      } catch (UnreadableImageException e) {
        assertThat(e.getMessage()).startsWith("file: expected ").hasLineCount(1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bmp_24.bmp",
        "gif_palette.gif",
        "tiff_raw.tif",
        "png_rgba16.png",
        "jpeg_411.jpg",
        "webp_q80_m6.webp",
        "webp_animated_lossy.webp"
      })
  void read_moreThanTheLimit_isRefused(String file) {
    Image image = read(file, Decoding.PILLOW);
    int pixels = image.width() * image.height();

    assertThat(read(file, Decoding.PILLOW.maxPixels(pixels)).rgb()).isEqualTo(image.rgb());
    assertThatThrownBy(() -> read(file, Decoding.PILLOW.maxPixels(pixels - 1)))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageMatching(
            "%s: expected a \\w+ image of at most %s pixels, found a header that claims %sx%s; .+"
                .formatted(file, pixels - 1, image.width(), image.height()));
  }

  @Test
  void maxPixels_moreThanAnArrayHolds_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Decoding.PILLOW.maxPixels(1_000_000_000))
        .withMessage("largest number of pixels must be from 1 to 715827882, got 1000000000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"webp_q80_m6.webp", "tiff_jpeg.tif", "jpeg_cmyk_420.jpg"})
  void read_manyThreads_agree(String file) {
    byte[] expected = read(file, Decoding.PILLOW).rgb();

    assertThat(IntStream.range(0, 100).parallel().mapToObj(i -> read(file, Decoding.PILLOW).rgb()))
        .allMatch(rgb -> Arrays.equals(rgb, expected));
  }

  @Test
  void read_allFormats_leavesTheApplicationsImageReadersAlone() {
    List<Object> before = registered();
    files()
        .filter(file -> EXPECTED.get(file).has("upright"))
        .forEach(file -> read(file, Decoding.PILLOW));

    assertThat(registered()).isEqualTo(before);
  }

  private static List<Object> registered() {
    List<Object> readers = new ArrayList<>();
    Iterator<ImageReaderSpi> all =
        IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, true);
    all.forEachRemaining(readers::add);
    return readers;
  }

  private static void assertEqual(Image image, JsonNode expected) {
    assertThat(image.width()).isEqualTo(expected.get("width").asInt());
    assertThat(image.height()).isEqualTo(expected.get("height").asInt());
    assertThat(ReferenceData.sha256(image.rgb())).isEqualTo(expected.get("sha256").asText());
  }

  private static Stream<String> files() {
    return StreamSupport.stream(((Iterable<String>) EXPECTED::fieldNames).spliterator(), false);
  }

  private static Image read(String file, Decoding decoding) {
    return Image.read(file, ByteSource.wrap(bytes(file)), decoding);
  }

  private static byte[] bytes(String file) {
    try {
      return Resources.toByteArray(Resources.getResource("formats/" + file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode json() {
    try {
      return new ObjectMapper().readTree(bytes("expected.json"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void read_ppm_isAsWritten() {
    byte[] rgb = {10, 10, 32, -1, 0, 7};
    for (String header : List.of("P6\n1 2\n255\n", "P6 1\t2 255 ", "P6\n# 9 9\n1 #\n2\n255\n")) {
      byte[] file = Bytes.concat(header.getBytes(StandardCharsets.US_ASCII), rgb);
      Image image = Image.read("a.ppm", ByteSource.wrap(file));

      assertThat(image.rgb()).isEqualTo(rgb);
      assertThat(image.height()).isEqualTo(2);
      assertThatThrownBy(
              () -> Image.read("a.ppm", ByteSource.wrap(Arrays.copyOf(file, file.length - 1))))
          .isInstanceOf(UnreadableImageException.class)
          .hasMessageContaining("fewer pixels than its header claims");
    }
    for (String header :
        List.of("P6\n1 2\n65535\n", "P6\n99999 99999\n255\n", "P6\nx", "P6\n0 2\n255\n")) {
      assertThatThrownBy(
              () ->
                  Image.read("a.ppm", ByteSource.wrap(header.getBytes(StandardCharsets.US_ASCII))))
          .isInstanceOf(UnreadableImageException.class)
          .hasMessageStartingWith("a.ppm: expected a ");
    }
  }

  @ParameterizedTest
  @MethodSource("reducedFiles")
  void read_reduced_equalsPillowsDraft(String file) {
    int shorter = EXPECTED.get(file).get("height").asInt();
    for (int i = 0; i < 4; i++) {
      JsonNode expected = EXPECTED.get(file).get("reduced").get(i);
      int least = expected.get("height").asInt();
      int tooLarge =
          i == 0 ? shorter + 1 : EXPECTED.get(file).get("reduced").get(i - 1).get("height").asInt();

      assertEqual(read(file, Decoding.PILLOW.reduced(least)), expected);
      if (i > 0) {
        assertThat(read(file, Decoding.PILLOW.reduced(least + 1)).height()).isEqualTo(tooLarge);
      } else {
        assertEqual(read(file, Decoding.PILLOW.reduced(tooLarge)), expected);
      }
    }
  }

  private static Stream<String> reducedFiles() {
    return files().filter(file -> EXPECTED.get(file).has("reduced"));
  }
}
