package org.genimage.models.nn;

import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Floats that are read from the first to the last, in parts, as often as they are needed. Those of
 * a large file never are in the heap as a whole.
 */
@FunctionalInterface
public interface FloatSource {

  /** Reads each float once. */
  interface Reader extends AutoCloseable {

    /**
     * Reads the next floats.
     *
     * @param into where they go
     * @param at the index of the first
     * @param count how many, not more than are left
     */
    void read(float[] into, int at, int count);

    @Override
    default void close() {}
  }

  /** Takes floats, part by part. */
  @FunctionalInterface
  interface Sink {

    /**
     * Takes a part, which is overwritten afterwards.
     *
     * @param values the part, from index 0 on
     * @param count of its floats
     * @param before how many floats came before them
     */
    void take(float[] values, int count, int before);
  }

  /** Begins before the first float. */
  Reader open();

  /**
   * Returns all floats, which may be those of the source itself: do not change them.
   *
   * @param count how many there are
   */
  default float[] floats(int count) {
    float[] all = new float[count];
    try (Reader reader = open()) {
      reader.read(all, 0, count);
    }
    return all;
  }

  /**
   * Reads all floats.
   *
   * @param count how many there are
   * @param part through which they pass, a part at a time
   */
  default void read(int count, float[] part, Sink sink) {
    try (Reader reader = open()) {
      for (int done = 0; done < count; done += part.length) {
        int length = Math.min(part.length, count - done);
        reader.read(part, 0, length);
        sink.take(part, length, done);
      }
    }
  }

  /** Returns as many zeros as are asked for, without an array of them. */
  static FloatSource zeros() {
    return () -> (into, at, count) -> Arrays.fill(into, at, at + count, 0);
  }

  /** Returns floats that are in the heap; not copied, so do not change them afterwards. */
  static FloatSource of(float[] values) {
    return of(() -> values);
  }

  /**
   * Returns floats that come as a whole.
   *
   * @param values gives them whenever they are asked for
   */
  static FloatSource of(Supplier<float[]> values) {
    return new FloatSource() {
      @Override
      public Reader open() {
        float[] all = values.get();
        int[] next = {0};
        return (into, at, count) -> {
          System.arraycopy(all, next[0], into, at, count);
          next[0] += count;
        };
      }

      @Override
      public float[] floats(int count) {
        return values.get();
      }
    };
  }
}
