package org.genimage.data.image;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * The operations of RandAugment (Cubuk et al. 2020) in timm's increasing set, where a larger
 * magnitude always means a stronger change. The pixels are equal to Pillow's on every byte.
 */
enum RandAugmentOp {
  AUTO_CONTRAST(Level.NONE, (image, none, filter) -> autoContrast(image)),
  EQUALIZE(Level.NONE, (image, none, filter) -> equalize(image)),
  INVERT(Level.NONE, (image, none, filter) -> map(image, v -> 255 - v)),
  ROTATE(
      (share, sign) -> sign * (share * 30),
      (image, degrees, filter) -> AffineMap.rotation(degrees, image).warp(image, filter)),
  POSTERIZE_INCREASING(
      (share, sign) -> 4 - (int) (share * 4),
      (image, bits, filter) -> map(image, v -> v & -(1 << (8 - (int) bits)))),
  SOLARIZE_INCREASING(
      (share, sign) -> 256 - Math.min(256, (int) (share * 256)),
      (image, threshold, filter) -> map(image, v -> v < threshold ? v : 255 - v)),
  SOLARIZE_ADD(
      (share, sign) -> Math.min(128, (int) (share * 110)),
      (image, add, filter) -> map(image, v -> v < 128 ? Math.min(255, v + (int) add) : v)),
  COLOR_INCREASING(Level.FACTOR, (image, factor, filter) -> blend(grey(image), image, factor)),
  CONTRAST_INCREASING(
      Level.FACTOR, (image, factor, filter) -> blend(meanGrey(image), image, factor)),
  BRIGHTNESS_INCREASING(
      Level.FACTOR, (image, factor, filter) -> blend(new byte[image.rgb().length], image, factor)),
  SHARPNESS_INCREASING(
      Level.FACTOR, (image, factor, filter) -> blend(smooth(image), image, factor)),
  SHEAR_X(
      (share, sign) -> sign * (share * 0.3),
      (image, slope, filter) -> new AffineMap(1, slope, 0, 0, 1, 0).warp(image, filter)),
  SHEAR_Y(
      (share, sign) -> sign * (share * 0.3),
      (image, slope, filter) -> new AffineMap(1, 0, 0, slope, 1, 0).warp(image, filter)),
  TRANSLATE_X_REL(
      (share, sign) -> sign * (share * 0.45),
      (image, part, filter) ->
          new AffineMap(1, 0, part * image.width(), 0, 1, 0).warp(image, filter)),
  TRANSLATE_Y_REL(
      (share, sign) -> sign * (share * 0.45),
      (image, part, filter) ->
          new AffineMap(1, 0, 0, 0, 1, part * image.height()).warp(image, filter));

  static final double MAX_MAGNITUDE = 10;

  /** What an operation does at a magnitude, given as a share of the largest, and a sign. */
  @FunctionalInterface
  private interface Level {

    Level NONE = (share, sign) -> 0;

    /** How far to go from the degraded image, 0, to the image, 1, and beyond. */
    Level FACTOR = (share, sign) -> Math.max(0.1, 1 + sign * (share * 0.9));

    double at(double share, int sign);
  }

  @FunctionalInterface
  private interface Effect {

    Image apply(Image image, double argument, Filter filter);
  }

  private final Level level;
  private final Effect effect;

  RandAugmentOp(Level level, Effect effect) {
    this.level = level;
    this.effect = effect;
  }

  /**
   * Returns what {@link #apply} takes at a magnitude.
   *
   * @param magnitude 0 to 10
   * @param sign 1 or -1; some operations have none
   */
  double argument(double magnitude, int sign) {
    return level.at(magnitude / MAX_MAGNITUDE, sign);
  }

  /** Changes an image; geometric operations resample with the filter, bilinear or bicubic. */
  Image apply(Image image, double argument, Filter filter) {
    return effect.apply(image, argument, filter);
  }

  private static Image autoContrast(Image image) {
    int[][] tables = new int[3][256];
    for (int c = 0; c < 3; c++) {
      int[] histogram = histogram(image, c);
      int low = 0;
      while (histogram[low] == 0) {
        low++;
      }
      int high = 255;
      while (histogram[high] == 0) {
        high--;
      }
      double scale = high > low ? 255.0 / (high - low) : 1;
      double offset = high > low ? -low * scale : 0;
      Arrays.setAll(tables[c], v -> level((int) (v * scale + offset)));
    }
    return map(image, tables);
  }

  private static Image equalize(Image image) {
    int[][] tables = new int[3][256];
    for (int c = 0; c < 3; c++) {
      int[] histogram = histogram(image, c);
      int brightest = 255;
      while (histogram[brightest] == 0) {
        brightest--;
      }
      int pixels = image.width() * image.height();
      int step = (pixels - histogram[brightest]) / 255;
      int below = step / 2;
      for (int v = 0; v < 256; v++) {
        tables[c][v] = step == 0 ? v : Math.min(255, below / step);
        below += histogram[v];
      }
    }
    return map(image, tables);
  }

  private static int[] histogram(Image image, int channel) {
    int[] histogram = new int[256];
    for (int i = channel; i < image.rgb().length; i += 3) {
      histogram[image.rgb()[i] & 0xff]++;
    }
    return histogram;
  }

  private static Image map(Image image, IntUnaryOperator function) {
    int[] table = new int[256];
    Arrays.setAll(table, function);
    return map(image, new int[][] {table, table, table});
  }

  private static Image map(Image image, int[][] tables) {
    byte[] in = image.rgb();
    byte[] rgb = new byte[in.length];
    for (int i = 0; i < rgb.length; i += 3) {
      rgb[i] = (byte) tables[0][in[i] & 0xff];
      rgb[i + 1] = (byte) tables[1][in[i + 1] & 0xff];
      rgb[i + 2] = (byte) tables[2][in[i + 2] & 0xff];
    }
    return Image.wrap(image.width(), image.height(), rgb);
  }

  /** Returns {@code base + factor * (image - base)} in single precision, truncated. */
  private static Image blend(byte[] base, Image image, double factor) {
    float share = (float) factor;
    byte[] in = image.rgb();
    byte[] rgb = new byte[in.length];
    for (int i = 0; i < rgb.length; i++) {
      int from = base[i] & 0xff;
      rgb[i] = (byte) level((int) (from + share * ((in[i] & 0xff) - from)));
    }
    return Image.wrap(image.width(), image.height(), rgb);
  }

  private static byte[] grey(Image image) {
    byte[] rgb = new byte[image.rgb().length];
    for (int i = 0; i < rgb.length; i += 3) {
      byte level = (byte) luma(image.rgb(), i);
      rgb[i] = level;
      rgb[i + 1] = level;
      rgb[i + 2] = level;
    }
    return rgb;
  }

  private static byte[] meanGrey(Image image) {
    byte[] rgb = new byte[image.rgb().length];
    long sum = 0;
    for (int i = 0; i < rgb.length; i += 3) {
      sum += luma(image.rgb(), i);
    }
    Arrays.fill(rgb, (byte) (int) (3.0 * sum / rgb.length + 0.5));
    return rgb;
  }

  /** ITU-R 601-2 in 16 bits of fraction. */
  private static int luma(byte[] rgb, int i) {
    int red = rgb[i] & 0xff;
    int green = rgb[i + 1] & 0xff;
    int blue = rgb[i + 2] & 0xff;
    return (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;
  }

  /** Weighs a pixel 5, its eight neighbours 1, and rounds; pixels at the edges stay. */
  private static byte[] smooth(Image image) {
    byte[] in = image.rgb();
    byte[] rgb = image.toArray();
    int row = 3 * image.width();
    for (int y = 1; y < image.height() - 1; y++) {
      for (int i = y * row + 3; i < (y + 1) * row - 3; i++) {
        int sum = three(in, i - row) + three(in, i) + three(in, i + row) + 4 * (in[i] & 0xff);
        rgb[i] = (byte) ((2 * sum + 13) / 26);
      }
    }
    return rgb;
  }

  private static int three(byte[] rgb, int i) {
    return (rgb[i - 3] & 0xff) + (rgb[i] & 0xff) + (rgb[i + 3] & 0xff);
  }

  private static int level(int value) {
    return Math.max(0, Math.min(255, value));
  }
}
