package org.genimage.data.formats;

/**
 * Estimates the quality that a JPEG file was written with from its luminance quantisation table, as
 * the code of "Fake or JPEG?" (arXiv 2403.17608) does. The table of the Independent JPEG Group
 * (ISO/IEC 10918-1, K.1) is scaled for each quality from 100 down. The quality with the smallest
 * mean squared error is taken, the lower of equals; the search ends when the error grows. Files of
 * encoders with other tables get the nearest quality, too.
 */
public final class JpegQuality {

  /** In the order of the file, which is zigzag. */
  private static final int[] LUMINANCE = {
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40,
    26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61, 60, 57, 51,
    56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87,
    95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99
  };

  private JpegQuality() {}

  /**
   * Returns the quality.
   *
   * @param table 64 steps in zigzag order
   * @return 1 to 100
   */
  public static int of(int[] table) {
    int best = 100;
    long nearest = Long.MAX_VALUE;
    for (int quality = 100; quality >= 1; quality--) {
      long distance = distance(table, quality);
      if (distance > nearest) {
        break;
      }
      nearest = distance;
      best = quality;
    }
    return best;
  }

  private static long distance(int[] table, int quality) {
    int scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
    long sum = 0;
    for (int i = 0; i < table.length; i++) {
      long step = Math.max(1, Math.min(255, (LUMINANCE[i] * scale + 50) / 100));
      sum += (step - table[i]) * (step - table[i]);
    }
    return sum;
  }
}
