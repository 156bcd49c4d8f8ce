package org.genimage.eval.robustness;

import org.genimage.data.image.Image;

/**
 * OpenCV's contrast-limited adaptive histogram equalization, on the lightness of 8-bit Lab: {@code
 * createCLAHE(limit, (8, 8))}. Lightness, a and b are OpenCV's to the bit; the way back to RGB is
 * computed in double precision, where OpenCV uses tables of integers.
 */
final class Clahe {

  private static final int TILES = 8;
  private static final int GAMMA_SHIFT = 3;
  private static final int LAB_SHIFT = 12;
  private static final int FINE_SHIFT = LAB_SHIFT + GAMMA_SHIFT;
  private static final double[] WHITE = {0.950456, 1, 1.088754};
  private static final double[][] TO_XYZ = {
    {0.412453, 0.357580, 0.180423}, {0.212671, 0.715160, 0.072169}, {0.019334, 0.119193, 0.950227}
  };
  private static final double[][] TO_RGB = {
    {3.240479, -1.53715, -0.498535},
    {-0.969256, 1.875991, 0.041556},
    {0.055648, -0.204043, 1.057311}
  };
  private static final double KNEE = 216.0 / 24389;
  private static final double SLOPE = 841.0 / 108;
  private static final double OFFSET = 16.0 / 116;

  private static final int[] LINEAR = new int[256];
  private static final int[] ROOTS = new int[256 * 3 / 2 << GAMMA_SHIFT];
  private static final int[][] MATRIX = new int[3][3];

  static {
    for (int v = 0; v < LINEAR.length; v++) {
      LINEAR[v] = (int) Math.rint((255 << GAMMA_SHIFT) * linear(v / 255.0));
    }
    for (int i = 0; i < ROOTS.length; i++) {
      ROOTS[i] = (int) Math.rint((1 << FINE_SHIFT) * root(i / (double) (255 << GAMMA_SHIFT)));
    }
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        MATRIX[i][j] = (int) Math.rint((1 << LAB_SHIFT) * TO_XYZ[i][j] / WHITE[i]);
      }
    }
  }

  private Clahe() {}

  private static double linear(double value) {
    return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
  }

  private static double root(double value) {
    return value < KNEE ? value * SLOPE + OFFSET : Math.cbrt(value);
  }

  private static double cube(double value) {
    return value > Math.cbrt(KNEE) ? value * value * value : (value - OFFSET) / SLOPE;
  }

  private static double curved(double value) {
    return value <= 0.0031308 ? 12.92 * value : 1.055 * Math.pow(value, 1 / 2.4) - 0.055;
  }

  private static int descaled(int value, int shift) {
    return (value + (1 << (shift - 1))) >> shift;
  }

  /** Returns the image with its contrast equalized, clipped at this limit. */
  static Image of(Image image, double limit) {
    byte[] rgb = image.toArray();
    int width = image.width();
    int height = image.height();
    int[] lightness = new int[width * height];
    int[] a = new int[lightness.length];
    int[] b = new int[lightness.length];
    for (int i = 0; i < lightness.length; i++) {
      int[] roots = new int[3];
      for (int k = 0; k < 3; k++) {
        int sum = 0;
        for (int c = 0; c < 3; c++) {
          sum += MATRIX[k][c] * LINEAR[rgb[3 * i + c] & 0xff];
        }
        roots[k] = ROOTS[descaled(sum, LAB_SHIFT)];
      }
      int scale = (116 * 255 + 50) / 100;
      int shift = -((16 * 255 * (1 << FINE_SHIFT) + 50) / 100);
      int middle = 128 << FINE_SHIFT;
      lightness[i] = PixelChanges.clip(descaled(scale * roots[1] + shift, FINE_SHIFT));
      a[i] = PixelChanges.clip(descaled(500 * (roots[0] - roots[1]) + middle, FINE_SHIFT));
      b[i] = PixelChanges.clip(descaled(200 * (roots[1] - roots[2]) + middle, FINE_SHIFT));
    }
    int[] equalized = equalized(lightness, width, height, limit);
    for (int i = 0; i < lightness.length; i++) {
      double y = (equalized[i] * 100.0 / 255 + 16) / 116;
      double[] xyz = {
        WHITE[0] * cube(y + (a[i] - 128) / 500.0),
        cube(y),
        WHITE[2] * cube(y - (b[i] - 128) / 200.0)
      };
      for (int c = 0; c < 3; c++) {
        double sum = 0;
        for (int k = 0; k < 3; k++) {
          sum += TO_RGB[c][k] * xyz[k];
        }
        rgb[3 * i + c] = PixelChanges.level(255 * curved(Math.max(0, Math.min(1, sum))));
      }
    }
    return Image.of(width, height, rgb);
  }

  private static int[] equalized(int[] values, int width, int height, double limit) {
    boolean even = width % TILES == 0 && height % TILES == 0;
    int tileWidth = (even ? width : width + TILES - width % TILES) / TILES;
    int tileHeight = (even ? height : height + TILES - height % TILES) / TILES;
    int[][] tables = new int[TILES * TILES][];
    for (int tile = 0; tile < tables.length; tile++) {
      int[] counts = new int[256];
      for (int y = tile / TILES * tileHeight; y < (tile / TILES + 1) * tileHeight; y++) {
        for (int x = tile % TILES * tileWidth; x < (tile % TILES + 1) * tileWidth; x++) {
          counts[
              values[
                  OpenCvChanges.mirrored(y, height) * width + OpenCvChanges.mirrored(x, width)]]++;
        }
      }
      tables[tile] = table(counts, tileWidth * tileHeight, limit);
    }
    int[] result = new int[values.length];
    for (int y = 0; y < height; y++) {
      float down = y * (1.0f / tileHeight) - 0.5f;
      int top = (int) Math.floor(down);
      float lower = down - top;
      int[] rows = {Math.max(top, 0), Math.min(top + 1, TILES - 1)};
      for (int x = 0; x < width; x++) {
        float across = x * (1.0f / tileWidth) - 0.5f;
        int left = (int) Math.floor(across);
        float right = across - left;
        int[] columns = {Math.max(left, 0), Math.min(left + 1, TILES - 1)};
        int value = values[y * width + x];
        float[] lines = new float[2];
        for (int k = 0; k < 2; k++) {
          lines[k] =
              tables[rows[k] * TILES + columns[0]][value] * (1.0f - right)
                  + tables[rows[k] * TILES + columns[1]][value] * right;
        }
        float sum = lines[0] * (1.0f - lower) + lines[1] * lower;
        result[y * width + x] = PixelChanges.level(sum) & 0xff;
      }
    }
    return result;
  }

  private static int[] table(int[] counts, int pixels, double limit) {
    int most = Math.max(1, (int) (limit * pixels / 256));
    int clipped = 0;
    for (int i = 0; i < 256; i++) {
      clipped += Math.max(0, counts[i] - most);
      counts[i] = Math.min(counts[i], most);
    }
    int rest = clipped % 256;
    int step = rest == 0 ? 256 : Math.max(256 / rest, 1);
    for (int i = 0; i < 256; i++) {
      counts[i] += clipped / 256;
    }
    for (int i = 0; i < 256 && rest > 0; i += step, rest--) {
      counts[i]++;
    }
    float scale = 255f / pixels;
    int[] table = new int[256];
    int sum = 0;
    for (int i = 0; i < 256; i++) {
      sum += counts[i];
      table[i] = PixelChanges.level(sum * scale) & 0xff;
    }
    return table;
  }
}
