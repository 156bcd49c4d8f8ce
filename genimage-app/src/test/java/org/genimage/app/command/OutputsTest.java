package org.genimage.app.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
  void checkWritable_underAFile_saysWhy() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> Outputs.checkWritable(file.resolve("out")))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith(file.resolve("out") + " cannot be written (")
        .hasMessageEndingWith("); choose another place");
    Outputs.checkWritable(folder.resolve("new/out"));
    assertThat(folder.resolve("new/out")).isEmptyDirectory();
  }

  @Test
  void reporting_workThatFails_stillWritesTheReport() {
    List<String> done = new ArrayList<>();
    Runnable work =
        () -> {
          done.add("first part");
          throw new IllegalStateException("second part");
        };
    assertThatThrownBy(() -> Outputs.reporting(work, () -> done.add("report")))
        .hasMessage("second part");
    assertThat(done).containsExactly("first part", "report");
    Runnable fullDisk =
        () -> {
          throw new UncheckedIOException(new IOException("full"));
        };
    assertThatThrownBy(() -> Outputs.reporting(work, fullDisk))
        .hasMessage("second part")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
  }

  @Test
  void checkWritableFile_whereAFolderIs_saysSo() throws IOException {
    Path taken = Files.createDirectory(folder.resolve("report.html"));
    assertThatThrownBy(() -> Outputs.checkWritableFile(taken))
        .isInstanceOf(UsageException.class)
        .hasMessage(taken + " cannot be written (it is a folder); choose another place");
    Path file = Files.writeString(folder.resolve("file"), "kept");
    Outputs.checkWritableFile(file);
    assertThat(file).hasContent("kept");
    assertThatThrownBy(() -> Outputs.checkFolder(file))
        .hasMessage(
            "%s cannot be written (%s is a file, not a folder); choose another place", file, file);
    Outputs.checkFolder(taken);
    Outputs.checkFolder(folder.resolve("none"));
    assertThat(folder.resolve("none")).doesNotExist();
  }
}
