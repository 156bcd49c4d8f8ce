package org.genimage.data.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.ByteSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.genimage.data.internal.LimitedFiles.UnfitFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LimitedFilesTest {

  @TempDir private Path folder;

  @Test
  void read_file_isWhole() throws IOException {
    Path file = Files.write(folder.resolve("a.png"), new byte[] {1, 2, 3});

    assertThat(LimitedFiles.read(LimitedFiles.of(file))).containsExactly(1, 2, 3);
    assertThat(LimitedFiles.of(file).read()).containsExactly(1, 2, 3);
    assertThat(LimitedFiles.of(file).size()).isEqualTo(3);
    assertThat(LimitedFiles.read(ByteSource.empty())).isEmpty();
  }

  @Test
  void read_sizeThatIsNotTrue_readsWhatIsThere() throws IOException {
    for (long claimed : new long[] {0, 1, 2, 3, 4, 9}) {
      ByteSource content = claiming(claimed, ByteSource.wrap(new byte[] {1, 2, 3}));

      assertThat(LimitedFiles.read(content, 9)).containsExactly(1, 2, 3);
    }
  }

  @Test
  void read_moreThanTheLimit_isRefused() throws IOException {
    byte[] content = new byte[101];
    ByteSource unknown = ByteSource.concat(ByteSource.wrap(content), endless());

    assertThat(LimitedFiles.read(ByteSource.wrap(content), 101)).hasSize(101);
    for (ByteSource source : new ByteSource[] {ByteSource.wrap(content), unknown}) {
      assertThatThrownBy(() -> LimitedFiles.read(source, 100))
          .isInstanceOf(UnfitFileException.class)
          .hasMessageContaining("at most 100 bytes are read with this heap; leave it out");
    }
  }

  /** The limit is that of the whole file, not of what is left to read. */
  @ParameterizedTest
  @ValueSource(longs = {0, 60, 99, 100})
  void read_fileThatGrowsPastTheLimit_isRefused(long before) {
    ByteSource growing = claiming(before, endless());

    assertThatThrownBy(() -> LimitedFiles.read(growing, 100))
        .isInstanceOf(UnfitFileException.class)
        .hasMessageContaining("at most 100 bytes are read with this heap; leave it out");
  }

  private static ByteSource claiming(long size, ByteSource content) {
    return new ByteSource() {
      @Override
      public InputStream openStream() throws IOException {
        return content.openStream();
      }

      @Override
      public com.google.common.base.Optional<Long> sizeIfKnown() {
        return com.google.common.base.Optional.of(size);
      }
    };
  }

  private static ByteSource endless() {
    return new ByteSource() {
      @Override
      public InputStream openStream() {
        return new InputStream() {
          @Override
          public int read() {
            return 7;
          }
        };
      }
    };
  }

  /** Sparse, so it takes no space. */
  @Test
  void read_fileOfThreeGigabytes_isRefusedBeforeItIsRead() throws IOException {
    Path file = folder.resolve("large.jpg");
    try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
      large.setLength(3L << 30);
    }

    assertThatThrownBy(() -> LimitedFiles.read(LimitedFiles.of(file)))
        .isInstanceOf(UnfitFileException.class)
        .hasMessageStartingWith("a file of 3221225472 bytes where at most ");
  }

  @Test
  void read_missingFile_saysSo() {
    assertThatThrownBy(() -> LimitedFiles.read(LimitedFiles.of(folder.resolve("none"))))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void read_namedPipe_doesNotWait() throws Exception {
    Path pipe = folder.resolve("pipe.png");
    Process made = new ProcessBuilder("mkfifo", pipe.toString()).start();
    assertThat(made.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(made.exitValue()).isZero();

    assertRefused(pipe);
    assertRefused(Files.createSymbolicLink(folder.resolve("link.png"), pipe));
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void read_endlessDevice_isRefused() throws IOException {
    assertRefused(Path.of("/dev/zero"));
    assertRefused(Files.createSymbolicLink(folder.resolve("link.jpg"), Path.of("/dev/zero")));
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void read_socket_isRefused() throws IOException {
    Path socket = folder.resolve("socket.png");
    try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.bind(UnixDomainSocketAddress.of(socket));

      assertRefused(socket);
    }
  }

  private static void assertRefused(Path file) {
    assertThatThrownBy(() -> LimitedFiles.read(LimitedFiles.of(file)))
        .isInstanceOf(UnfitFileException.class)
        .hasMessage("a named pipe, a device or a socket; leave it out");
  }
}
