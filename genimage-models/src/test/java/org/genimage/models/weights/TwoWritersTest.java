package org.genimage.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.genimage.data.internal.WholeFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two processes that write one weights file. */
@Timeout(60)
class TwoWritersTest {

  private static final Weights WEIGHTS = Weights.of(Map.of("a", WeightArray.counter(1)));

  @TempDir private Path folder;

  /** The other process: begins a file, says so, and ends it when it is told to. */
  public static void main(String[] arguments) throws IOException {
    WholeFiles.write(
        Path.of(arguments[0]),
        channel -> {
          channel.write(ByteBuffer.wrap("begun".getBytes(StandardCharsets.UTF_8)));
          System.out.println("begun");
          System.in.read();
          channel.write(ByteBuffer.wrap(" and ended".getBytes(StandardCharsets.UTF_8)));
        });
  }

  private static Process other(Path file) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                TwoWritersTest.class.getName(),
                file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    assertThat(out.readLine()).isEqualTo("begun");
    return process;
  }

  private Stream<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList().stream();
    }
  }

  @Test
  void write_whileAnotherProcessWrites_saysSoAndLeavesItAlone() throws Exception {
    Path file = folder.resolve("w.safetensors");
    Process other = other(file);
    try {
      assertThatThrownBy(() -> WEIGHTS.write(file))
          .isInstanceOf(WeightsException.class)
          .hasMessage(
              file
                  + ": the weights could not be written (another process is writing this file); let"
                  + " it finish, or choose another name");
      WEIGHTS.write(folder.resolve("w"));
      WEIGHTS.write(folder.resolve("v.safetensors"));
      other.getOutputStream().close();
      assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
    } finally {
      other.destroyForcibly();
    }

    assertThat(file).hasContent("begun and ended");
    assertThat(names()).containsExactlyInAnyOrder("w.safetensors", "w", "v.safetensors");
    WEIGHTS.write(file);
    assertThat(Weights.read(file).keys()).containsExactly("a");
  }

  @Test
  void write_afterAnotherProcessWasKilled_isNotHindered() throws Exception {
    Path file = folder.resolve("w.safetensors");
    Process other = other(file);
    other.destroyForcibly().waitFor();

    WEIGHTS.write(file);

    assertThat(Weights.read(file).keys()).containsExactly("a");
  }
}
