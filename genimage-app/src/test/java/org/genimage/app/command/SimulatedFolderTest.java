package org.genimage.app.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.genimage.data.DatasetException;
import org.genimage.data.GenImage;
import org.genimage.data.internal.OutputLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulatedFolderTest {

  @TempDir Path folder;

  private final Said heard = new Said();

  private Path simulated() {
    return SimulatedFolder.of(
        folder, 5, 32, 1, new Terminal(new PrintWriter(heard), new PrintWriter(heard), false));
  }

  @Test
  void of_writtenByAnotherProgram_isRefused_thenWrittenOnce() throws IOException {
    Path images = folder.resolve("simulated-genimage-5-32px-1");
    try (OutputLock other = OutputLock.of(images).orElseThrow()) {
      assertThatThrownBy(this::simulated)
          .isInstanceOf(DatasetException.class)
          .hasMessageStartingWith(images + ": expected a folder that nobody writes to");
      assertThat(other).isNotNull();
    }
    assertThat(images).doesNotExist();

    assertThat(simulated()).isEqualTo(images);
    assertThat(GenImage.open(images).train().size()).isEqualTo(2 * 8);
    Object written = Files.getLastModifiedTime(images);

    simulated();
    assertThat(heard.text()).contains("using the simulated images in " + images);
    assertThat(Files.getLastModifiedTime(images)).isEqualTo(written);
  }
}
