package org.genimage.data.resampling;

import static org.genimage.data.resampling.Taps.HALF;
import static org.genimage.data.resampling.Taps.PRECISION;

import java.util.Arrays;

/**
 * Plain Java. The rows that the second pass needs are made when it needs them and kept in a ring,
 * so both passes stay in the processor's cache. The first pass makes two rows at once: a long holds
 * both rows' values, and so, multiplied and summed, both rows' sums.
 */
final class PairedRows implements Passes {

  @Override
  public byte[] resize(byte[] rgb, int rowWidth, int x, int y, Taps columns, Taps rows) {
    int length = 3 * columns.first.length;
    int[][] ring = new int[rows.stride + 1][length]; // the second row of a pair may come early
    long[] pairs = new long[3 * columns.length()];
    int[] sums = new int[length];
    byte[] resized = new byte[Math.multiplyExact(length, rows.first.length)];
    int last = rows.start() + rows.length() - 1;
    int next = rows.start();
    for (int i = 0; i < rows.first.length; i++) {
      int first = rows.first[i];
      for (; next < first + rows.count[i]; next += 2) {
        int start = 3 * ((y + next - rows.start()) * rowWidth + x);
        int below = next < last ? start + 3 * rowWidth : start;
        pair(rgb, start, below, pairs);
        int[] upper = ring[next % ring.length];
        int[] lower = ring[(next + 1) % ring.length];
        resizeRows(pairs, columns, upper, lower);
        clip(upper);
        clip(lower);
      }
      Arrays.fill(sums, HALF);
      for (int k = 0; k < rows.count[i]; k++) {
        addRow(ring[(first + k) % ring.length], rows.weights[i * rows.stride + k], sums);
      }
      clip(sums);
      for (int k = 0; k < length; k++) {
        resized[i * length + k] = (byte) sums[k];
      }
    }
    return resized;
  }

  /** Puts two rows into one. */
  private static void pair(byte[] rgb, int upper, int lower, long[] pairs) {
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = (rgb[upper + i] & 0xff) | (long) (rgb[lower + i] & 0xff) << Integer.SIZE;
    }
  }

  private static void resizeRows(long[] pairs, Taps taps, int[] upper, int[] lower) {
    int start = taps.start();
    for (int x = 0; x < taps.first.length; x++) {
      long red = 0;
      long green = 0;
      long blue = 0;
      int pixel = 3 * (taps.first[x] - start);
      int tap = x * taps.stride;
      for (int end = tap + taps.count[x]; tap < end; tap++) {
        long weight = taps.weights[tap];
        red += weight * pairs[pixel];
        green += weight * pairs[pixel + 1];
        blue += weight * pairs[pixel + 2];
        pixel += 3;
      }
      split(red, upper, lower, 3 * x);
      split(green, upper, lower, 3 * x + 1);
      split(blue, upper, lower, 3 * x + 2);
    }
  }

  /** The upper row's sum is the low half; negative, it has borrowed from the high half. */
  private static void split(long sums, int[] upper, int[] lower, int i) {
    int low = (int) sums;
    upper[i] = low + HALF;
    lower[i] = (int) (sums - low >> Integer.SIZE) + HALF;
  }

  private static void addRow(int[] row, int weight, int[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += weight * row[i];
    }
  }

  /** By itself, since HotSpot makes vector instructions of such a loop. */
  private static void clip(int[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] = Math.max(0, Math.min(255, sums[i] >> PRECISION));
    }
  }
}
