package org.genimage.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputsTest {

  @TempDir Path folder;

  @Test
  void write_replacesAFile_andLeavesNothingBeside() {
    Path file = folder.resolve("new/report.txt");

    Outputs.write(file, "first".getBytes(StandardCharsets.UTF_8));
    Outputs.write(file, "second".getBytes(StandardCharsets.UTF_8));

    assertThat(file).hasContent("second");
    assertThat(file.getParent()).isDirectoryNotContaining(other -> !other.equals(file));
  }

  @Test
  void write_whereAFolderIs_namesThePlace() throws IOException {
    Path taken = Files.createDirectories(folder.resolve("taken/with content")).getParent();

    assertThatThrownBy(() -> Outputs.write(taken, new byte[1]))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(taken + " cannot be written");
  }

  @Test
  void writeFolder_thatFails_isNotThere_andCanBeWrittenAgain() {
    Path images = folder.resolve("images");

    assertThatThrownBy(
            () ->
                Outputs.writeFolder(
                    images,
                    part -> {
                      Outputs.write(part.resolve("1.png"), new byte[1]);
                      throw new IllegalStateException("stopped");
                    }))
        .hasMessage("stopped");
    assertThat(images).doesNotExist();

    Outputs.writeFolder(images, part -> Outputs.write(part.resolve("2.png"), new byte[1]));
    assertThat(images).isDirectoryContaining("glob:**/2.png");
    assertThat(images.resolve("1.png")).doesNotExist();
  }
}
