package org.genimage.data.image;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * An affine map from the places of the output to places of the input: {@code u = xx * x + xy * y +
 * x0}, {@code v = yx * x + yy * y + y0}, with a pixel's place at its centre.
 */
record AffineMap(double xx, double xy, double x0, double yx, double yy, double y0) {

  /** What lies outside the image becomes ImageNet's mean colour, as timm fills it. */
  static final int[] FILL = {124, 116, 104};

  private static final int[] BLACK = {0, 0, 0};

  /**
   * Returns the rotation counter-clockwise about the centre of an image.
   *
   * @param degrees -360 to 360
   */
  static AffineMap rotation(double degrees, Image image) {
    double angle = -Math.toRadians(degrees < 0 ? degrees + 360 : degrees);
    double cos = roundTo15Digits(Math.cos(angle));
    double sin = roundTo15Digits(Math.sin(angle));
    double x = image.width() / 2.0;
    double y = image.height() / 2.0;
    return new AffineMap(cos, sin, cos * -x + sin * -y + x, -sin, cos, -sin * -x + cos * -y + y);
  }

  /** As Pillow does, so that its results are met on every byte. */
  private static double roundTo15Digits(double value) {
    return Math.rint(value * 1e15) / 1e15;
  }

  /**
   * Returns torchvision's shear about the centre of an image.
   *
   * @param degreesX along the rows, -89 to 89
   * @param degreesY along the columns, -89 to 89
   */
  static AffineMap shear(double degreesX, double degreesY, Image image) {
    double alongX = Math.toRadians(degreesX);
    double alongY = Math.toRadians(degreesY);
    double a = Math.cos(-alongY) / Math.cos(alongY);
    double b = -Math.cos(-alongY) * Math.tan(alongX) / Math.cos(alongY);
    double c = Math.sin(-alongY) / Math.cos(alongY);
    double d = -Math.sin(-alongY) * Math.tan(alongX) / Math.cos(alongY) + 1;
    double x = image.width() * 0.5;
    double y = image.height() * 0.5;
    return new AffineMap(d, -b, d * -x + -b * -y + x, -c, a, -c * -x + a * -y + y);
  }

  /** Returns the image under this map, bilinear, on black. */
  Image warp(Image image) {
    return warp(image, Filter.BILINEAR, BLACK);
  }

  /** Returns the image under this map, equal to Pillow's {@code transform} on every byte. */
  Image warp(Image image, Filter filter) {
    return warp(image, filter, FILL);
  }

  /** Returns the image under this map, on black, equal to Pillow's on every byte. */
  Image onBlack(Image image, Filter filter) {
    return warp(image, filter, BLACK);
  }

  private Image warp(Image image, Filter filter, int[] fill) {
    checkArgument(
        filter == Filter.BILINEAR || filter == Filter.BICUBIC,
        "a warp is bilinear or bicubic, got %s",
        filter);
    byte[] rgb = new byte[image.rgb().length];
    int target = 0;
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        double u = xx * (x + 0.5) + xy * (y + 0.5) + x0;
        double v = yx * (x + 0.5) + yy * (y + 0.5) + y0;
        if (u < 0 || u >= image.width() || v < 0 || v >= image.height()) {
          for (int c = 0; c < 3; c++) {
            rgb[target + c] = (byte) fill[c];
          }
        } else if (filter == Filter.BILINEAR) {
          bilinear(image, u - 0.5, v - 0.5, rgb, target);
        } else {
          bicubic(image, u - 0.5, v - 0.5, rgb, target);
        }
        target += 3;
      }
    }
    return Image.wrap(image.width(), image.height(), rgb);
  }

  /**
   * Returns the image under this map by its nearest pixels, black where there is none, equal to
   * Pillow's {@code transform} on every byte. Pillow counts in 65536ths of a pixel, as long as
   * these fit into 32 bits.
   */
  Image nearest(Image image) {
    int width = image.width();
    int height = image.height();
    byte[] rgb = new byte[image.rgb().length];
    boolean fits = fits(0, 0) && fits(width, height) && fits(0, height) && fits(width, 0);
    double step = fits ? 0x1p16 : 1;
    double right = scaled(xx, step);
    double right2 = scaled(yx, step);
    double down = scaled(xy, step);
    double down2 = scaled(yy, step);
    double left = scaled(x0 + xx * 0.5 + xy * 0.5, step);
    double top = scaled(y0 + yx * 0.5 + yy * 0.5, step);
    for (int y = 0; y < height; y++) {
      double u = left;
      double v = top;
      for (int x = 0; x < width; x++) {
        if (u >= 0 && u < width * step && v >= 0 && v < height * step) {
          int source = 3 * ((int) (v / step) * width + (int) (u / step));
          System.arraycopy(image.rgb(), source, rgb, 3 * (y * width + x), 3);
        }
        u += right;
        v += right2;
      }
      left += down;
      top += down2;
    }
    return Image.wrap(width, height, rgb);
  }

  private boolean fits(int x, int y) {
    return Math.abs(x * xx + y * xy + x0) < 32768 && Math.abs(x * yx + y * yy + y0) < 32768;
  }

  private static double scaled(double value, double step) {
    return step == 1 ? value : Math.floor(value * step + 0.5);
  }

  private static void bilinear(Image image, double u, double v, byte[] rgb, int target) {
    int x = (int) Math.floor(u);
    int y = (int) Math.floor(v);
    int left = column(image, x);
    int right = column(image, x + 1);
    byte[] in = image.rgb();
    for (int c = 0; c < 3; c++) {
      int top = row(image, y) + c;
      int bottom = row(image, y + 1) + c;
      double above = linear(in[top + left] & 0xff, in[top + right] & 0xff, u - x);
      double below = linear(in[bottom + left] & 0xff, in[bottom + right] & 0xff, u - x);
      rgb[target + c] = level(linear(above, below, v - y));
    }
  }

  private static void bicubic(Image image, double u, double v, byte[] rgb, int target) {
    int x = (int) Math.floor(u);
    int y = (int) Math.floor(v);
    int a = column(image, x - 1);
    int b = column(image, x);
    int c = column(image, x + 1);
    int d = column(image, x + 2);
    int top = row(image, y - 1);
    int upper = row(image, y);
    int lower = row(image, y + 1);
    int bottom = row(image, y + 2);
    byte[] in = image.rgb();
    for (int i = 0; i < 3; i++) {
      double value = cubic(in, upper + i, a, b, c, d, u - x);
      if (v != y) { // shears and translations keep one axis, where the others have no part
        value =
            cubic(
                cubic(in, top + i, a, b, c, d, u - x),
                value,
                cubic(in, lower + i, a, b, c, d, u - x),
                cubic(in, bottom + i, a, b, c, d, u - x),
                v - y);
      }
      rgb[target + i] = level(value);
    }
  }

  private static double cubic(byte[] in, int row, int a, int b, int c, int d, double t) {
    return t == 0
        ? in[row + b] & 0xff
        : cubic(in[row + a] & 0xff, in[row + b] & 0xff, in[row + c] & 0xff, in[row + d] & 0xff, t);
  }

  /** Returns where a column's bytes begin in its row; the edges are repeated outside. */
  private static int column(Image image, int x) {
    return 3 * Math.max(0, Math.min(image.width() - 1, x));
  }

  /** Returns where a row's bytes begin; the edges are repeated outside. */
  private static int row(Image image, int y) {
    return 3 * image.width() * Math.max(0, Math.min(image.height() - 1, y));
  }

  /** Pillow's warp truncates where its resize rounds. */
  private static byte level(double value) {
    return (byte) Math.max(0, Math.min(255, (int) value));
  }

  private static double linear(double a, double b, double t) {
    return a + (b - a) * t;
  }

  /** Keys' cubic with a = -1: Pillow's warp differs from its resize, which has -0.5. */
  private static double cubic(double a, double b, double c, double d, double t) {
    double p2 = -a + c;
    double p3 = 2 * (a - b) + c - d;
    double p4 = -a + b - c + d;
    return b + t * (p2 + t * (p3 + t * p4));
  }
}
