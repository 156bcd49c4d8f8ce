package org.genimage.data.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFilesTest {

  @Test
  void write_newFolder_createsIt(@TempDir Path root) throws IOException {
    Path file = root.resolve("a").resolve("b.txt");

    WholeFiles.write(file, "text");

    assertThat(file).hasContent("text");
    assertThat(names(file.getParent())).containsExactly("b.txt");
  }

  @Test
  void write_failing_keepsTheEarlierFileAndLeavesNothing(@TempDir Path root) throws IOException {
    Path file = root.resolve("b.txt");
    WholeFiles.write(file, "earlier");

    assertThatThrownBy(
            () ->
                WholeFiles.write(
                    file,
                    channel -> {
                      channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
                      throw new IOException("no more");
                    }))
        .hasMessage("no more");

    assertThat(file).hasContent("earlier");
    assertThat(names(root)).containsExactly("b.txt");
  }

  @Test
  void write_fullDisk_keepsTheEarlierFile() throws IOException {
    try (FileSystem disk =
        Jimfs.newFileSystem(
            Configuration.unix().toBuilder().setMaxSize(1 << 16).setBlockSize(512).build())) {
      Path file = disk.getPath("/data/b.txt");
      WholeFiles.write(file, "earlier");

      assertThatThrownBy(() -> WholeFiles.write(file, new byte[1 << 17]))
          .isInstanceOf(IOException.class);

      assertThat(Files.readString(file)).isEqualTo("earlier");
      assertThat(names(file.getParent())).containsExactly("b.txt");
    }
  }

  @Test
  void write_twoWriters_neverMix(@TempDir Path root) throws Exception {
    Path file = root.resolve("b.txt");
    ExecutorService pool = Executors.newFixedThreadPool(2);
    CountDownLatch start = new CountDownLatch(2);
    AtomicInteger mixed = new AtomicInteger();
    try {
      List<Future<?>> writers =
          Stream.of("a", "b")
              .<Future<?>>map(
                  letter ->
                      pool.submit(
                          () -> {
                            start.countDown();
                            start.await();
                            for (int i = 0; i < 50; i++) {
                              WholeFiles.write(file, letter.repeat(10_000));
                              String found = Files.readString(file);
                              if (found.length() != 10_000
                                  || found.chars().distinct().count() > 1) {
                                mixed.incrementAndGet();
                              }
                            }
                            return null;
                          }))
              .toList();
      for (Future<?> writer : writers) {
        writer.get();
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(mixed).hasValue(0);
    assertThat(names(root)).containsExactly("b.txt");
  }

  @Test
  void folder_failing_leavesNothing(@TempDir Path root) throws IOException {
    Path folder = root.resolve("set");

    assertThatThrownBy(
            () ->
                WholeFiles.folder(
                    folder,
                    partial -> {
                      Files.createDirectory(partial.resolve("inner"));
                      Files.writeString(partial.resolve("inner").resolve("a"), "a");
                      throw new IOException("no more");
                    }))
        .hasMessage("no more");

    assertThat(names(root)).isEmpty();
  }

  @Test
  void folder_failingInAnEmptyOne_leavesItEmpty(@TempDir Path root) throws IOException {
    Path folder = Files.createDirectory(root.resolve("set"));

    assertThatThrownBy(
            () ->
                WholeFiles.folder(
                    folder,
                    partial -> {
                      Files.writeString(partial.resolve("a"), "a");
                      throw new IOException("no more");
                    }))
        .hasMessage("no more");

    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void folder_emptyOne_staysTheSameFolder(@TempDir Path root) throws IOException {
    Path folder = Files.createDirectory(root.resolve("set"));
    Object before = Files.readAttributes(folder, BasicFileAttributes.class).fileKey();

    WholeFiles.folder(
        folder,
        partial -> {
          Files.createDirectory(partial.resolve("inner"));
          Files.writeString(partial.resolve("inner").resolve("a"), "a");
          Files.writeString(partial.resolve("b"), "b");
        });

    assertThat(Files.readAttributes(folder, BasicFileAttributes.class).fileKey()).isEqualTo(before);
    assertThat(names(folder)).containsExactly("b", "inner");
    assertThat(folder.resolve("inner").resolve("a")).hasContent("a");
  }

  @Test
  void reason_barePath_isSaidInWords(@TempDir Path root) throws IOException {
    Path file = Files.writeString(root.resolve("file"), "");
    Files.createDirectories(root.resolve("full").resolve("inner"));

    assertThat(reason(() -> WholeFiles.write(file.resolve("a"), "a")))
        .isEqualTo(file + " is a file, not a folder");
    assertThat(reason(() -> Files.newInputStream(root.resolve("none")).close()))
        .isEqualTo(root.resolve("none") + " does not exist");
    assertThat(reason(() -> WholeFiles.folder(root.resolve("full"), partial -> {})))
        .isEqualTo(root.resolve("full") + " is not empty");
    assertThat(WholeFiles.reason(new AccessDeniedException("/x"))).isEqualTo("access denied");
    assertThat(WholeFiles.reason(new FileSystemException("/x", null, "disk full")))
        .isEqualTo("disk full");
    assertThat(WholeFiles.reason(new IOException("no more"))).isEqualTo("no more");
  }

  private interface Work {
    void run() throws IOException;
  }

  private static String reason(Work work) {
    try {
      work.run();
    } catch (IOException e) {
      return WholeFiles.reason(e);
    }
    throw new AssertionError("expected an exception, got none");
  }

  @Test
  void folder_fillsAnEmptyOneAndRefusesAFullOne(@TempDir Path root) throws IOException {
    Path folder = Files.createDirectory(root.resolve("set"));

    WholeFiles.folder(folder, partial -> Files.writeString(partial.resolve("a"), "a"));

    assertThat(folder.resolve("a")).hasContent("a");
    assertThatThrownBy(
            () -> WholeFiles.folder(folder, partial -> Files.writeString(partial.resolve("b"), "")))
        .isInstanceOf(IOException.class);
    assertThat(names(folder)).containsExactly("a");
    assertThat(names(root)).containsExactly("set");
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
