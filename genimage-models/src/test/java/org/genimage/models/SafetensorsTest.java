package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.genimage.data.reference.ReferenceData;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsTest {

  @TempDir private Path folder;

  /** Returns the names of the fixtures that are in the safetensors format. */
  static Stream<String> files() {
    return StreamSupport.stream(
            ReferenceData.json("checkpoints/expected.json").get("cases").spliterator(), false)
        .map(entry -> entry.get("file").asText())
        .filter(file -> file.endsWith(".safetensors"));
  }

  @ParameterizedTest
  @MethodSource("files")
  @Tag("reference")
  void read_fixture_loadsOrIsRefused(String name) throws IOException {
    JsonNode expected = expected(name);
    Path file = folder.resolve(name);
    Files.write(file, ReferenceData.bytes("checkpoints/" + name));

    if (expected.get("expect").asText().equals("error")) {
      assertThatThrownBy(() -> Weights.read(file))
          .isInstanceOf(WeightsException.class)
          .hasMessageStartingWith(file + ": expected a ");
      return;
    }
    Weights weights = Weights.read(file);
    Map<String, JsonNode> tensors = new LinkedHashMap<>();
    expected
        .get("tensors")
        .properties()
        .forEach(tensor -> tensors.put(tensor.getKey(), tensor.getValue()));
    assertThat(weights.keys()).containsExactlyInAnyOrderElementsOf(tensors.keySet());
    tensors.forEach((key, tensor) -> assertEqual(weights.get(key), tensor));
  }

  private static JsonNode expected(String name) {
    for (JsonNode entry : ReferenceData.json("checkpoints/expected.json").get("cases")) {
      if (entry.get("file").asText().equals(name)) {
        return entry;
      }
    }
    throw new IllegalArgumentException(name);
  }

  private static void assertEqual(WeightArray found, JsonNode tensor) {
    List<Integer> shape = new ArrayList<>();
    tensor.get("shape").forEach(side -> shape.add(side.asInt()));
    assertThat(found.shape()).isEqualTo(shape);
    JsonNode values = tensor.has("values") ? tensor.get("values") : tensor.get("first8");
    for (int i = 0; i < values.size(); i++) {
      if (found.isInteger()) {
        long expected =
            values.get(i).isBoolean()
                ? (values.get(i).booleanValue() ? 1 : 0)
                : values.get(i).longValue();
        assertThat(found.toLongs()[i]).isEqualTo(expected);
      } else {
        float expected =
            values.get(i).isTextual()
                ? Float.parseFloat(values.get(i).textValue())
                : (float) values.get(i).doubleValue();
        assertThat(found.toFloats()[i]).isEqualTo(expected);
      }
    }
  }

  @Test
  void write_thenRead_givesTheSame() {
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    arrays.put("b", WeightArray.of(List.of(2, 2), new float[] {1, -0f, Float.MIN_VALUE, 4}));
    arrays.put("a.count", WeightArray.counter((1L << 60) + 1));
    arrays.put("empty", WeightArray.of(List.of(0, 3), new float[0]));
    Weights weights = Weights.of(arrays).with(Map.of("who", "größe \"quoted\""));
    Path file = folder.resolve("new/weights.safetensors");

    weights.write(file);
    Weights read = Weights.read(file);

    assertThat(read.keys()).containsExactly("b", "a.count", "empty");
    assertThat(read.get("b").toFloats()).containsExactly(1, -0f, Float.MIN_VALUE, 4);
    assertThat(read.get("a.count").toLongs()).containsExactly((1L << 60) + 1);
    assertThat(read.get("a.count").shape()).isEmpty();
    assertThat(read.get("empty").shape()).containsExactly(0, 3);
    assertThat(read.metadata()).containsExactly(Map.entry("who", "größe \"quoted\""));
  }

  @Test
  void write_failing_keepsTheEarlierFile() throws IOException {
    Path file = folder.resolve("weights.safetensors");
    Weights.of(Map.of("a", WeightArray.counter(1))).write(file);
    Files.createDirectories(folder.resolve("weights.safetensors.partial/in the way"));

    assertThatThrownBy(() -> Weights.of(Map.of()).write(file))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(file + ": the weights could not be written (");
    assertThat(Weights.read(file).get("a").toLongs()).containsExactly(1);
  }

  @Test
  void write_fullDisk_saysSoAndKeepsTheEarlierFile() throws IOException {
    Configuration small =
        Configuration.unix().toBuilder().setMaxSize(64 * 1024).setBlockSize(1024).build();
    try (FileSystem disk = Jimfs.newFileSystem(small)) {
      Path file = disk.getPath("/work/weights.safetensors");
      Weights.of(Map.of("a", WeightArray.counter(1))).write(file);
      Weights large = Weights.of(Map.of("a", WeightArray.of(List.of(50_000), new float[50_000])));

      assertThatThrownBy(() -> large.write(file))
          .isInstanceOf(WeightsException.class)
          .hasMessageStartingWith(file + ": the weights could not be written (")
          .hasMessageContaining("free some space");
      assertThat(Weights.read(file).get("a").toLongs()).containsExactly(1);
      try (Stream<Path> files = Files.list(file.getParent())) {
        assertThat(files).containsExactly(file);
      }
    }
  }

  @Test
  void read_missingFile_saysSo() {
    Path file = folder.resolve("none.safetensors");

    assertThatThrownBy(() -> Weights.read(file))
        .isInstanceOf(WeightsException.class)
        .hasMessage(
            file + ": expected a readable safetensors file, got NoSuchFile; check the path");
  }

  @Test
  void get_unknownKey_isRefused() {
    assertThatThrownBy(() -> Weights.of(Map.of()).get("fc.bias"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("weights have no key fc.bias; they have 0 keys");
  }
}
