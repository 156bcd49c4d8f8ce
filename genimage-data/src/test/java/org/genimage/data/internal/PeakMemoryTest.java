package org.genimage.data.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class PeakMemoryTest {

  private static final long TAKEN = 256L << 20;
  private static final long NEARLY = 240L << 20;

  @Test
  @EnabledOnOs(OS.LINUX)
  void of_memoryTakenAndGivenBack_isInThisPeakAlone() throws IOException {
    NativeRuntime.prepare(); // JavaCPP must not be the first to load
    PeakMemory memory = PeakMemory.ofThisProcess();
    long before = memory.of(() -> {});

    long with =
        memory.of(
            () -> {
              try (BytePointer taken = new BytePointer(TAKEN)) {
                Pointer.memset(taken, 1, TAKEN);
              }
            });

    assertThat(with - before).isGreaterThan(NEARLY);
    assertThat(with - memory.of(() -> {})).isGreaterThan(NEARLY);
  }

  @Test
  void of_systemWithoutTheFiles_saysSo(@TempDir Path folder) {
    assertThatThrownBy(() -> new PeakMemory(folder).of(() -> {})).isInstanceOf(IOException.class);
  }

  @Test
  void of_peakThatStays_saysSo(@TempDir Path folder) throws IOException {
    Files.createFile(folder.resolve("clear_refs"));
    Files.writeString(folder.resolve("status"), "VmHWM:\t 900000 kB\nVmRSS:\t 100000 kB\n");

    assertThatThrownBy(() -> new PeakMemory(folder).of(() -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("the peak was not reset");
    assertThat(folder.resolve("clear_refs")).hasContent("5");
  }

  @Test
  void of_statusInKilobytes_isInBytes(@TempDir Path folder) throws IOException {
    Files.createFile(folder.resolve("clear_refs"));
    Files.writeString(folder.resolve("status"), "VmHWM:\t 100008 kB\nVmRSS:\t 100000 kB\n");

    assertThat(new PeakMemory(folder).of(() -> {})).isEqualTo(102_408_192);
  }
}
