package org.genimage.eval.robustness;

import java.util.random.RandomGenerator;
import org.genimage.data.image.Image;
import org.genimage.data.image.Transform;

/** Pillow's filters and colour spaces, with its own rounding. */
final class PillowChanges {

  private static final int SCALE = 6;
  private static final int MIDDLE = 128;

  private PillowChanges() {}

  /**
   * Returns Pillow's {@code UnsharpMask(2, percent, 3)}: three box blurs of the standard deviation
   * 2 together, and what differs from them by more than 3 levels is amplified.
   */
  static Transform unsharp(int percent) {
    return (image, random) -> {
      byte[] rgb = image.toArray();
      byte[] blurred = blurred(rgb, image.width(), image.height());
      for (int i = 0; i < rgb.length; i++) {
        int value = rgb[i] & 0xff;
        int difference = value - (blurred[i] & 0xff);
        if (Math.abs(difference) > 3) {
          rgb[i] = (byte) PixelChanges.clip(value + difference * percent / 100);
        }
      }
      return Image.of(image.width(), image.height(), rgb);
    };
  }

  /** The box's radius is 1.375 pixels: a standard deviation of 2 in three passes. */
  private static byte[] blurred(byte[] rgb, int width, int height) {
    byte[] pixels = rgb.clone();
    for (int pass = 0; pass < 3; pass++) {
      for (int y = 0; y < height; y++) {
        for (int c = 0; c < 3; c++) {
          boxLine(pixels, 3 * y * width + c, 3, width);
        }
      }
    }
    for (int pass = 0; pass < 3; pass++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++) {
          boxLine(pixels, 3 * x + c, 3 * width, height);
        }
      }
    }
    return pixels;
  }

  /** Blurs a row or column in place, with weights of 24 bits; edges are repeated. */
  private static void boxLine(byte[] pixels, int from, int step, int length) {
    float radius = 1.375f;
    int whole = (int) radius;
    long inner = (long) ((1 << 24) / (radius * 2 + 1));
    long outer = ((1 << 24) - (2 * whole + 1) * inner) / 2;
    int[] line = new int[length];
    for (int i = 0; i < length; i++) {
      line[i] = pixels[from + i * step] & 0xff;
    }
    for (int i = 0; i < length; i++) {
      long sum = 0;
      for (int d = -whole; d <= whole; d++) {
        sum += line[Math.max(0, Math.min(length - 1, i + d))];
      }
      long far = line[Math.max(0, i - whole - 1)] + line[Math.min(length - 1, i + whole + 1)];
      pixels[from + i * step] = (byte) ((sum * inner + far * outer + (1 << 23)) >> 24);
    }
  }

  /** Returns the image with noise on Pillow's Cb and Cr: pixel by pixel, Cb first. */
  static Transform chromaNoise(int deviation) {
    return (image, random) -> {
      byte[] rgb = image.toArray();
      for (int i = 0; i < rgb.length; i += 3) {
        int r = rgb[i] & 0xff;
        int g = rgb[i + 1] & 0xff;
        int b = rgb[i + 2] & 0xff;
        int y = (fixed(0.299, r) + fixed(0.587, g) + fixed(0.114, b)) >> SCALE;
        int blue = (fixed(-0.16874, r) + fixed(-0.33126, g) + fixed(0.5, b)) >> SCALE;
        int red = (fixed(0.5, r) + fixed(-0.41869, g) + fixed(-0.08131, b)) >> SCALE;
        blue = noisy(blue + MIDDLE, deviation, random) - MIDDLE;
        red = noisy(red + MIDDLE, deviation, random) - MIDDLE;
        rgb[i] = (byte) PixelChanges.clip(y + (fixed(1.402, red) >> SCALE));
        rgb[i + 1] =
            (byte) PixelChanges.clip(y + ((fixed(-0.34414, blue) + fixed(-0.71414, red)) >> SCALE));
        rgb[i + 2] = (byte) PixelChanges.clip(y + (fixed(1.772, blue) >> SCALE));
      }
      return Image.of(image.width(), image.height(), rgb);
    };
  }

  /** Returns a product with six bits after the point, as Pillow's tables hold it. */
  private static int fixed(double factor, int value) {
    return (int) (factor * (1 << SCALE) * value + 0.5);
  }

  private static int noisy(int value, int deviation, RandomGenerator random) {
    return PixelChanges.level(value + deviation * PixelChanges.normal(random)) & 0xff;
  }

  /**
   * Returns hue turned in Pillow's HSV, where it has 256 values.
   *
   * @param share of the circle
   */
  static Transform hue(double share) {
    int turn = (int) (255 * share);
    return (image, random) -> {
      byte[] rgb = image.toArray();
      for (int i = 0; i < rgb.length; i += 3) {
        turned(rgb, i, turn);
      }
      return Image.of(image.width(), image.height(), rgb);
    };
  }

  private static void turned(byte[] rgb, int at, int turn) {
    int r = rgb[at] & 0xff;
    int g = rgb[at + 1] & 0xff;
    int b = rgb[at + 2] & 0xff;
    int most = Math.max(r, Math.max(g, b));
    int least = Math.min(r, Math.min(g, b));
    if (most == least) {
      return;
    }
    float range = most - least;
    float saturation = range / most;
    float red = (most - r) / range;
    float green = (most - g) / range;
    float blue = (most - b) / range;
    float hue;
    if (r == most) {
      hue = blue - green;
    } else if (g == most) {
      hue = (float) (2.0 + red - blue);
    } else {
      hue = (float) (4.0 + green - red);
    }
    hue = (float) ((hue / 6.0 + 1.0) % 1.0);
    int h = (PixelChanges.clip((int) (hue * 255.0)) + turn) & 0xff;
    int s = PixelChanges.clip((int) (saturation * 255.0));
    write(rgb, at, h, s, most);
  }

  /** Writes a colour of HSV, with Pillow's rounding. */
  private static void write(byte[] rgb, int at, int h, int s, int v) {
    if (s == 0) {
      rgb[at] = (byte) v;
      rgb[at + 1] = (byte) v;
      rgb[at + 2] = (byte) v;
      return;
    }
    int sector = (int) Math.floor((float) h * 6.0 / 255.0);
    float f = (float) ((float) h * 6.0 / 255.0 - (float) sector);
    float share = (float) ((float) s / 255.0);
    byte p = (byte) PixelChanges.clip(rounded(v * (1.0 - share)));
    byte q = (byte) PixelChanges.clip(rounded(v * (1.0 - share * f)));
    byte t = (byte) PixelChanges.clip(rounded(v * (1.0 - share * (1.0 - f))));
    byte most = (byte) v;
    byte[] colour =
        switch (sector % 6) {
          case 0 -> new byte[] {most, t, p};
          case 1 -> new byte[] {q, most, p};
          case 2 -> new byte[] {p, most, t};
          case 3 -> new byte[] {p, q, most};
          case 4 -> new byte[] {t, p, most};
          default -> new byte[] {most, p, q};
        };
    System.arraycopy(colour, 0, rgb, at, 3);
  }

  /**
   * Rounds halves up, as C's {@code round} does with what is not negative, from single precision.
   */
  private static int rounded(double value) {
    return (int) Math.floor((float) value + 0.5);
  }

  /** Returns every channel stretched, after so many per cent of its pixels are cut at both ends. */
  static Transform autocontrast(int percent) {
    return (image, random) -> {
      byte[] rgb = image.toArray();
      for (int c = 0; c < 3; c++) {
        int[] counts = new int[256];
        for (int i = c; i < rgb.length; i += 3) {
          counts[rgb[i] & 0xff]++;
        }
        int cut = rgb.length / 3 * percent / 100;
        cut(counts, cut, 0, 1);
        cut(counts, cut, 255, -1);
        int low = first(counts, 0, 1);
        int high = first(counts, 255, -1);
        if (high > low) {
          double scale = 255.0 / (high - low);
          double offset = -low * scale;
          for (int i = c; i < rgb.length; i += 3) {
            rgb[i] = (byte) PixelChanges.clip((int) ((rgb[i] & 0xff) * scale + offset));
          }
        }
      }
      return Image.of(image.width(), image.height(), rgb);
    };
  }

  private static void cut(int[] counts, int number, int from, int step) {
    int left = number;
    for (int v = from; v >= 0 && v < 256; v += step) {
      int taken = Math.min(left, counts[v]);
      counts[v] -= taken;
      left -= taken;
      if (left <= 0) {
        return;
      }
    }
  }

  private static int first(int[] counts, int from, int step) {
    for (int v = from; v >= 0 && v < 256; v += step) {
      if (counts[v] > 0) {
        return v;
      }
    }
    return 255 - from;
  }
}
