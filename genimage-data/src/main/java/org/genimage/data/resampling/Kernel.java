package org.genimage.data.resampling;

/** Pillow's antialiased filters (Pillow 12.3, src/libImaging/Resample.c). */
public enum Kernel {
  /** The mean of what a pixel covers. */
  BOX(0.5),
  /** A triangle. */
  BILINEAR(1),
  /** Hamming's window of a sinc. */
  HAMMING(1),
  /** A cubic spline, a = -0.5. */
  BICUBIC(2),
  /** Lanczos' window of a sinc. */
  LANCZOS(3);

  final double support;

  Kernel(double support) {
    this.support = support;
  }

  double weight(double offset) {
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
