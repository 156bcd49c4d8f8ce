package org.genimage.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {

  @TempDir private Path folder;

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
  void write_overAFolder_saysSoAndLeavesNothingBehind() throws IOException {
    Path file = folder.resolve("weights.safetensors");
    Files.createDirectories(file.resolve("in the way"));

    assertThatThrownBy(() -> Weights.of(Map.of()).write(file))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(file + ": the weights could not be written (");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void write_equalWeights_makesEqualFiles() throws IOException {
    Map<String, String> forwards = new LinkedHashMap<>();
    Map<String, String> backwards = new LinkedHashMap<>();
    for (int i = 0; i < 20; i++) {
      forwards.put("key" + i, "value");
      backwards.put("key" + (19 - i), "value");
    }
    Weights weights = Weights.of(Map.of("a", WeightArray.counter(1)));

    weights.with(forwards).write(folder.resolve("one"));
    weights.with(backwards).write(folder.resolve("two"));

    assertThat(folder.resolve("one")).hasSameBinaryContentAs(folder.resolve("two"));
  }

  /** Map.of has another order in every JVM, by its salt. */
  @Test
  void metadata_isInAlphabeticalOrder() {
    Map<String, String> entries = new LinkedHashMap<>();
    for (String key : List.of("c", "a", "d", "b")) {
      entries.put(key, "x");
    }

    assertThat(Weights.of(Map.of()).with(entries).with(Map.of("aa", "x")).metadata().keySet())
        .containsExactly("a", "aa", "b", "c", "d");
  }

  @Test
  void write_fullDisk_saysSoAndKeepsTheEarlierFile() throws IOException {
    Configuration small =
        Configuration.unix().toBuilder().setMaxSize(64 * 1024).setBlockSize(1024).build();
    try (FileSystem disk = Jimfs.newFileSystem(small)) {
      Path file = disk.getPath("/disk/weights.safetensors");
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
            file
                + ": expected a readable safetensors or PyTorch file, got NoSuchFile; check the path");
  }

  @Test
  void read_interrupted_isCancelledAndNoDamage() {
    Path file = folder.resolve("w.safetensors");
    Weights.of(Map.of("a", WeightArray.counter(1))).write(file);

    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> Weights.read(file))
          .isInstanceOf(CancellationException.class)
          .hasMessageContaining("w.safetensors");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void read_folder_saysSo() {
    assertThatThrownBy(() -> Weights.read(folder))
        .isInstanceOf(WeightsException.class)
        .hasMessage(
            folder
                + ": expected a safetensors or PyTorch file, found a folder, a pipe or a device;"
                + " check the path");
  }

  @Test
  @Timeout(30)
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void read_namedPipe_doesNotWait() throws Exception {
    Path pipe = folder.resolve("pipe.safetensors");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();

    assertThatThrownBy(() -> Weights.read(pipe))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("found a folder, a pipe or a device");
  }

  @Test
  void get_unknownKey_isRefused() {
    assertThatThrownBy(() -> Weights.of(Map.of()).get("fc.bias"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("weights have no key fc.bias; they have 0 keys");
  }
}
