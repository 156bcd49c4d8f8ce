package org.genimage.data.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.genimage.data.fuzz.OtherProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What killed writers leave is removed, and what living writers write is not. */
@Timeout(60)
class PartialFilesTest {

  private static final Duration OLD = PartialFiles.STALE.plusMinutes(1);

  @TempDir Path folder;

  private Path partial(String name, Duration age) throws IOException {
    return aged(Files.createFile(folder.resolve(partialName(name))), age);
  }

  private static String partialName(String name) {
    return ".%s.%s.partial".formatted(name, UUID.randomUUID());
  }

  private static Path aged(Path path, Duration age) throws IOException {
    return Files.setLastModifiedTime(path, FileTime.from(Instant.now().minus(age)));
  }

  private List<Path> entries() throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.toList();
    }
  }

  @Test
  void write_removesOldFilesOfDeadWriters_andNothingElse() throws IOException {
    Path old = partial("a.txt", OLD);
    Path oldOfAnother = partial("epoch-3.safetensors", OLD);
    Path fresh = partial("a.txt", Duration.ofMinutes(50));
    Path foreign = aged(Files.createFile(folder.resolve(".a.txt.partial")), OLD);
    Path download = aged(Files.createFile(folder.resolve("photos.zip.partial")), OLD);
    Path oldFolder = aged(Files.createDirectory(folder.resolve(partialName("set"))), OLD);
    Path target = Files.createFile(folder.resolve("kept.txt"));
    Path link = Files.createSymbolicLink(folder.resolve(partialName("link")), target);

    WholeFiles.write(folder.resolve("b.txt"), "text");

    assertThat(old).doesNotExist();
    assertThat(oldOfAnother).doesNotExist();
    assertThat(entries())
        .containsExactlyInAnyOrder(
            fresh, foreign, download, oldFolder, target, link, folder.resolve("b.txt"));
  }

  @Test
  void write_whileAnotherProcessWritesForLong_leavesItsFile_untilItIsKilled() throws Exception {
    Path file = folder.resolve("a.txt");
    try (OtherProcess other = OtherProcess.writing(file)) {
      Path written = aged(entries().get(0), OLD);

      PartialFiles.removeStale(folder.resolve("../" + folder.getFileName()));
      assertThat(written).exists();

      other.kill();
      assertThat(written).exists();
      WholeFiles.write(folder.resolve("b.txt"), "text");
      assertThat(written).doesNotExist();
    }
  }

  @Test
  void write_whileAnotherProcessWritesForLong_doesNotHinderIt() throws Exception {
    Path file = folder.resolve("a.txt");
    try (OtherProcess other = OtherProcess.writing(file)) {
      aged(entries().get(0), OLD);
      WholeFiles.write(folder.resolve("b.txt"), "text");
      assertThat(other.finish()).isZero();
    }
    assertThat(entries()).containsExactlyInAnyOrder(file, folder.resolve("b.txt"));
  }

  @Test
  void write_processKilledInTheMiddle_leavesTheOldContent_andTheNextWrites() throws Exception {
    Path file = Files.writeString(folder.resolve("a.txt"), "old");
    try (OtherProcess other = OtherProcess.writing(file)) {
      other.kill();
    }
    assertThat(file).hasContent("old");

    WholeFiles.writeAlone(file, channel -> channel.write(ByteBuffer.wrap(new byte[10])));

    assertThat(file).hasBinaryContent(new byte[10]);
  }

  @Test
  void folderAlone_processKilledInTheMiddle_isMadeByTheNext_whichCleansUp() throws Exception {
    Path set = folder.resolve("set");
    try (OtherProcess other = OtherProcess.filling(set)) {
      assertThatThrownBy(() -> WholeFiles.folderAlone(set, part -> {}))
          .isInstanceOf(WholeFiles.FileInUseException.class);
      other.kill();
    }
    assertThat(set).doesNotExist();

    WholeFiles.folderAlone(set, part -> Files.writeString(part.resolve("b"), "b"));

    assertThat(set.resolve("b")).hasContent("b");
    assertThat(entries()).containsExactlyInAnyOrder(set, folder.resolve(".set.lock"));
  }

  @Test
  void write_whileThisProcessWritesForLong_leavesItsFile() throws IOException {
    Path inner = folder.resolve("inner.txt");
    Path outer = folder.resolve("outer.txt");
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder);
    WholeFiles.write(
        outer,
        channel -> {
          for (Path path : entries()) {
            if (path.toString().endsWith(".partial")) {
              aged(path, OLD);
            }
          }
          WholeFiles.write(link.resolve("inner.txt"), "inner");
          channel.write(ByteBuffer.wrap(new byte[10]));
        });

    assertThat(entries()).containsExactlyInAnyOrder(inner, outer, link);
  }

  @Test
  void folder_removesWhatAKilledWriterLeftOfIt_aDayLater() throws IOException {
    Path old = Files.createDirectories(folder.resolve(partialName("set")).resolve("inner"));
    aged(Files.createFile(old.resolve("a")), PartialFiles.STALE_FOLDER.plusMinutes(1));
    aged(old, PartialFiles.STALE_FOLDER.plusMinutes(1));
    aged(old.getParent(), PartialFiles.STALE_FOLDER.plusMinutes(1));
    Path active = Files.createDirectories(folder.resolve(partialName("set")).resolve("inner"));
    aged(Files.createFile(active.resolve("a")), Duration.ofHours(2));
    aged(active, PartialFiles.STALE_FOLDER.plusMinutes(1));
    aged(active.getParent(), PartialFiles.STALE_FOLDER.plusMinutes(1));

    WholeFiles.folder(folder.resolve("set"), part -> Files.writeString(part.resolve("b"), "b"));

    assertThat(entries()).containsExactlyInAnyOrder(active.getParent(), folder.resolve("set"));
    assertThat(folder.resolve("set").resolve("b")).hasContent("b");
  }

  @Test
  void folder_emptyOneInWhichAWriterWasKilled_isFilledADayLater() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("set"));
    Path old = Files.createDirectory(empty.resolve(partialName("content")));
    WholeFiles.FolderContent content = part -> Files.writeString(part.resolve("b"), "b");
    assertThatThrownBy(() -> WholeFiles.folder(empty, content))
        .isInstanceOf(DirectoryNotEmptyException.class);
    aged(old, PartialFiles.STALE_FOLDER.plusMinutes(1));

    WholeFiles.folder(empty, content);

    assertThat(empty).isDirectoryContaining("glob:**/b");
    assertThat(old).doesNotExist();
  }
}
