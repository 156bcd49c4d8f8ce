package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.genimage.data.image.Image;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.data.reference.ReferenceArray;
import org.genimage.data.reference.ReferenceData;
import org.genimage.models.internal.KeyFit;
import org.genimage.models.nn.Parameter;
import org.genimage.models.small.SmallDetectors;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What nobody should send, and some do: a defined score, or one clear sentence. */
class BadInputTest {

  private static final Map<String, List<Parameter>> ENTRIES = new ConcurrentHashMap<>();

  private static final Blueprint TINY = DetectorTest.TINY;
  private static final int PNG_WIDTH = 16;

  private static Detector detector;

  @TempDir private Path folder;

  @BeforeAll
  static void load() {
    detector = TINY.load(TINY.initialWeights(3));
  }

  @AfterAll
  static void close() {
    detector.close();
  }

  @ParameterizedTest
  @Tag("reference")
  @ValueSource(
      strings = {
        "png_grey.png",
        "png_bilevel.png",
        "png_grey16.png",
        "png_grey_alpha.png",
        "png_rgba.png",
        "png_rgb16.png",
        "png_palette.png",
        "png_palette_transparent.png",
        "png_named_jpeg.JPEG",
        "jpeg_grey_q75.jpg"
      })
  void score_ofAnyKindOfPixels_isThatOfPillowsRgb(String name) throws IOException {
    Path file = Files.write(folder.resolve(name), ReferenceData.bytes("images/" + name));

    assertThat(detector.score(file)).isEqualTo(detector.score(decoded(name)));
  }

  /** Four components: decoders differ by two levels. */
  @ParameterizedTest
  @Tag("reference")
  @ValueSource(strings = {"jpeg_cmyk_adobe_q95.jpg", "jpeg_ycck_adobe_q95.jpg"})
  void score_ofCmyk_isNearThatOfPillowsRgb(String name) {
    byte[] encoded = ReferenceData.bytes("images/" + name);

    assertThat(detector.score(encoded)).isCloseTo(detector.score(decoded(name)), within(0.01));
  }

  private static Image decoded(String name) {
    ReferenceArray array = ReferenceData.arrays("images/decode.safetensors").get(name);
    return Image.of(array.shape().get(1), array.shape().get(0), array.bytes());
  }

  @ParameterizedTest
  @Tag("reference")
  @ValueSource(
      strings = {
        "bad_truncated.jpg",
        "bad_truncated.png",
        "bad_flipped_byte.png",
        "bad_random_bytes.jpg",
        "bad_text.png",
        "bad_zero_bytes.png",
        "bad_claims_60000x60000.png",
        "bad_claims_65000x65000.jpg"
      })
  void score_ofABrokenFile_saysWhich(String name) throws IOException {
    byte[] encoded = ReferenceData.bytes("images/" + name);
    Path file = Files.write(folder.resolve(name), encoded);

    assertThatThrownBy(() -> detector.score(file))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageStartingWith(file + ": expected a");
    assertThatThrownBy(() -> detector.score(new ByteArrayInputStream(encoded)))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageStartingWith("encoded image: expected a");
  }

  /** Pillow's limit. A decoder that believed the header would need minutes for so many. */
  @Test
  @Timeout(20)
  void score_ofAFileThatClaimsToBeHuge_isRefusedBeforeMemoryIsTaken() throws IOException {
    byte[] png = claiming(DetectorTest.noise(9, 9, 1).toPng(), 20_000, 20_000);
    byte[] jpeg = jpegClaiming(20_000, 20_000);
    for (int i = 0; i < 200; i++) {
      byte[] encoded = i % 2 == 0 ? png : jpeg;
      assertThatThrownBy(() -> detector.score(encoded))
          .isInstanceOf(UnreadableImageException.class)
          .hasMessageContaining("image of at most 178956970 pixels")
          .hasMessageContaining("a header that claims 20000x20000");
    }
  }

  /** Returns the file with other sides in its first chunk, whose checksum is right. */
  private static byte[] claiming(byte[] png, int width, int height) {
    ByteBuffer bytes = ByteBuffer.wrap(png.clone());
    bytes.putInt(PNG_WIDTH, width).putInt(PNG_WIDTH + 4, height);
    CRC32 checksum = new CRC32();
    checksum.update(bytes.array(), PNG_WIDTH - 4, 17);
    bytes.putInt(PNG_WIDTH + 13, (int) checksum.getValue());
    return bytes.array();
  }

  private static byte[] jpegClaiming(int width, int height) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(DetectorTest.noise(16, 16, 1).toBufferedImage(), "jpeg", out);
    ByteBuffer bytes = ByteBuffer.wrap(out.toByteArray());
    int frame = 0;
    while (bytes.getChar(frame) != 0xffc0) {
      frame++;
    }
    bytes.putChar(frame + 5, (char) height).putChar(frame + 7, (char) width);
    return bytes.array();
  }

  /** Each detector makes its input of a single pixel and of the thinnest image. */
  @ParameterizedTest
  @MethodSource("contracts")
  void prepare_imageOfOnePixel_isTheDetectorsInput(InputContract input) {
    for (int[] sides : new int[][] {{1, 1}, {1, 20_000}, {20_000, 1}, {2, 3}}) {
      byte[] rgb = new byte[3 * sides[0] * sides[1]];
      Arrays.fill(rgb, (byte) 200);

      Image prepared = input.prepare(Image.of(sides[0], sides[1], rgb));

      assertThat(prepared.width()).isEqualTo(input.side());
      assertThat(prepared.height()).isEqualTo(input.side());
      int centre = input.resize() instanceof Resize.None && sides[0] == 2 ? 0 : 200;
      int half = input.side() / 2;
      assertThat(Math.max(prepared.value(half, half, 0), prepared.value(half - 1, half - 1, 0)))
          .isGreaterThanOrEqualTo(centre);
    }
  }

  static Stream<InputContract> contracts() {
    return SmallDetectors.shallow().stream().map(Blueprint::input).distinct();
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 20000", "20000, 1"})
  void score_ofOnePixel_isANumber(int width, int height) throws IOException {
    double score = detector.score(DetectorTest.noise(width, height, 1).toPng());

    assertThat(score).isStrictlyBetween(0.0, 1.0);
  }

  static Stream<Blueprint> all() {
    return SmallDetectors.shallow().stream();
  }

  /** Without metadata it is keys and shapes that tell; with it, the name. */
  @ParameterizedTest
  @MethodSource("all")
  void load_weightsOfEveryOtherDetector_isRefused(Blueprint source) {
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    for (Parameter entry : entries(source)) {
      if (entry.role().required()) {
        arrays.put(entry.key(), WeightArray.of(entry.shape(), new float[entry.size()]));
      }
    }
    Weights weights = Weights.of(arrays);
    for (Blueprint target : SmallDetectors.shallow()) {
      if (!target.name().equals(source.name())) {
        KeyFit fit = KeyFit.of(entries(target), weights);
        assertThatThrownBy(() -> fit.verify(target.name(), "load others"))
            .as("%s into %s", source.name(), target.name())
            .isInstanceOf(WeightsException.class)
            .message()
            .startsWith("weights do not fit " + target.name() + ": of ")
            .satisfies(message -> namesEveryKind(message, fit))
            .hasSizeLessThan(8000);
        assertThatThrownBy(() -> target.load(source.describe(weights)))
            .isInstanceOf(WeightsException.class)
            .hasMessage(
                "expected weights of %s, found weights of %s; load them into that detector"
                    .formatted(target.name(), source.name()));
      }
    }
  }

  /** To ask for them takes time, and every pair of detectors needs them. */
  private static List<Parameter> entries(Blueprint blueprint) {
    return ENTRIES.computeIfAbsent(blueprint.name(), name -> blueprint.entries());
  }

  private static void namesEveryKind(String message, KeyFit fit) {
    assertNamed(message, " missing: ", fit.missing());
    assertNamed(message, " unexpected: ", fit.unexpected());
    assertNamed(message, " of another shape: ", fit.misshapen());
    assertThat(fit.missing().size() + fit.unexpected().size() + fit.misshapen().size())
        .isPositive();
  }

  private static void assertNamed(String message, String kind, List<String> keys) {
    if (keys.isEmpty()) {
      assertThat(message).doesNotContain(kind);
    } else {
      assertThat(message).contains(keys.size() + kind + keys.get(0));
    }
  }

  @Test
  void load_truncatedWeights_saysWhichFile() throws IOException {
    Path whole = folder.resolve("tiny.safetensors");
    TINY.initialWeights(3).write(whole);
    byte[] bytes = Files.readAllBytes(whole);
    for (int length : new int[] {0, 7, 8, 100, bytes.length - 1}) {
      Path cut = Files.write(folder.resolve("cut.safetensors"), Arrays.copyOf(bytes, length));

      assertThatThrownBy(() -> TINY.load(cut))
          .isInstanceOf(WeightsException.class)
          .hasMessageStartingWith(cut + ": expected a");
    }
  }
}
