package org.genimage.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.genimage.data.fuzz.OtherProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two processes that write one weights file. */
@Timeout(60)
class TwoWritersTest {

  private static final Weights WEIGHTS = Weights.of(Map.of("a", WeightArray.counter(1)));

  @TempDir private Path folder;

  private Stream<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList().stream();
    }
  }

  @Test
  void write_whileAnotherProcessWrites_saysSoAndLeavesItAlone() throws Exception {
    Path file = folder.resolve("w.safetensors");
    try (OtherProcess other = OtherProcess.writing(file)) {
      assertThatThrownBy(() -> WEIGHTS.write(file))
          .isInstanceOf(WeightsException.class)
          .hasMessage(
              file
                  + ": the weights could not be written (another process is writing this file); let"
                  + " it finish, or choose another name");
      WEIGHTS.write(folder.resolve("w"));
      WEIGHTS.write(folder.resolve("v.safetensors"));
      assertThat(other.finish()).isZero();
    }

    assertThat(file).hasContent("new content");
    assertThat(names()).containsExactlyInAnyOrder("w.safetensors", "w", "v.safetensors");
    WEIGHTS.write(file);
    assertThat(Weights.read(file).keys()).containsExactly("a");
  }

  @Test
  void write_afterAnotherProcessWasKilled_findsTheOldFile_andIsNotHindered() throws Exception {
    Path file = folder.resolve("w.safetensors");
    WEIGHTS.write(file);
    byte[] before = Files.readAllBytes(file);
    try (OtherProcess other = OtherProcess.writing(file)) {
      other.kill();
    }
    assertThat(file).hasBinaryContent(before);

    Weights.of(Map.of("b", WeightArray.counter(2))).write(file);

    assertThat(Weights.read(file).keys()).containsExactly("b");
  }
}
