package org.genimage.data.resampling;

import java.lang.reflect.Method;
import java.util.Optional;

/**
 * The passes of Pillow's antialiased resize (Pillow 12.3, src/libImaging/Resample.c): along the
 * rows first, rounded and clipped to 8 bits, then along the columns. All ways to compute them
 * return the same bytes.
 */
public interface Passes {

  /**
   * Returns a resized part of an image.
   *
   * @param rgb rows of pixels, 3 bytes each; not kept
   * @param rowWidth of a row, in pixels
   * @param x of the first pixel that the taps read, in a row
   * @param y of the first row that the taps read
   * @param columns the taps of the pixels of a row
   * @param rows the taps of the rows
   * @return rows of pixels, 3 bytes each
   */
  byte[] resize(byte[] rgb, int rowWidth, int x, int y, Taps columns, Taps rows);

  /**
   * Returns the fastest way of this JVM: vector instructions if it was started with {@code
   * --add-modules jdk.incubator.vector} and the processor has vectors of 256 bits or more, and
   * plain Java otherwise.
   */
  static Passes best() {
    return Optional.ofNullable(ModuleLayer.boot())
        .flatMap(layer -> layer.findModule("jdk.incubator.vector"))
        .flatMap(Passes::vectors)
        .orElseGet(PairedRows::new);
  }

  /** By reflection, since the class cannot be loaded without the module. */
  private static Optional<Passes> vectors(Module vectors) {
    Passes.class.getModule().addReads(vectors);
    try {
      Class<?> type = Class.forName(Passes.class.getPackageName() + ".VectorRows");
      Method create = type.getDeclaredMethod("create");
      return ((Optional<?>) create.invoke(null)).map(Passes.class::cast);
    } catch (ReflectiveOperationException | LinkageError e) {
      return Optional.empty(); // the API is not final: another JDK may have changed it
    }
  }
}
