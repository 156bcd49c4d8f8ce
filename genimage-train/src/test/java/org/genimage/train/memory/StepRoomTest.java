package org.genimage.train.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.genimage.data.internal.NativeRuntime;
import org.genimage.data.internal.PeakMemory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

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
}
