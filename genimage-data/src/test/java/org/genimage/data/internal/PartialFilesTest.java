package org.genimage.data.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What killed writers leave is removed, and what living writers write is not. */
@Timeout(60)
class PartialFilesTest {

  private static final Duration OLD = PartialFiles.STALE.plusMinutes(1);

  @TempDir Path folder;

  /** The other process: begins to write a file, says so, and ends when it is told to. */
  public static void main(String[] arguments) throws IOException {
    WholeFiles.write(
        Path.of(arguments[0]),
        channel -> {
          channel.write(ByteBuffer.wrap(new byte[10]));
          System.out.println("begun");
          System.in.read();
        });
  }

  private Process other(Path file) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                PartialFilesTest.class.getName(),
                file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    assertThat(out.readLine()).isEqualTo("begun");
    return process;
  }

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
    Process other = other(file);
    try {
      Path written = aged(entries().get(0), OLD);

      PartialFiles.removeStale(folder.resolve("../" + folder.getFileName()));
      assertThat(written).exists();

      other.destroyForcibly().waitFor();
      assertThat(written).exists();
      WholeFiles.write(folder.resolve("b.txt"), "text");
      assertThat(written).doesNotExist();
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void write_whileAnotherProcessWritesForLong_doesNotHinderIt() throws Exception {
    Path file = folder.resolve("a.txt");
    Process other = other(file);
    try {
      aged(entries().get(0), OLD);
      WholeFiles.write(folder.resolve("b.txt"), "text");
      other.getOutputStream().close();
      assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(other.exitValue()).isZero();
    } finally {
      other.destroyForcibly();
    }
    assertThat(entries()).containsExactlyInAnyOrder(file, folder.resolve("b.txt"));
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
