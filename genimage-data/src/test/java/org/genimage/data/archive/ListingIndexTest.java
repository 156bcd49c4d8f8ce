package org.genimage.data.archive;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.genimage.data.GenImage;
import org.genimage.data.Label;
import org.genimage.data.OpenOptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListingIndexTest {

  private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2024-01-01T00:00:00Z"));

  @TempDir Path root;
  private Path remembered;
  private Path nature;

  @BeforeEach
  void write() throws IOException {
    remembered = root.resolve("cache");
    for (String split : List.of("train", "val")) {
      for (Label label : Label.values()) {
        Path folder = root.resolve("ADM").resolve(split).resolve(label.folder());
        Files.createDirectories(folder);
        Files.createFile(folder.resolve("1.png"));
        Files.createFile(folder.resolve("2.png"));
        Files.setLastModifiedTime(folder, LONG_AGO);
      }
    }
    nature = root.resolve("ADM/train/nature");
  }

  @Test
  void open_secondTime_doesNotListAgain() throws IOException {
    assertThat(names()).containsExactly("1.png", "2.png", "1.png", "2.png");
    Files.createFile(nature.resolve("3.png"));
    Files.setLastModifiedTime(nature, LONG_AGO); // as if nothing had happened

    assertThat(names()).containsExactly("1.png", "2.png", "1.png", "2.png");
    assertThat(GenImage.open(root).train().size()).isEqualTo(5);
  }

  @Test
  void open_changedFolder_isListedAgain() throws IOException {
    names();
    Files.createFile(nature.resolve("3.png"));

    assertThat(names()).hasSize(5);
  }

  @Test
  void open_folderThatJustChanged_isNotRemembered() throws IOException {
    Files.setLastModifiedTime(nature, FileTime.from(Instant.now()));
    names();

    assertThat(files()).hasSize(1);
  }

  @Test
  void open_damagedIndex_listsAgain() throws IOException {
    names();
    for (Path file : files()) {
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length / 2] ^= 1;
      Files.write(file, bytes);
    }
    assertThat(names()).hasSize(4);
    for (Path file : files()) {
      Files.write(file, new byte[] {1});
    }

    assertThat(names()).hasSize(4);
    assertThat(files()).hasSize(2).allMatch(file -> file.toFile().length() > 20);
  }

  @Test
  void open_unwritableFolder_worksWithout() throws IOException {
    Files.createFile(remembered);

    assertThat(names()).hasSize(4);
  }

  private List<String> names() {
    return GenImage.open(root, OpenOptions.DEFAULT.index(remembered)).train().samples().stream()
        .map(sample -> Path.of(sample.name()).getFileName().toString())
        .toList();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(remembered)) {
      return files.toList();
    }
  }

  @Test
  void open_fullDisk_worksWithout() throws IOException {
    Configuration small = Configuration.unix().toBuilder().setMaxSize(64).setBlockSize(64).build();
    try (FileSystem disk = Jimfs.newFileSystem(small)) {
      remembered = disk.getPath("/cache");

      assertThat(names()).hasSize(4);
      assertThat(files()).allMatch(file -> !file.toString().endsWith(".partial"));
    }
  }
}
