package org.genimage.data.doctor;

import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import org.genimage.data.image.Filter;
import org.genimage.data.image.Image;
import org.genimage.data.image.Transform;
import org.genimage.data.image.Transforms;

/**
 * 256 bits that say how an image looks. They change little when the image is saved again or
 * resized.
 *
 * <p>The image is resized to 32 x 32 pixels of grey. Of its discrete cosine transform (DCT-II),
 * bits are the signs of the 16 x 16 lowest frequencies against their median; the mean's bit is 0.
 * An image without contrast (a standard deviation of grey below {@value #MIN_CONTRAST} of 255) has
 * no hash, since rounding decides its bits; nor has one of fewer than 16 pixels in a side, since it
 * has fewer frequencies.
 *
 * <p>Two images count as near duplicates if at most {@value #MAX_DISTANCE} bits differ, and of the
 * first 64, those of the 8 x 8 lowest frequencies, at most {@value #MAX_COARSE}. How often that is
 * right was measured; docs/data.md states it.
 *
 * @param coarse the bits of the 8 x 8 lowest frequencies
 * @param fine1 the bits of vertical frequencies 0 to 7 and horizontal frequencies 8 to 15
 * @param fine2 the bits of vertical frequencies 8 to 15 and horizontal frequencies 0 to 7
 * @param fine3 the bits of vertical and horizontal frequencies 8 to 15
 */
record PerceptualHash(long coarse, long fine1, long fine2, long fine3) {

  /** The number of bits. */
  static final int BITS = 256;

  /** The largest number of different bits of near duplicates. */
  static final int MAX_DISTANCE = 24;

  /** The largest number of different bits of near duplicates among the first 64. */
  static final int MAX_COARSE = 4;

  /** The smallest standard deviation of grey that has a hash, of 255. */
  static final double MIN_CONTRAST = 4;

  private static final int SIDE = 32;
  private static final int FREQUENCIES = 16;
  private static final int BLOCK = 8;
  private static final double[][] COSINES = cosines();
  private static final Transform SMALL = Transforms.resize(SIDE, SIDE, Filter.BILINEAR);

  /** Returns an image's hash, if it has enough contrast and pixels. */
  static Optional<PerceptualHash> of(Image image) {
    if (Math.min(image.width(), image.height()) < FREQUENCIES) {
      return Optional.empty();
    }
    double[][] grey = grey(SMALL.apply(image, new SplittableRandom(0)));
    if (contrast(grey) < MIN_CONTRAST) {
      return Optional.empty();
    }
    double[] frequencies = frequencies(grey);
    double[] sorted = Arrays.copyOfRange(frequencies, 1, frequencies.length);
    Arrays.sort(sorted);
    double median = sorted[sorted.length / 2];
    long[] words = new long[4];
    for (int i = 1; i < frequencies.length; i++) {
      if (frequencies[i] > median) {
        int y = i / FREQUENCIES;
        int x = i % FREQUENCIES;
        words[y / BLOCK * 2 + x / BLOCK] |= 1L << (y % BLOCK * BLOCK + x % BLOCK);
      }
    }
    return Optional.of(new PerceptualHash(words[0], words[1], words[2], words[3]));
  }

  /** Returns the number of bits that differ, from 0 to 256. */
  int distance(PerceptualHash other) {
    return Long.bitCount(coarse ^ other.coarse)
        + Long.bitCount(fine1 ^ other.fine1)
        + Long.bitCount(fine2 ^ other.fine2)
        + Long.bitCount(fine3 ^ other.fine3);
  }

  private static double[][] grey(Image image) {
    double[][] grey = new double[SIDE][SIDE];
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        grey[y][x] =
            0.299 * image.value(x, y, 0)
                + 0.587 * image.value(x, y, 1)
                + 0.114 * image.value(x, y, 2);
      }
    }
    return grey;
  }

  private static double contrast(double[][] grey) {
    double mean = Arrays.stream(grey).flatMapToDouble(Arrays::stream).average().orElseThrow();
    return Math.sqrt(
        Arrays.stream(grey)
            .flatMapToDouble(Arrays::stream)
            .map(value -> (value - mean) * (value - mean))
            .average()
            .orElseThrow());
  }

  /** Returns the lowest frequencies, row by row, from the mean on. */
  private static double[] frequencies(double[][] grey) {
    double[][] rows = new double[SIDE][FREQUENCIES];
    for (int y = 0; y < SIDE; y++) {
      for (int u = 0; u < FREQUENCIES; u++) {
        for (int x = 0; x < SIDE; x++) {
          rows[y][u] += COSINES[u][x] * grey[y][x];
        }
      }
    }
    double[] frequencies = new double[FREQUENCIES * FREQUENCIES];
    for (int v = 0; v < FREQUENCIES; v++) {
      for (int y = 0; y < SIDE; y++) {
        for (int u = 0; u < FREQUENCIES; u++) {
          frequencies[v * FREQUENCIES + u] += COSINES[v][y] * rows[y][u];
        }
      }
    }
    return frequencies;
  }

  private static double[][] cosines() {
    double[][] cosines = new double[FREQUENCIES][SIDE];
    for (int u = 0; u < FREQUENCIES; u++) {
      for (int x = 0; x < SIDE; x++) {
        cosines[u][x] = StrictMath.cos(Math.PI * (2 * x + 1) * u / (2 * SIDE));
      }
    }
    return cosines;
  }
}
