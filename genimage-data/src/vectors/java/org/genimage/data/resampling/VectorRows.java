package org.genimage.data.resampling;

import static org.genimage.data.resampling.Taps.HALF;
import static org.genimage.data.resampling.Taps.PRECISION;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Optional;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The processor's vector instructions. A pixel is an int of four bytes, of which the fourth is
 * whatever comes next. A vector holds the pixels of one column in as many rows as fit, a number in
 * each of its ints; so the first pass makes that many rows at once. The second pass takes as many
 * neighbouring pixels of one row. As in {@link PairedRows}, rows are kept in a ring.
 *
 * <p>Compiled by itself, with the incubating module that it needs. What is used of it has the same
 * form in JDK 17 to 25. Bytes are widened with their sign and then masked: widening without the
 * sign fails in JDK 17 where its code is not compiled.
 */
final class VectorRows implements Passes {

  private static final int NARROWEST = 256;
  private static final int WIDEST = 512;
  private static final VectorSpecies<Integer> SUMS =
      VectorSpecies.of(
          int.class,
          VectorShape.forBitSize(
              Math.max(NARROWEST, Math.min(WIDEST, VectorShape.preferredShape().vectorBitSize()))));
  private static final int PIXELS = SUMS.length() / 4;
  private static final VectorShape QUARTER = VectorShape.forBitSize(SUMS.vectorBitSize() / 4);
  private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, QUARTER);
  private static final VectorSpecies<Integer> PACKED = VectorSpecies.of(int.class, QUARTER);

  /** Leaves out every fourth byte; what comes after three quarters does not matter. */
  private static final VectorShuffle<Byte> RGB =
      VectorShuffle.fromOp(BYTES, i -> Math.min(i / 3 * 4 + i % 3, BYTES.length() - 1));

  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private VectorRows() {}

  /** Returns empty where vectors are so narrow that plain Java is as fast. */
  static Optional<Passes> create() {
    return VectorShape.preferredShape().vectorBitSize() < NARROWEST
        ? Optional.empty()
        : Optional.of(new VectorRows());
  }

  @Override
  public byte[] resize(byte[] rgb, int rowWidth, int x, int y, Taps columns, Taps rows) {
    int width = columns.outputs();
    int padded = (width + PIXELS - 1) / PIXELS * PIXELS;
    int[][] ring = new int[rows.stride + PIXELS - 1][padded];
    int[] band = new int[PIXELS * columns.length()];
    int[] resizedBand = new int[PIXELS * width];
    int[][] taken = new int[rows.stride][];
    byte[] line = new byte[3 * padded + PIXELS]; // the last vector's fourth quarter lies beyond
    byte[] resized = new byte[Math.multiplyExact(3 * width, rows.outputs())];
    int last = rows.start() + rows.length() - 1;
    int next = rows.start();
    for (int i = 0; i < rows.outputs(); i++) {
      int first = rows.first[i];
      int count = rows.count[i];
      for (; next < first + count; next += PIXELS) {
        for (int k = 0; k < PIXELS; k++) {
          int row = y + Math.min(next + k, last) - rows.start();
          pack(rgb, 3 * (row * rowWidth + x), band, k);
        }
        resizeRows(band, columns, resizedBand);
        for (int k = 0; k < PIXELS; k++) {
          unpack(resizedBand, k, ring[(next + k) % ring.length]);
        }
      }
      for (int k = 0; k < count; k++) {
        taken[k] = ring[(first + k) % ring.length];
      }
      sumRows(taken, count, rows.weights, i * rows.stride, line);
      System.arraycopy(line, 0, resized, 3 * width * i, 3 * width);
    }
    return resized;
  }

  /** Puts a row's pixels into the band, beside those of the band's other rows. */
  private static void pack(byte[] rgb, int start, int[] band, int row) {
    int place = row;
    int at = start;
    for (; place < band.length - PIXELS; place += PIXELS) {
      band[place] = (int) INTS.get(rgb, at);
      at += 3;
    }
    band[place] = (rgb[at] & 0xff) | (rgb[at + 1] & 0xff) << 8 | (rgb[at + 2] & 0xff) << 16;
  }

  private static void unpack(int[] band, int row, int[] pixels) {
    int width = band.length / PIXELS;
    for (int i = 0; i < width; i++) {
      pixels[i] = band[i * PIXELS + row];
    }
  }

  private static void resizeRows(int[] band, Taps taps, int[] resized) {
    int start = taps.start();
    for (int i = 0; i < taps.outputs(); i++) {
      IntVector sum = IntVector.broadcast(SUMS, HALF);
      int pixel = PIXELS * (taps.first[i] - start);
      int tap = i * taps.stride;
      for (int end = tap + taps.count[i]; tap < end; tap++) {
        sum = sum.add(numbers(band, pixel).mul(taps.weights[tap]));
        pixel += PIXELS;
      }
      levels(sum).reinterpretAsInts().intoArray(resized, PIXELS * i);
    }
  }

  private static void sumRows(int[][] rows, int count, int[] weights, int tap, byte[] line) {
    for (int i = 0; i < rows[0].length; i += PIXELS) {
      IntVector sum = IntVector.broadcast(SUMS, HALF);
      for (int k = 0; k < count; k++) {
        sum = sum.add(numbers(rows[k], i).mul(weights[tap + k]));
      }
      levels(sum).rearrange(RGB).intoArray(line, 3 * i);
    }
  }

  private static IntVector numbers(int[] pixels, int at) {
    ByteVector bytes = IntVector.fromArray(PACKED, pixels, at).reinterpretAsBytes();
    return ((IntVector) bytes.convertShape(VectorOperators.B2I, SUMS, 0))
        .lanewise(VectorOperators.AND, 0xff);
  }

  private static ByteVector levels(IntVector sums) {
    IntVector clipped = sums.lanewise(VectorOperators.ASHR, PRECISION).max(0).min(255);
    return (ByteVector) clipped.convertShape(VectorOperators.I2B, BYTES, 0);
  }
}
