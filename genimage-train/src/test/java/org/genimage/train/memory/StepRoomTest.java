package org.genimage.train.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.genimage.data.internal.NativeRuntime;
import org.genimage.data.internal.PeakMemory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StepRoomTest {

  private static final long MB = 1_000_000;

  private static PlannedStep step(long rough, long largest, int parts) {
    return new PlannedStep("wide", 16, parts, 1, rough, largest, 100 * MB, true);
  }

  private static long bytes(long rough, int parts, long limit) {
    return StepRoom.bytes(step(rough, MB / 10, parts), new MemoryLimit(limit, "this machine has"));
  }

  @Test
  void bytes_areThePowerOfTwoAboveAQuarterOfTheRoughNumber() {
    assertThat(bytes(600 * MB, 1, 100_000 * MB)).isEqualTo(1L << 32);
    assertThat(bytes(300 * MB, 1, 100_000 * MB)).isEqualTo(1L << 31);
    assertThat(bytes(600 * MB, 4, 100_000 * MB)).isEqualTo(1L << 30);
  }

  /** Gaps are as large as the arrays that leave them. */
  @Test
  void bytes_largeArrays_areMore() {
    MemoryLimit limit = new MemoryLimit(100_000 * MB, "this machine has");

    assertThat(StepRoom.bytes(step(500 * MB, MB / 10, 1), limit)).isEqualTo(1L << 31);
    assertThat(StepRoom.bytes(step(500 * MB, 3 * MB, 1), limit)).isEqualTo(1L << 32);
    assertThat(StepRoom.bytes(step(500 * MB, 100 * MB, 1), limit)).isEqualTo(1L << 32);
  }

  @Test
  void bytes_smallStep_areNone() {
    assertThat(bytes(10 * MB, 1, 100_000 * MB)).isZero();
  }

  @Test
  void bytes_smallMachine_areAtMostHalfOfIt() {
    assertThat(bytes(600 * MB, 1, 5_000 * MB)).isEqualTo(1L << 31);
    assertThat(bytes(500 * MB, 1, 400 * MB)).isZero();
    assertThat(bytes(500 * MB, 1, 1)).isZero();
  }

  /** It takes address space, and memory for the allocator's list of it. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void make_gigabytes_takesLittleMemory() throws Exception {
    NativeRuntime.prepare();
    PeakMemory memory = PeakMemory.ofThisProcess();
    long before = memory.of(() -> {});

    long after =
        memory.of(() -> StepRoom.make(step(300 * MB, MB, 1), new MemoryLimit(1L << 40, "it has")));

    assertThat(after - before).isLessThan(200 * MB);
  }

  /** TensorFlow waits for ten seconds if the system refuses what it asks for. */
  @ParameterizedTest
  @ValueSource(strings = {"-v", "-d"})
  @EnabledOnOs(OS.LINUX)
  void make_limitedProcess_makesNone(String option) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                "sh",
                "-c",
                "ulimit " + option + " 4500000 && exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:ReservedCodeCacheSize=32m",
                "-XX:CompressedClassSpaceSize=32m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Limited.class.getName())
            .redirectErrorStream(true);
    builder.environment().remove("TF_CPP_MIN_LOG_LEVEL");
    Process process = builder.start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(printed).isZero();
    assertThat(printed).contains("trains without").doesNotContain("ran out of memory");
  }

  /** A process that asks for as much room as this machine would give. */
  static final class Limited {

    private Limited() {}

    public static void main(String[] args) {
      NativeRuntime.prepare();
      StepRoom.make(step(10_000 * MB, MB, 1), new MemoryLimit(1L << 50, "it has"));
      System.out.println("trains without");
    }
  }
}
