package org.genimage.models.nn;

import java.util.List;
import java.util.function.Supplier;

/** Floats that follow from others part by part, so that none of them are in the heap as a whole. */
final class FloatSources {

  private FloatSources() {}

  /**
   * Returns floats times factors, computed in double precision.
   *
   * @param row how many floats one after the other have the same factor
   * @param factors one for each row; asked for whenever the floats are read
   */
  static FloatSource scaled(FloatSource source, int row, Supplier<double[]> factors) {
    return () -> {
      double[] known = factors.get();
      return changed(
          source.open(), (values, at, count, first) -> scale(values, at, count, first, row, known));
    };
  }

  private static void scale(
      float[] values, int at, int count, int first, int row, double[] factors) {
    int done = 0;
    while (done < count) {
      int place = first + done;
      int end = Math.min(count, done + row - place % row);
      double factor = factors[place / row];
      for (; done < end; done++) {
        values[at + done] = (float) (values[at + done] * factor);
      }
    }
  }

  /** Returns the sums of as many floats of two sources. */
  static FloatSource sum(FloatSource a, FloatSource b) {
    return () -> {
      FloatSource.Reader others = b.open();
      return changed(
          a.open(),
          new Change() {
            @Override
            public void apply(float[] values, int at, int count, int first) {
              float[] more = new float[count];
              others.read(more, 0, count);
              for (int i = 0; i < count; i++) {
                values[at + i] += more[i];
              }
            }

            @Override
            public void close() {
              others.close();
            }
          });
    };
  }

  /**
   * Returns the floats of several sources, one source after the other.
   *
   * @param counts how many floats each has
   */
  static FloatSource joined(List<FloatSource> sources, List<Integer> counts) {
    return () -> new Joined(sources, counts);
  }

  /**
   * Returns a part of each of a source's periods.
   *
   * @param count how many floats the source has: all are read, so that whoever looks at them on
   *     their way sees all
   * @param period how many floats one has
   * @param from the index in a period of its first float
   * @param length how many floats of a period
   */
  static FloatSource parts(FloatSource source, int count, int period, int from, int length) {
    return () -> new Parts(source.open(), count, period, from, length);
  }

  /** Changes floats on their way. */
  private interface Change {

    /**
     * Changes a part in its place.
     *
     * @param values with the part in it
     * @param at the index of its first float
     * @param count of its floats
     * @param first how many floats of the source come before it
     */
    void apply(float[] values, int at, int count, int first);

    default void close() {}
  }

  private static FloatSource.Reader changed(FloatSource.Reader reader, Change change) {
    return new FloatSource.Reader() {
      private int next;

      @Override
      public void read(float[] into, int at, int count) {
        reader.read(into, at, count);
        change.apply(into, at, count, next);
        next += count;
      }

      @Override
      public void close() {
        reader.close();
        change.close();
      }
    };
  }

  /** Leaves out what no part needs. */
  private static final class Parts implements FloatSource.Reader {

    /** A source may be a file, which is read in few large pieces. */
    private static final int PIECE = 1 << 14;

    private final FloatSource.Reader reader;
    private final int count;
    private final int period;
    private final int from;
    private final int length;
    private final float[] piece;
    private int begun;
    private int ended;
    private int next;

    Parts(FloatSource.Reader reader, int count, int period, int from, int length) {
      this.reader = reader;
      this.count = count;
      this.period = period;
      this.from = from;
      this.length = length;
      piece = new float[Math.min(PIECE, count)];
      next = from;
    }

    @Override
    public void read(float[] into, int at, int wanted) {
      int done = 0;
      while (done < wanted) {
        while (next >= ended) {
          advance();
        }
        int left = length - (next % period - from);
        int part = Math.min(Math.min(left, ended - next), wanted - done);
        System.arraycopy(piece, next - begun, into, at + done, part);
        done += part;
        next += part == left ? part + period - length : part;
      }
      while (next >= count && ended < count) {
        advance();
      }
    }

    private void advance() {
      begun = ended;
      ended += Math.min(piece.length, count - begun);
      reader.read(piece, 0, ended - begun);
    }

    @Override
    public void close() {
      reader.close();
    }
  }

  /** Has one source open at a time. */
  private static final class Joined implements FloatSource.Reader {

    private final List<FloatSource> sources;
    private final List<Integer> counts;
    private FloatSource.Reader current = (into, at, count) -> {};
    private int begun;
    private int left;

    Joined(List<FloatSource> sources, List<Integer> counts) {
      this.sources = sources;
      this.counts = counts;
    }

    @Override
    public void read(float[] into, int at, int count) {
      int done = 0;
      while (done < count) {
        if (left == 0) {
          current.close();
          current = sources.get(begun).open();
          left = counts.get(begun++);
        }
        int part = Math.min(left, count - done);
        current.read(into, at + done, part);
        left -= part;
        done += part;
      }
    }

    @Override
    public void close() {
      current.close();
    }
  }
}
