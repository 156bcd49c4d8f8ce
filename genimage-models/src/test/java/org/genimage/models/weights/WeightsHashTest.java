package org.genimage.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The format version of genimage's own weights files, and the hash in them. */
class WeightsHashTest {

  private static final Weights WEIGHTS =
      Weights.of(
              arrays(
                  "b", WeightArray.of(List.of(2, 2), new float[] {1, -0f, 0.5f, 4}),
                  "a.n", WeightArray.counter(258)))
          .with(Map.of("genimage.head", "AI_NATURE", "note", "mine"))
          .hashed();

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void write() {
    file = folder.resolve("hashed.safetensors");
    WEIGHTS.write(file);
  }

  private static Map<String, WeightArray> arrays(
      String one, WeightArray first, String two, WeightArray second) {
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    arrays.put(one, first);
    arrays.put(two, second);
    return arrays;
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private String text() throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1);
  }

  private void replace(String old, String with) throws IOException {
    assertThat(text()).contains(old);
    assertThat(with).hasSameSizeAs(old);
    Files.writeString(file, text().replace(old, with), StandardCharsets.ISO_8859_1);
  }

  @Test
  void write_hashed_recordsTheHashThatTheJavadocDefines() throws IOException {
    String floats = sha256(HexFormat.of().parseHex("0000803f000000800000003f00008040"));
    String counter = sha256(HexFormat.of().parseHex("0201000000000000"));
    String content =
        "{\"arrays\":{\"a.n\":[\"I64\",[],\"%s\"],\"b\":[\"F32\",[2,2],\"%s\"]},"
                .formatted(counter, floats)
            + "\"metadata\":{\"genimage.format\":\"2\",\"genimage.head\":\"AI_NATURE\"}}";

    assertThat(text())
        .contains(
            "\"genimage.content_sha256\":\"%s\""
                .formatted(sha256(content.getBytes(StandardCharsets.UTF_8))));
  }

  @Test
  void read_hashed_givesTheSameMetadataAndWritesTheSameBytes() throws IOException {
    Weights read = Weights.read(file);
    Path again = folder.resolve("again");
    read.write(again);

    assertThat(read.metadata()).isEqualTo(WEIGHTS.metadata());
    assertThat(read.metadata()).containsEntry("genimage.format", "2");
    assertThat(again).hasSameBinaryContentAs(file);
  }

  /** Whatever bit is lost: the file is refused, or nothing that genimage uses has changed. */
  @Test
  void read_anyBitChanged_isRefusedOrTheSame() throws IOException {
    byte[] whole = Files.readAllBytes(file);
    int accepted = 0;
    for (int bit = 0; bit < 8 * whole.length; bit++) {
      byte[] changed = whole.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(file, changed);
      try {
        Weights read = Weights.read(file);
        accepted++;
        assertThat(read.keys()).as("bit %s", bit).isEqualTo(WEIGHTS.keys());
        assertThat(read.get("b").toFloats()).isEqualTo(WEIGHTS.get("b").toFloats());
        assertThat(read.get("b").shape()).isEqualTo(WEIGHTS.get("b").shape());
        assertThat(read.get("a.n").toLongs()).isEqualTo(WEIGHTS.get("a.n").toLongs());
        assertThat(read.metadata()).containsEntry("genimage.head", "AI_NATURE");
      } catch (WeightsException e) {
        assertThat(e).hasMessageStartingWith(file + ": expected ");
      }
    }
    // Bits of the note, of blanks and of the hash's own name.
    assertThat(accepted).isLessThan(8 * 80);
  }

  @Test
  void read_changedNumber_saysSo() throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);

    assertThatThrownBy(() -> Weights.read(file))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(file + ": expected content with the SHA-256 that metadata")
        .hasMessageContaining("damaged or changed after it was written; copy it again");
  }

  @Test
  void read_otherMetadataOrOrderChanged_isAccepted() throws IOException {
    replace("\"note\":\"mine\"", "\"eton\":\"your\"");

    assertThat(Weights.read(file).metadata()).containsEntry("eton", "your");
  }

  @Test
  void read_hashTakenAway_isAccepted() throws IOException {
    replace("genimage.content_sha256", "removed.content__sha256");

    assertThat(Weights.read(file).get("a.n").toLongs()).containsExactly(258);
  }

  @Test
  void write_afterAChange_recordsAnotherHash() {
    Weights other = Weights.read(file).stripped("").without("b").with(Map.of("genimage.x", "y"));
    Path changed = folder.resolve("changed");
    other.write(changed);

    assertThat(Weights.read(changed).keys()).containsExactly("a.n");
  }

  @Test
  void write_weightsOfOthers_recordsNothing() throws IOException {
    Weights.of(Map.of("a", WeightArray.counter(1))).with(Map.of("note", "mine")).write(file);

    assertThat(text()).doesNotContain("genimage");
  }

  @Test
  void read_newerFormat_saysSoBeforeAnythingElse() throws IOException {
    replace("\"genimage.format\":\"2\"", "\"genimage.format\":\"3\"");
    replace("\"F32\"", "\"X32\"");

    assertThatThrownBy(() -> Weights.read(file))
        .isInstanceOf(WeightsException.class)
        .hasMessage(
            file
                + ": expected weights of format 2 or older, found format 3: a newer genimage wrote"
                + " the file; read it with that version");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "0", "x", "-", " ", "٣"})
  void read_formatThatIsNone_isDamaged(String version) {
    Weights.of(Map.of()).with(Map.of("genimage.format", version)).write(file);

    assertThatThrownBy(() -> Weights.read(file))
        .isInstanceOf(WeightsException.class)
        .hasMessage(
            "%s: expected metadata genimage.format to be the number of a format, 2 or more, found"
                + " %s: the file is damaged; copy it again",
            file, version);
  }
}
