package org.genimage.data.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Gaussian blur as SciPy's {@code gaussian_filter} and OpenCV's {@code GaussianBlur} compute it,
 * equal in every byte: along the columns first, then along the rows. Sums are in double precision
 * and in SciPy's order, the centre, then pairs from the outside in (SciPy 1.17, ni_filters.c),
 * because what is truncated to 8 bits shows the last bit of a sum. OpenCV's are whole numbers of
 * 2^-16, which no order changes (OpenCV 5.0, modules/imgproc/src/smooth.dispatch.cpp).
 */
final class GaussianBlur implements Transform {

  static final double MAX_SIGMA = 1000;

  private enum Kind {
    /** Truncated to 8 bits after each pass; the border mirrored, its edge pixel repeated. */
    SCIPY,
    /** The same, but rounded once, half to even. */
    SCIPY_ROUNDED,
    /** Rounded once, half up; the border mirrored at the edge pixel. */
    OPENCV
  }

  private final Kind kind;
  private final double[] weights; // of the centre, then of the pairs outwards

  private GaussianBlur(Kind kind, double[] weights) {
    this.kind = kind;
    this.weights = weights;
  }

  static GaussianBlur scipy(double sigma) {
    return new GaussianBlur(Kind.SCIPY, scipyWeights(sigma));
  }

  static GaussianBlur scipyRounded(double sigma) {
    return new GaussianBlur(Kind.SCIPY_ROUNDED, scipyWeights(sigma));
  }

  static GaussianBlur openCv(double sigma) {
    return new GaussianBlur(Kind.OPENCV, openCvWeights(sigma));
  }

  private static void checkSigma(double sigma) {
    checkArgument(
        sigma >= 0 && sigma <= MAX_SIGMA, "sigma of a blur must be from 0 to 1000, got %s", sigma);
  }

  private static double[] scipyWeights(double sigma) {
    checkSigma(sigma);
    int radius = (int) (4 * sigma + 0.5);
    double[] all = new double[2 * radius + 1];
    for (int x = -radius; x <= radius; x++) {
      all[radius + x] = x == 0 ? 1 : exp(-0.5 / (sigma * sigma) * ((double) x * x));
    }
    double sum = pairwiseSum(all, 0, all.length);
    double[] weights = Arrays.copyOfRange(all, radius, all.length);
    for (int i = 0; i <= radius; i++) {
      weights[i] /= sum;
    }
    return weights;
  }

  /**
   * Returns e to a power from -10 to 0, rounded correctly on every processor, as the C library does
   * and Java's does not.
   */
  private static double exp(double power) {
    BigDecimal small = new BigDecimal(power / 256);
    BigDecimal term = BigDecimal.ONE;
    BigDecimal sum = term;
    for (int n = 1; n <= 16; n++) {
      term = term.multiply(small).divide(BigDecimal.valueOf(n), MathContext.DECIMAL128);
      sum = sum.add(term);
    }
    return sum.pow(256, MathContext.DECIMAL128).doubleValue();
  }

  /** NumPy's sum: eight accumulators over at most 128 numbers. */
  private static double pairwiseSum(double[] values, int start, int count) {
    if (count > 128) {
      int half = count / 2 / 8 * 8;
      return pairwiseSum(values, start, half) + pairwiseSum(values, start + half, count - half);
    }
    int whole = count / 8 * 8;
    double[] r = new double[8];
    for (int i = 0; i < whole; i++) {
      r[i % 8] += values[start + i];
    }
    double sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
    for (int i = whole; i < count; i++) {
      sum += values[start + i];
    }
    return sum;
  }

  /** Weights of 8 bits; the rounding of each is handed on to its inner neighbour. */
  private static double[] openCvWeights(double sigma) {
    checkSigma(sigma);
    int radius = ((int) Math.rint(6 * sigma + 1) | 1) / 2;
    double[] weights = new double[radius + 1];
    double sum = 0;
    for (int i = radius; i > 0; i--) {
      weights[i] = exp(4.0 * i * i * (-0.125 / (sigma * sigma)));
      sum += weights[i];
    }
    double scale = 1 / (2 * sum + 1);
    double error = 0;
    double rest = 1;
    for (int i = radius; i > 0; i--) {
      double exact = weights[i] * scale * 256 + error;
      double rounded = Math.rint(exact);
      error = exact - rounded;
      weights[i] = rounded / 256;
      rest -= 2 * weights[i];
    }
    weights[0] = rest;
    return weights;
  }

  @Override
  public Image apply(Image image, RandomGenerator random) {
    int radius = weights.length - 1;
    if (radius == 0) {
      return image;
    }
    int length = 3 * image.width();
    double[][] rows = new double[2 * radius + 1][length];
    for (int y = -radius; y < radius; y++) {
      read(image, y, rows[Math.floorMod(y, rows.length)]);
    }
    double[] padded = new double[length + 6 * radius];
    double[] mixed = new double[length];
    byte[] rgb = new byte[image.rgb().length];
    for (int y = 0; y < image.height(); y++) {
      read(image, y + radius, rows[(y + radius) % rows.length]);
      double[] middle = rows[y % rows.length];
      scale(middle, 0, weights[0], mixed);
      for (int i = radius; i > 0; i--) {
        double[] above = rows[Math.floorMod(y - i, rows.length)];
        double[] below = rows[(y + i) % rows.length];
        add(above, 0, below, 0, weights[i], mixed);
      }
      pad(mixed, radius, padded);
      scale(padded, 3 * radius, weights[0], mixed);
      for (int i = radius; i > 0; i--) {
        add(padded, 3 * (radius - i), padded, 3 * (radius + i), weights[i], mixed);
      }
      write(mixed, rgb, y * length);
    }
    return Image.wrap(image.width(), image.height(), rgb);
  }

  private void read(Image image, int y, double[] row) {
    byte[] rgb = image.rgb();
    int start = row.length * mirrored(y, image.height());
    for (int i = 0; i < row.length; i++) {
      row[i] = rgb[start + i] & 0xff;
    }
  }

  /** Finishes the first pass and puts mirrored pixels before and after a row. */
  private void pad(double[] row, int radius, double[] padded) {
    if (kind == Kind.SCIPY) {
      for (int i = 0; i < row.length; i++) {
        row[i] = (int) row[i];
      }
    }
    int width = row.length / 3;
    System.arraycopy(row, 0, padded, 3 * radius, row.length);
    for (int i = 1; i <= radius; i++) {
      int left = 3 * mirrored(-i, width);
      int right = 3 * mirrored(width - 1 + i, width);
      System.arraycopy(row, left, padded, 3 * (radius - i), 3);
      System.arraycopy(row, right, padded, 3 * (radius + width - 1 + i), 3);
    }
  }

  private void write(double[] row, byte[] rgb, int start) {
    for (int i = 0; i < row.length; i++) {
      double level =
          switch (kind) {
            case SCIPY -> row[i];
            case SCIPY_ROUNDED -> Math.rint(row[i]);
            case OPENCV -> row[i] + 0.5;
          };
      rgb[start + i] = (byte) (int) level;
    }
  }

  private int mirrored(int place, int size) {
    boolean edgeRepeated = kind != Kind.OPENCV;
    int period = edgeRepeated ? 2 * size : Math.max(1, 2 * size - 2);
    int folded = Math.floorMod(place, period);
    return folded < size ? folded : period - folded - (edgeRepeated ? 1 : 0);
  }

  private static void scale(double[] values, int start, double weight, double[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] = values[start + i] * weight;
    }
  }

  private static void add(
      double[] one, int oneStart, double[] other, int otherStart, double weight, double[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += (one[oneStart + i] + other[otherStart + i]) * weight;
    }
  }
}
