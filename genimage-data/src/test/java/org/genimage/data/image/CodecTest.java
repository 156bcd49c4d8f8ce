package org.genimage.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.io.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.genimage.data.image.Decoding.Truncated;
import org.genimage.data.reference.ReferenceArray;
import org.genimage.data.reference.ReferenceData;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("reference")
class CodecTest {

  private static final Map<String, ReferenceArray> PILLOW =
      ReferenceData.arrays("images/decode.safetensors");

  @ParameterizedTest
  @MethodSource("soundFiles")
  void read_soundFile_equalsPillow(JsonNode entry) {
    String file = entry.get("file").asText();

    Image image = read(file);

    assertThat(List.of(image.height(), image.width(), 3)).isEqualTo(PILLOW.get(file).shape());
    assertThat(ReferenceData.sha256(image.toArray())).isEqualTo(entry.get("rgb_sha256").asText());
    assertThat(Arrays.mismatch(image.toArray(), PILLOW.get(file).bytes())).isEqualTo(-1);
  }

  @ParameterizedTest
  @MethodSource("damagedFiles")
  void read_truncatedFilePadded_equalsPillow(JsonNode entry) {
    String file = entry.get("file").asText();

    Image image = read(file, Decoding.PILLOW.truncated(Truncated.PADDED));

    ReferenceArray expected = PILLOW.get("lenient/" + file);
    assertThat(List.of(image.height(), image.width(), 3)).isEqualTo(expected.shape());
    assertThat(Arrays.mismatch(image.toArray(), expected.bytes())).isEqualTo(-1);
  }

  @ParameterizedTest
  @MethodSource("lostFiles")
  void read_hopelessFilePadded_isRefused(JsonNode entry) {
    String file = entry.get("file").asText();

    assertThatThrownBy(() -> read(file, Decoding.PILLOW.truncated(Truncated.PADDED)))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageMatching("\\Q" + file + "\\E: expected .+, found .+; .+");
  }

  @ParameterizedTest
  @MethodSource("badFiles")
  void read_badFile_saysWhatWasExpectedAndFound(JsonNode entry) {
    String file = entry.get("file").asText();

    assertThatThrownBy(() -> read(file))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageMatching("\\Q" + file + "\\E: expected .+, found .+; .+")
        .message()
        .hasLineCount(1);
  }

  @Test
  void read_headerThatClaimsTooMuch_isRefusedFromTheHeader() {
    assertThatThrownBy(() -> read("bad_claims_60000x60000.png"))
        .hasMessageContaining("at most 178956970 pixels, found a header that claims 60000x60000");
    assertThatThrownBy(() -> read("bad_claims_65000x65000.jpg"))
        .hasMessageContaining("at most 178956970 pixels, found a header that claims 65000x65000");
  }

  @Test
  void read_pngSidesWhoseProductOverflows_isRefused() {
    byte[] file = bytes("png_rgb.png");
    ByteBuffer.wrap(file).putInt(16, -1).putInt(20, -1);

    assertThatThrownBy(() -> Image.read("huge", ByteSource.wrap(file)))
        .hasMessageContaining("claims 4294967295x4294967295");
  }

  @Test
  void read_everyPrefixOfAHeader_isUnreadable() {
    for (String name : List.of("jpeg_420_q75.jpg", "png_rgb.png")) {
      byte[] file = bytes(name);
      for (int length = 0; length < 700; length += 23) {
        ByteSource prefix = ByteSource.wrap(Arrays.copyOf(file, length));
        assertThatThrownBy(() -> Image.read(name, prefix))
            .isInstanceOf(UnreadableImageException.class);
      }
    }
  }

  @Test
  void read_missingFile_saysCheckThePath(@TempDir Path folder) {
    Path file = folder.resolve("none.png");

    assertThatThrownBy(() -> Image.read(file))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessage(file + ": expected an image file, found no file there; check the path");
  }

  @Test
  void read_folder_isUnreadable(@TempDir Path folder) {
    assertThatThrownBy(() -> Image.read(folder))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageStartingWith(folder + ": expected a readable image file, found an error");
  }

  @Test
  void read_path_readsTheFile(@TempDir Path folder) throws IOException {
    Path file = Files.write(folder.resolve("called.txt"), bytes("png_grey.png"));

    assertThat(Image.read(file).toArray()).isEqualTo(PILLOW.get("png_grey.png").bytes());
  }

  @Test
  void read_manyThreads_agree() {
    byte[] file = bytes("jpeg_420_q75.jpg");
    byte[] expected = PILLOW.get("jpeg_420_q75.jpg").bytes();

    assertThat(
            IntStream.range(0, 200)
                .parallel()
                .mapToObj(i -> Image.read("image", ByteSource.wrap(file)).toArray()))
        .allMatch(rgb -> Arrays.equals(rgb, expected));
  }

  private static Stream<JsonNode> soundFiles() {
    return entries("ok");
  }

  private static Stream<JsonNode> badFiles() {
    return entries("error");
  }

  private static Stream<JsonNode> damagedFiles() {
    return entries("error").filter(entry -> entry.get("lenient").has("width"));
  }

  private static Stream<JsonNode> lostFiles() {
    return entries("error").filter(entry -> !entry.get("lenient").has("width"));
  }

  private static Stream<JsonNode> entries(String outcome) {
    JsonNode images = ReferenceData.json("images/decode.json").get("images");
    return StreamSupport.stream(images.spliterator(), false)
        .filter(entry -> entry.get("outcome").asText().equals(outcome));
  }

  private static Image read(String file) {
    return Image.read(file, ByteSource.wrap(bytes(file)));
  }

  private static Image read(String file, Decoding decoding) {
    return Image.read(file, ByteSource.wrap(bytes(file)), decoding);
  }

  private static byte[] bytes(String file) {
    return ReferenceData.bytes("images/" + file);
  }
}
