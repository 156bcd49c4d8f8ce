package org.genimage.train.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The decision about a step whose process has 1 GB, and needs 100 MB for every sample. */
class MemoryCheckTest {

  private static final long MB = 1_000_000;
  private static final long GB = 1000 * MB;
  private static final long ROUGH = 200 * MB;

  private final List<Integer> measured = new ArrayList<>();

  private MemoryCheck.Peaks peaks(long kept) {
    return samples -> {
      measured.add(samples);
      return Math.max(kept, GB + 100 * MB * samples);
    };
  }

  private static PlannedStep step(int parts, boolean divisible) {
    return new PlannedStep("wide", 64, parts, 1, ROUGH, 2 * MB, 300 * MB, divisible);
  }

  private static MemoryCheck check(int parts, boolean divisible, long limit) {
    return new MemoryCheck(step(parts, divisible), new MemoryLimit(limit, "this machine has"));
  }

  @Test
  void isNeeded_aQuarterOfTheLimit_isMeasured() {
    long quarter = 64 * ROUGH;

    assertThat(check(1, false, 4 * quarter).isNeeded()).isTrue();
    assertThat(check(1, false, 4 * quarter + 1).isNeeded()).isFalse();
    assertThat(check(2, false, 4 * quarter).isNeeded()).isFalse();
    assertThat(check(2, false, 2 * quarter).isNeeded()).isTrue();
  }

  /** The whole step needs 7.4 GB, and a tenth is added. */
  @Test
  void parts_stepThatFits_isNotDivided() {
    assertThat(check(1, true, 8150 * MB).partsBy(peaks(0))).isEqualTo(1);
    assertThat(measured).containsExactly(1, 4, 16);
  }

  /** What the Java heap takes in the larger of two small steps errs the line. */
  @Test
  void parts_heapThatGrowsMeanwhile_errsLittle() {
    MemoryCheck.Peaks growing = samples -> GB + 100 * MB * samples + (samples > 4 ? 60 * MB : 0);
    assertThat(check(1, true, 8500 * MB).partsBy(growing)).isEqualTo(1);
    assertThatThrownBy(() -> check(1, false, 8400 * MB).partsBy(growing))
        .hasMessageContaining("needs about 8.5 GB");
  }

  /** A pair of 4 and 16 samples might not fit. */
  @Test
  void parts_littleRoom_takesANarrowerPair() {
    PlannedStep planned = new PlannedStep("wide", 18, 1, 1, ROUGH, 2 * MB, 0, false);
    MemoryCheck.Peaks kept = peaks(0);

    new MemoryCheck(planned, new MemoryLimit(3300 * MB, "this machine has")).partsBy(kept);

    assertThat(measured).containsExactly(1, 4, 12);
  }

  @Test
  void parts_stepThatDoesNotFit_isRefusedWithTheFewestPartsThatDo() {
    assertThatThrownBy(() -> check(1, false, 5 * GB).partsBy(peaks(0)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "training wide with 64 samples per step needs about 8.1 GB of memory, but this machine"
                + " has 5.0 GB; set the recipe's parts to 2, which needs about 5.0 GB, or make the"
                + " batch smaller");
  }

  /** Together at once: 64, 32, 22, 16. */
  @Test
  void parts_recipeWithParts_isRefusedWithMore() {
    assertThatThrownBy(() -> check(2, false, 3 * GB).partsBy(peaks(0)))
        .hasMessage(
            "training wide with 64 samples per step in 2 parts needs about 4.6 GB of memory, but"
                + " this machine has 3.0 GB; set the recipe's parts to 4, which needs about 2.9 GB,"
                + " or make the batch smaller");
  }

  @Test
  void parts_divisibleStep_isDivided() {
    assertThat(check(1, true, 5 * GB).partsBy(peaks(0))).isEqualTo(2);
    assertThat(check(1, true, 4 * GB).partsBy(peaks(0))).isEqualTo(3);
    assertThat(check(2, true, 3 * GB).partsBy(peaks(0))).isEqualTo(4);
  }

  @Test
  void parts_oneSampleDoesNotFit_isRefused() {
    assertThatThrownBy(() -> check(1, true, GB).partsBy(peaks(0)))
        .hasMessage(
            "training wide with 64 samples per step needs about 8.1 GB of memory, but this machine"
                + " has 1.0 GB; even with parts set to 64 it needs about 1.5 GB: use a machine with"
                + " more memory");
    assertThat(measured).containsExactly(1, 1, 2);
  }

  @Test
  void parts_oneSampleAtOnce_isRefusedByItsOwnPeak() {
    assertThatThrownBy(() -> check(64, true, GB).partsBy(peaks(0)))
        .hasMessageContaining("in 64 parts needs about 1.2 GB of memory");
    assertThat(check(64, true, 2 * GB).partsBy(peaks(0))).isEqualTo(64);
  }

  /** TensorFlow's allocator keeps what an earlier training took, and small steps use that. */
  @Test
  void parts_memoryKeptByAnEarlierTraining_isSeenThrough() {
    assertThatThrownBy(() -> check(1, false, 8 * GB).partsBy(peaks(2 * GB)))
        .hasMessageContaining("needs about 8.1 GB of memory")
        .hasMessageContaining("set the recipe's parts to 2, which needs about 5.0 GB");
    assertThat(measured).containsExactly(1, 4, 16, 32);
  }

  @Test
  void parts_moreIsKeptThanTheStepNeeds_fits() {
    assertThat(check(1, false, 20 * GB).partsBy(peaks(10 * GB))).isEqualTo(1);
    assertThat(measured).containsExactly(1, 4, 16, 64);
  }

  /** By the rough number, the next step might not fit. */
  @Test
  void parts_nothingSeenBeforeTheLimit_isNotClaimed() {
    assertThat(check(1, false, 8 * GB).partsBy(peaks(6 * GB))).isEqualTo(1);
    assertThat(measured).containsExactly(1, 4, 12);
  }

  /** By the rough number, 4 more than the 12 samples fit; without room, as many as were tried. */
  @Test
  void parts_nothingSeenOfADivisibleStep_isDividedByTheRoughNumber() {
    assertThat(check(1, true, 8 * GB).partsBy(peaks(6 * GB))).isEqualTo(4);
    assertThat(measured).containsExactly(1, 4, 12);
    assertThat(check(1, true, 6 * GB).partsBy(peaks(6 * GB))).isEqualTo(8);
  }

  @Test
  void parts_systemThatCannotTell_isNotClaimed() {
    MemoryCheck check = check(1, false, 2 * GB);
    MemoryCheck.Peaks none =
        samples -> {
          throw new IOException("no /proc");
        };
    MemoryCheck.Peaks refusing =
        samples -> {
          throw new IllegalArgumentException("a batch of 1 is too small");
        };

    assertThat(check.partsBy(none)).isEqualTo(1);
    assertThat(check.partsBy(refusing)).isEqualTo(1);
  }

  @Test
  void parts_severalDevices_haveASampleEach() {
    PlannedStep planned = new PlannedStep("wide", 64, 1, 2, ROUGH, 2 * MB, 0, false);

    new MemoryCheck(planned, new MemoryLimit(9 * GB, "this machine has")).partsBy(peaks(0));

    assertThat(measured).containsExactly(2, 8, 32);
  }
}
