package org.genimage.data.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.genimage.data.fuzz.OtherProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputLockTest {

  @TempDir Path folder;

  @Test
  void of_twiceInOneProcess_isRefusedUntilTheFirstIsClosed() throws IOException {
    Path output = folder.resolve("out.txt");
    OutputLock first = OutputLock.of(output).orElseThrow();
    assertThat(OutputLock.of(output)).isEmpty();
    assertThat(OutputLock.of(folder.resolve("x/../out.txt").normalize())).isEmpty();
    first.close();
    first.close();
    OutputLock second = OutputLock.of(output).orElseThrow();
    first.close();
    assertThat(OutputLock.of(output)).as("the first is not the second").isEmpty();
    second.close();
  }

  @Test
  void alone_outputInUse_saysSo() throws IOException {
    Path output = folder.resolve("new").resolve("out.txt");
    OutputLock lock = OutputLock.alone(output);
    assertThatThrownBy(() -> OutputLock.alone(output))
        .isInstanceOf(WholeFiles.FileInUseException.class)
        .hasMessage(output + ": another process is writing it");
    lock.close();
    OutputLock.alone(output).close();
  }

  @Test
  void of_linkToTheSameFile_isRefused() throws IOException {
    Path output = Files.writeString(folder.resolve("out.txt"), "");
    Path link = Files.createSymbolicLink(folder.resolve("link.txt"), output);
    try (OutputLock lock = OutputLock.of(output).orElseThrow()) {
      assertThat(OutputLock.of(link)).isEmpty();
      assertThat(lock).isNotNull();
    }
  }

  /** POSIX drops a lock when its process closes any descriptor of the locked file. */
  @Test
  void of_outputReadAndRefusedMeanwhile_keepsOtherProcessesOut() throws Exception {
    Path output = Files.writeString(folder.resolve("out.txt"), "");
    try (OutputLock lock = OutputLock.of(output).orElseThrow()) {
      assertThat(Files.readAllBytes(output)).isEmpty();
      assertThat(OutputLock.of(output)).isEmpty();
      assertThat(other(output)).isEqualTo(Other.REFUSED);
      assertThat(lock).isNotNull();
    }
    assertThat(other(output)).isEqualTo(Other.LOCKED);
  }

  @Test
  void of_fileSystemWithoutLocks_holdsInsideTheProcess() throws IOException {
    try (FileSystem memory = Jimfs.newFileSystem()) {
      Path output = memory.getPath("out.txt").toAbsolutePath();
      try (OutputLock lock = OutputLock.of(output).orElseThrow()) {
        assertThat(OutputLock.of(output)).isEmpty();
        assertThat(lock).isNotNull();
      }
      OutputLock.of(output).orElseThrow().close();
    }
  }

  private static int other(Path output) throws InterruptedException {
    return OtherProcess.started(Other.class, output).exitValue();
  }

  /** The other process. */
  static final class Other {

    static final int LOCKED = 10;
    static final int REFUSED = 11;

    private Other() {}

    public static void main(String[] arguments) throws IOException {
      Optional<OutputLock> lock = OutputLock.of(Path.of(arguments[0]));
      System.exit(lock.isPresent() ? LOCKED : REFUSED);
    }
  }
}
