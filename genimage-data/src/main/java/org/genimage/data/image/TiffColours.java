package org.genimage.data.image;

import java.io.IOException;

/** How Pillow turns the samples of a TIFF pixel into a colour. */
interface TiffColours {

  /** Converts the samples of one pixel, which begin at a place of the row. */
  void toRgb(int[] row, int at, byte[] rgb, int to);

  /** Returns whether JPEG's colours are converted while it is decoded. */
  default boolean isYCbCr() {
    return false;
  }

  /**
   * Returns the conversion of a photometric interpretation (TIFF 6.0, section 8).
   *
   * @param extra what the samples after the colours are: 0 anything, 1 associated alpha, 2 alpha
   * @param map the palette, 16 bits per level, all reds first
   * @throws IOException if Pillow does not read it, or in another way than we could
   */
  static TiffColours of(
      int photometric, int bits, int samples, long[] extra, boolean jpeg, long[] map)
      throws IOException {
    int colours = samples - extra.length;
    boolean deep = bits == 16;
    boolean whole = bits == 8 || deep;
    switch (photometric) {
      case 0, 1 -> {
        boolean alpha =
            colours == 1 && extra.length == 1 && extra[0] == 2 && bits == 8 && photometric == 1;
        if ((samples == 1 || alpha) && (whole || bits == 1 || bits == 2 || bits == 4)) {
          return grey(bits, photometric == 0);
        }
      }
      case 2 -> {
        boolean alpha = colours == 4 && extra.length == 0; // of a missing field
        if (whole && (alpha || (colours == 3 && known(extra, deep ? 1 : 3)))) {
          boolean associated = extra.length > 0 && extra[0] == 1;
          return associated ? premultiplied(deep ? 8 : 0) : rgb(deep ? 8 : 0);
        }
      }
      case 3 -> {
        boolean more = extra.length == 1 && extra[0] != 1 && bits == 8;
        boolean mapped = bits <= 8 && map.length == 3 << bits;
        if (colours == 1 && (extra.length == 0 || more) && mapped) {
          return palette(map);
        }
      }
      case 5 -> {
        if (colours == 4 && (deep ? extra.length == 0 : bits == 8 && zeros(extra))) {
          return inks(deep ? 8 : 0);
        }
      }
      case 6 -> {
        if (jpeg && bits == 8 && extra.length == 0 && (samples == 3 || samples == 1)) {
          return samples == 1 ? grey(8, false) : new YCbCr();
        }
        throw new IOException("TIFF YCbCr without JPEG compression, which is not read");
      }
      case 8, 9, 10 -> throw new IOException("TIFF L*a*b* colours, which are not read");
      default -> {}
    }
    throw new IOException(
        "TIFF photometric interpretation %s of %s samples of %s bits with %s extra, which is not read"
            .formatted(photometric, samples, bits, extra.length));
  }

  private static boolean known(long[] extra, int most) {
    if (extra.length > most) {
      return false;
    }
    for (int i = 0; i < extra.length; i++) {
      boolean first = extra[i] <= 2 || (extra[i] == 999 && extra.length == 1); // Corel Draw 10
      if (i == 0 ? !first : extra[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean zeros(long[] extra) {
    for (long kind : extra) {
      if (kind != 0) {
        return false;
      }
    }
    return true;
  }

  private static TiffColours grey(int bits, boolean inverted) {
    int most = bits == 16 ? 255 : (1 << bits) - 1;
    return (row, at, rgb, to) -> {
      int level = Math.min(most, row[at]) * (255 / most); // 16 bits are clipped, as Pillow does
      byte grey = (byte) (inverted && bits < 16 ? 255 - level : level);
      rgb[to] = grey;
      rgb[to + 1] = grey;
      rgb[to + 2] = grey;
    };
  }

  private static TiffColours rgb(int shift) {
    return (row, at, rgb, to) -> {
      for (int c = 0; c < 3; c++) {
        rgb[to + c] = (byte) (row[at + c] >> shift);
      }
    };
  }

  private static TiffColours premultiplied(int shift) {
    return (row, at, rgb, to) -> {
      int alpha = row[at + 3] >> shift;
      for (int c = 0; c < 3; c++) {
        int level = row[at + c] >> shift;
        rgb[to + c] = (byte) (alpha == 0 ? 0 : Math.min(255, level * 255 / alpha));
      }
    };
  }

  private static TiffColours palette(long[] map) {
    int count = map.length / 3;
    return (row, at, rgb, to) -> {
      for (int c = 0; c < 3; c++) {
        rgb[to + c] = (byte) (map[c * count + row[at]] >> 8);
      }
    };
  }

  private static TiffColours inks(int shift) {
    int[] ink = new int[4];
    return (row, at, rgb, to) -> {
      for (int c = 0; c < 4; c++) {
        ink[c] = row[at + c] >> shift;
      }
      InkJpeg.toColour(ink, rgb, to);
    };
  }

  /** Converted by libjpeg. */
  final class YCbCr implements TiffColours {

    @Override
    public void toRgb(int[] row, int at, byte[] rgb, int to) {
      for (int c = 0; c < 3; c++) {
        rgb[to + c] = (byte) row[at + c];
      }
    }

    @Override
    public boolean isYCbCr() {
      return true;
    }
  }
}
