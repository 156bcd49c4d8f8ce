package org.genimage.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights in several safetensors files with an index. */
class ShardIndexTest {

  private static final String FIRST = "model-00001-of-00002.safetensors";
  private static final String SECOND = "model-00002-of-00002.safetensors";

  @TempDir private Path folder;
  private Path index;

  @BeforeEach
  void write() {
    index = folder.resolve("model.safetensors.index.json");
    Weights.of(
            Map.of(
                "a", WeightArray.of(List.of(2), new float[] {1, 2}),
                "c", WeightArray.counter(7)))
        .with(Map.of("format", "pt", "part", "1"))
        .write(folder.resolve(FIRST));
    Weights.of(Map.of("b", WeightArray.of(List.of(1, 1), new float[] {3})))
        .with(Map.of("format", "pt", "part", "2"))
        .write(folder.resolve(SECOND));
  }

  private void index(String total, String map) throws IOException {
    Files.writeString(
        index,
        "{\n  \"metadata\": {\"total_size\": %s},\n  \"weight_map\": {%s}\n}\n"
            .formatted(total, map));
  }

  private static String listed(String key, String file) {
    return "\"%s\": \"%s\"".formatted(key, file);
  }

  private static String all() {
    return String.join(",", listed("b", SECOND), listed("a", FIRST), listed("c", FIRST));
  }

  private void assertRefused(String found) {
    assertThatThrownBy(() -> Weights.read(index))
        .isInstanceOf(WeightsException.class)
        .hasMessage(
            "%s: expected an index and all its safetensors files beside it, but %s; download them"
                + " again",
            index, found);
  }

  @Test
  void read_index_givesAllArraysInItsOrderAndTheMetadataOfAll() throws IOException {
    index("20", all());

    Weights read = Weights.read(index);

    assertThat(read.keys()).containsExactly("b", "a", "c");
    assertThat(read.get("a").floats()).containsExactly(1, 2);
    assertThat(read.get("b").floats()).containsExactly(3);
    assertThat(read.get("b").shape()).containsExactly(1, 1);
    assertThat(read.get("c").toLongs()).containsExactly(7);
    assertThat(read.metadata()).containsExactly(Map.entry("format", "pt"));
  }

  @Test
  void read_indexWithoutTotalSize_isRead() throws IOException {
    Files.writeString(index, "{\"weight_map\": {%s}}".formatted(all()));

    assertThat(Weights.read(index).keys()).hasSize(3);
  }

  @Test
  void read_otherTotalSize_saysBoth() throws IOException {
    index("21", all());

    assertRefused("the arrays of all shards take 20 bytes, and it states a total_size of 21");
  }

  @Test
  void read_missingShard_isNamed() throws IOException {
    index("20", all());
    Files.delete(folder.resolve(SECOND));

    assertRefused("1 of the 2 files that it names are missing: " + SECOND);
  }

  @Test
  void read_keyInTwoShards_isNamed() throws IOException {
    Weights.of(Map.of("a", WeightArray.counter(1), "b", WeightArray.counter(2)))
        .write(folder.resolve(SECOND));
    index("20", all());

    assertRefused("a is in %s and in %s".formatted(FIRST, SECOND));
  }

  @Test
  void read_keyThatItsShardLacks_isNamed() throws IOException {
    index("20", all() + "," + listed("d", SECOND));
    assertRefused("d is not in %s, where the index lists it".formatted(SECOND));

    index("20", listed("b", SECOND) + "," + listed("a", SECOND) + "," + listed("c", FIRST));
    assertRefused("a is not in %s, where the index lists it".formatted(SECOND));
  }

  @Test
  void read_keyThatIsNotListed_isNamed() throws IOException {
    index("20", listed("b", SECOND) + "," + listed("a", FIRST));

    assertRefused("c is in %s, but not in the index".formatted(FIRST));
  }

  @Test
  void read_keyListedTwice_isRefused() throws IOException {
    index("20", all() + "," + listed("b", FIRST));

    assertRefused("it is no JSON (Duplicate field 'b')");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../model.safetensors", "a/b", "..", ".", "", "C:model", "a\\\\b", "/etc/passwd"})
  void read_shardOutsideItsFolder_isRefused(String name) throws IOException {
    index("20", listed("a", name));

    assertThatThrownBy(() -> Weights.read(index))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("which is not the name of a file beside the index");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"weight_map\": {}}     ",
        "{\"weight_map\": [1, 2]}",
        "{\"metadata\": {}, \"a\": 1}"
      })
  void read_indexWithoutAMap_isRefused(String json) throws IOException {
    Files.writeString(index, json);

    assertRefused("it has no object weight_map with the file of each key");
  }

  @Test
  void read_shardThatIsCutShortOrOfAnotherFormat_isNamed() throws IOException {
    index("20", all());
    byte[] whole = Files.readAllBytes(folder.resolve(SECOND));
    Files.write(folder.resolve(SECOND), Arrays.copyOf(whole, whole.length - 1));
    assertThatThrownBy(() -> Weights.read(index))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(folder.resolve(SECOND) + ": expected a complete safetensors file")
        .hasMessageContaining("cut short");

    PickleArchive.write(folder.resolve(SECOND), PickleArchive.checkpoint("N"));
    assertRefused(SECOND + " is no safetensors file");
  }

  @Test
  void read_container_isRefused() throws IOException {
    index("20", all());

    assertThatThrownBy(() -> Weights.read(index, "model"))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("found safetensors, which have none");
  }

  @Test
  void read_hashedShard_isComparedWithItsHash() throws IOException {
    Path shard = folder.resolve(SECOND);
    Weights.of(Map.of("b", WeightArray.of(List.of(1, 1), new float[] {3}))).hashed().write(shard);
    index("20", all());
    assertThat(Weights.read(index).get("b").floats()).containsExactly(3);
    byte[] bytes = Files.readAllBytes(shard);
    bytes[bytes.length - 1] ^= 1;
    Files.write(shard, bytes);

    assertThatThrownBy(() -> Weights.read(index))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(shard + ": expected content with the SHA-256");
  }
}
