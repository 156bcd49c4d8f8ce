package org.genimage.data.image;

import java.util.Arrays;
import org.genimage.data.image.WindowTransform.Window;

/**
 * Pillow's antialiased resize, equal on every byte: weights in double precision, normalised, then
 * rounded to 22 bits; along the rows first, rounded and clipped to 8 bits, then along the columns
 * (Pillow 12.3, src/libImaging/Resample.c). The rows that the second pass needs are made when it
 * needs them and kept in a ring, so both passes stay in the processor's cache. The first pass makes
 * two rows at once: a long holds both rows' values, and so, multiplied and summed, both rows' sums.
 */
final class Resampling {

  private static final int PRECISION = 22;
  private static final int HALF = 1 << (PRECISION - 1);

  private Resampling() {}

  /** Returns the image at another size. */
  static Image resize(Image image, int width, int height, Filter filter) {
    Box all = new Box(0, 0, image.width(), image.height());
    return resize(image, all, width, height, filter, new Box(0, 0, width, height));
  }

  /**
   * Returns a part of a resized part: {@code from} is cut out first, so nothing outside takes part;
   * of its resized version, only what lies in {@code keep} is computed.
   */
  static Image resize(Image image, Box from, int width, int height, Filter filter, Box keep) {
    return resize(image, from, width, height, Kernel.of(filter), keep);
  }

  /** As above, with any of Pillow's antialiased filters. */
  static Image resize(Image image, Box from, int width, int height, Kernel kernel, Box keep) {
    return window(from, width, height, kernel, keep).of(image);
  }

  /** Returns what the above reads of an image, and the resize of this part. */
  static Window window(Box from, int width, int height, Kernel kernel, Box keep) {
    Taps columns = Taps.of(from.width(), width, kernel, keep.x(), keep.width());
    Taps rows = Taps.of(from.height(), height, kernel, keep.y(), keep.height());
    Box read =
        new Box(
            from.x() + columns.start(), from.y() + rows.start(), columns.length(), rows.length());
    return new Window(read, (rgb, rowWidth, place) -> resize(rgb, rowWidth, place, columns, rows));
  }

  /** Resizes the pixels that the taps read, which lie at {@code place}. */
  private static Image resize(byte[] rgb, int rowWidth, Box place, Taps columns, Taps rows) {
    int length = 3 * columns.first.length;
    int[][] ring = new int[rows.stride + 1][length]; // the second row of a pair may come early
    long[] pairs = new long[3 * place.width()];
    int[] sums = new int[length];
    byte[] resized = new byte[Math.multiplyExact(length, rows.first.length)];
    int last = rows.start() + place.height() - 1;
    int next = rows.start();
    for (int y = 0; y < rows.first.length; y++) {
      int first = rows.first[y];
      for (; next < first + rows.count[y]; next += 2) {
        int start = 3 * ((place.y() + next - rows.start()) * rowWidth + place.x());
        int below = next < last ? start + 3 * rowWidth : start;
        pair(rgb, start, below, pairs);
        resizeRows(pairs, columns, ring[next % ring.length], ring[(next + 1) % ring.length]);
      }
      Arrays.fill(sums, HALF);
      for (int i = 0; i < rows.count[y]; i++) {
        addRow(ring[(first + i) % ring.length], rows.weights[y * rows.stride + i], sums);
      }
      for (int i = 0; i < length; i++) {
        resized[y * length + i] = (byte) level(sums[i]);
      }
    }
    return Image.wrap(columns.first.length, rows.first.length, resized);
  }

  /** Returns a part at another size, each pixel the nearest one, without antialiasing. */
  static Image nearest(Image image, Box from, int width, int height) {
    int[] columns = nearest(from.width(), width);
    int[] rows = nearest(from.height(), height);
    byte[] rgb = new byte[Math.multiplyExact(3 * width, height)];
    for (int y = 0; y < height; y++) {
      int row = (from.y() + rows[y]) * image.width() + from.x();
      for (int x = 0; x < width; x++) {
        System.arraycopy(image.rgb(), 3 * (row + columns[x]), rgb, 3 * (y * width + x), 3);
      }
    }
    return Image.wrap(width, height, rgb);
  }

  /** Returns the input place of each output place; sums up the steps, as Pillow does. */
  private static int[] nearest(int from, int to) {
    double step = (double) from / to;
    double place = step * 0.5;
    int[] places = new int[to];
    for (int i = 0; i < to; i++) {
      places[i] = Math.min(from - 1, (int) place);
      place += step;
    }
    return places;
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
    upper[i] = level(low + HALF);
    lower[i] = level((int) (sums - low >> Integer.SIZE) + HALF);
  }

  private static void addRow(int[] row, int weight, int[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += weight * row[i];
    }
  }

  private static int level(int sum) {
    return Math.max(0, Math.min(255, sum >> PRECISION));
  }

  /**
   * What each output of one axis is made of: {@code count[i]} inputs from {@code first[i]}, weighed
   * by the numbers from {@code weights[i * stride]}.
   */
  private static final class Taps {

    final int[] first;
    final int[] count;
    final int[] weights;
    final int stride;

    private Taps(int outputs, int stride) {
      this.first = new int[outputs];
      this.count = new int[outputs];
      this.weights = new int[outputs * stride];
      this.stride = stride;
    }

    /** Returns the first input that is read. */
    int start() {
      return first[0];
    }

    /** Returns how many inputs from the first to the last are read. */
    int length() {
      int last = first.length - 1;
      return first[last] + count[last] - first[0];
    }

    /** Returns the taps of {@code outputs} places from {@code start} of an axis. */
    static Taps of(int from, int to, Kernel kernel, int start, int outputs) {
      double scale = (double) from / to;
      double stretch = Math.max(scale, 1);
      double shrink = 1 / stretch;
      double support = kernel.support * stretch;
      Taps taps = new Taps(outputs, 2 * (int) Math.ceil(support) + 1);
      double[] exact = new double[taps.stride];
      for (int i = 0; i < outputs; i++) {
        double center = (start + i + 0.5) * scale;
        int first = Math.max(0, (int) (center - support + 0.5));
        int count = Math.min(from, (int) (center + support + 0.5)) - first;
        double sum = 0;
        for (int k = 0; k < count; k++) {
          exact[k] = kernel.weight((first + k - center + 0.5) * shrink);
          sum += exact[k];
        }
        for (int k = 0; k < count; k++) {
          double fixed = exact[k] / sum * (1 << PRECISION);
          taps.weights[i * taps.stride + k] = (int) (fixed < 0 ? fixed - 0.5 : fixed + 0.5);
        }
        taps.first[i] = first;
        taps.count[i] = count;
      }
      return taps;
    }
  }

  /** Pillow's antialiased filters. */
  enum Kernel {
    BOX(0.5),
    BILINEAR(1),
    HAMMING(1),
    BICUBIC(2),
    LANCZOS(3);

    private final double support;

    Kernel(double support) {
      this.support = support;
    }

    static Kernel of(Filter filter) {
      return switch (filter) {
        case BILINEAR -> BILINEAR;
        case BICUBIC -> BICUBIC;
        case LANCZOS -> LANCZOS;
      };
    }

    private double weight(double offset) {
      double x = Math.abs(offset);
      if (x >= support) {
        return this == BOX && offset == support ? 1 : 0;
      }
      return switch (this) {
        case BOX -> 1;
        case BILINEAR -> 1 - x;
        case HAMMING -> sinc(x) * (0.54 + 0.46 * Math.cos(Math.PI * x));
        case BICUBIC -> x < 1 ? (1.5 * x - 2.5) * x * x + 1 : (((x - 5) * x + 8) * x - 4) * -0.5;
        case LANCZOS -> sinc(x) * sinc(x / 3);
      };
    }

    private static double sinc(double x) {
      return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    }
  }
}
