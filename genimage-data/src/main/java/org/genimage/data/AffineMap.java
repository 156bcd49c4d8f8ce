package org.genimage.data;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * An affine map from the places of the output to places of the input: {@code u = xx * x + xy * y +
 * x0}, {@code v = yx * x + yy * y + y0}, with a pixel's place at its centre.
 */
record AffineMap(double xx, double xy, double x0, double yx, double yy, double y0) {

  /** What lies outside the image becomes ImageNet's mean colour, as timm fills it. */
  static final int[] FILL = {124, 116, 104};

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

  /** Returns the image under this map, equal to Pillow's {@code transform} on every byte. */
  Image warp(Image image, Filter filter) {
    checkArgument(filter != Filter.LANCZOS, "a warp is bilinear or bicubic, got %s", filter);
    int width = image.width();
    int height = image.height();
    byte[] rgb = new byte[3 * width * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double u = xx * (x + 0.5) + xy * (y + 0.5) + x0;
        double v = yx * (x + 0.5) + yy * (y + 0.5) + y0;
        boolean inside = u >= 0 && u < width && v >= 0 && v < height;
        for (int c = 0; c < 3; c++) {
          int value = inside ? sample(image, u - 0.5, v - 0.5, c, filter) : FILL[c];
          rgb[3 * (y * width + x) + c] = (byte) value;
        }
      }
    }
    return Image.wrap(width, height, rgb);
  }

  private static int sample(Image image, double u, double v, int channel, Filter filter) {
    int x = (int) Math.floor(u);
    int y = (int) Math.floor(v);
    double dx = u - x;
    double dy = v - y;
    double value =
        filter == Filter.BILINEAR
            ? linear(
                linearRow(image, x, y, channel, dx), linearRow(image, x, y + 1, channel, dx), dy)
            : cubic(
                cubicRow(image, x, y - 1, channel, dx),
                cubicRow(image, x, y, channel, dx),
                cubicRow(image, x, y + 1, channel, dx),
                cubicRow(image, x, y + 2, channel, dx),
                dy);
    return Math.max(0, Math.min(255, (int) value)); // Pillow truncates
  }

  private static double linearRow(Image image, int x, int y, int channel, double dx) {
    return linear(at(image, x, y, channel), at(image, x + 1, y, channel), dx);
  }

  private static double cubicRow(Image image, int x, int y, int channel, double dx) {
    return cubic(
        at(image, x - 1, y, channel),
        at(image, x, y, channel),
        at(image, x + 1, y, channel),
        at(image, x + 2, y, channel),
        dx);
  }

  private static int at(Image image, int x, int y, int channel) {
    return image.value(
        Math.max(0, Math.min(image.width() - 1, x)),
        Math.max(0, Math.min(image.height() - 1, y)),
        channel);
  }

  private static double linear(double a, double b, double t) {
    return a + (b - a) * t;
  }

  /** Keys' cubic with a = -1: Pillow's warp differs from its resize. */
  private static double cubic(double a, double b, double c, double d, double t) {
    double p2 = -a + c;
    double p3 = 2 * (a - b) + c - d;
    double p4 = -a + b - c + d;
    return b + t * (p2 + t * (p3 + t * p4));
  }
}
