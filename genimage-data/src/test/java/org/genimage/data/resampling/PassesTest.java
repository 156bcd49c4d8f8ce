package org.genimage.data.resampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The build runs these tests twice: without the module of vector instructions, and with it. */
class PassesTest {

  private final Passes best = Passes.best();

  /** So that the second run cannot lose its module without a word. */
  @Test
  void module_isThereWhereTheBuildAddsIt() {
    assertThat(ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent())
        .isEqualTo(Boolean.getBoolean("genimage.vectors"));
  }

  @Test
  void best_isVectorsWhereTheModuleIsAndTheyAreWide() throws ReflectiveOperationException {
    assertThat(best.getClass().getSimpleName())
        .isEqualTo(vectorBits() < 256 ? "PairedRows" : "VectorRows");
  }

  /** Returns 0 without the module. */
  private static int vectorBits() throws ReflectiveOperationException {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      return 0;
    }
    Object shape =
        Class.forName("jdk.incubator.vector.VectorShape").getMethod("preferredShape").invoke(null);
    return (int) shape.getClass().getMethod("vectorBitSize").invoke(shape);
  }

  /** Images that end with the array, at every size around a vector's; all of them and a part. */
  @ParameterizedTest
  @EnumSource
  void resize_everySize_equalsPlainJava(Kernel kernel) {
    Random random = new Random(kernel.ordinal());
    for (int i = 0; i < 120; i++) {
      int width = 1 + random.nextInt(40);
      int height = 1 + random.nextInt(40);
      int toWidth = 1 + random.nextInt(40);
      int toHeight = 1 + random.nextInt(40);
      int left = random.nextInt(toWidth);
      int top = random.nextInt(toHeight);
      byte[] rgb = new byte[3 * width * height];
      random.nextBytes(rgb);
      Taps columns = Taps.of(width, toWidth, kernel, left, 1 + random.nextInt(toWidth - left));
      Taps rows = Taps.of(height, toHeight, kernel, top, 1 + random.nextInt(toHeight - top));

      byte[] resized = best.resize(rgb, width, columns.start(), rows.start(), columns, rows);

      assertThat(resized)
          .as("%d x %d to %d x %d", width, height, toWidth, toHeight)
          .isEqualTo(
              new PairedRows().resize(rgb, width, columns.start(), rows.start(), columns, rows));
    }
  }

  /** The reference of {@link PairedRows} itself: one long sum for each number of each pass. */
  @ParameterizedTest
  @EnumSource
  void resize_sumByTheDefinition_isEqual(Kernel kernel) {
    int width = 23;
    int height = 9;
    byte[] rgb = new byte[3 * width * height];
    new Random(5).nextBytes(rgb);
    Taps columns = Taps.of(width, 14, kernel, 0, 14);
    Taps rows = Taps.of(height, 17, kernel, 0, 17);

    byte[] resized = best.resize(rgb, width, 0, 0, columns, rows);

    for (int y = 0; y < 17; y++) {
      for (int i = 0; i < 3 * 14; i++) {
        long sum = Taps.HALF;
        for (int k = 0; k < rows.count[y]; k++) {
          int row = rows.first[y] + k;
          sum += (long) rows.weights[y * rows.stride + k] * level(rgb, width, columns, row, i);
        }
        assertThat(resized[3 * 14 * y + i] & 0xff).isEqualTo(clipped(sum));
      }
    }
  }

  private static int level(byte[] rgb, int width, Taps taps, int row, int i) {
    long sum = Taps.HALF;
    for (int k = 0; k < taps.count[i / 3]; k++) {
      int pixel = row * width + taps.first[i / 3] + k;
      sum += (long) taps.weights[i / 3 * taps.stride + k] * (rgb[3 * pixel + i % 3] & 0xff);
    }
    return clipped(sum);
  }

  private static int clipped(long sum) {
    return (int) Math.max(0, Math.min(255, sum >> Taps.PRECISION));
  }
}
