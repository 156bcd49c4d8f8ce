package org.genimage.eval.robustness;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.genimage.data.image.Image;
import org.genimage.data.image.Transform;

/** OpenCV's resampling and filters. */
final class OpenCvChanges {

  private static final double NEAR = 1e-3;

  private OpenCvChanges() {}

  /** Returns the image shrunk by INTER_AREA. */
  static Image area(Image image, double share) {
    int width = PixelChanges.scaled(share, image.width());
    int height = PixelChanges.scaled(share, image.height());
    byte[] in = image.toArray();
    if (image.width() == 2 * width && image.height() == 2 * height) {
      return halved(in, image.width(), width, height);
    }
    Cells across = Cells.of(image.width(), width);
    Cells down = Cells.of(image.height(), height);
    float[] sums = new float[3 * width * height];
    float[] line = new float[3 * width];
    for (int k = 0; k < down.to.length; k++) {
      Arrays.fill(line, 0);
      for (int j = 0; j < across.to.length; j++) {
        for (int c = 0; c < 3; c++) {
          int value = in[3 * (down.from[k] * image.width() + across.from[j]) + c] & 0xff;
          line[3 * across.to[j] + c] += value * across.share[j];
        }
      }
      int row = 3 * width * down.to[k];
      for (int i = 0; i < line.length; i++) {
        sums[row + i] += down.share[k] * line[i];
      }
    }
    byte[] rgb = new byte[sums.length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = PixelChanges.level(sums[i]);
    }
    return Image.of(width, height, rgb);
  }

  private static Image halved(byte[] in, int stride, int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++) {
          int at = 3 * (2 * y * stride + 2 * x) + c;
          int below = at + 3 * stride;
          int sum =
              (in[at] & 0xff) + (in[at + 3] & 0xff) + (in[below] & 0xff) + (in[below + 3] & 0xff);
          rgb[3 * (y * width + x) + c] = (byte) ((sum + 2) >> 2);
        }
      }
    }
    return Image.of(width, height, rgb);
  }

  /** Which pixels a pixel is the mean of, along one side, and by what share. */
  private static final class Cells {

    private final int[] from;
    private final int[] to;
    private final float[] share;

    private Cells(int[] from, int[] to, float[] share) {
      this.from = from;
      this.to = to;
      this.share = share;
    }

    static Cells of(int length, int shrunk) {
      double scale = 1 / ((double) shrunk / length);
      List<double[]> cells = new ArrayList<>();
      for (int to = 0; to < shrunk; to++) {
        double begin = to * scale;
        double end = begin + scale;
        double width = Math.min(scale, length - begin);
        int last = Math.min((int) Math.floor(end), length - 1);
        int first = Math.min((int) Math.ceil(begin), last);
        if (first - begin > NEAR) {
          cells.add(new double[] {first - 1, to, (first - begin) / width});
        }
        for (int i = first; i < last; i++) {
          cells.add(new double[] {i, to, 1 / width});
        }
        if (end - last > NEAR) {
          cells.add(new double[] {last, to, Math.min(Math.min(end - last, 1), width) / width});
        }
      }
      Cells all = new Cells(new int[cells.size()], new int[cells.size()], new float[cells.size()]);
      for (int i = 0; i < cells.size(); i++) {
        all.from[i] = (int) cells.get(i)[0];
        all.to[i] = (int) cells.get(i)[1];
        all.share[i] = (float) cells.get(i)[2];
      }
      return all;
    }
  }

  /** Whether a pixel at a distance from the middle belongs to the mean. */
  @FunctionalInterface
  private interface Shape {
    boolean has(int dx, int dy);
  }

  /** Returns means over a disk; edges are repeated. */
  static Transform disk(int radius) {
    return means(radius, (dx, dy) -> dx * dx + dy * dy <= radius * radius);
  }

  /** Returns means over a line of pixels, across or upright; edges are repeated. */
  static Transform motion(int length, boolean upright) {
    return means(length / 2, (dx, dy) -> (upright ? dx : dy) == 0);
  }

  private static Transform means(int radius, Shape shape) {
    return (image, random) -> {
      byte[] in = image.toArray();
      byte[] rgb = new byte[in.length];
      int width = image.width();
      int height = image.height();
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          int[] sums = new int[3];
          int count = 0;
          for (int dy = -radius; dy <= radius; dy++) {
            int row = Math.max(0, Math.min(height - 1, y + dy)) * width;
            for (int dx = -radius; dx <= radius; dx++) {
              if (shape.has(dx, dy)) {
                int at = 3 * (row + Math.max(0, Math.min(width - 1, x + dx)));
                sums[0] += in[at] & 0xff;
                sums[1] += in[at + 1] & 0xff;
                sums[2] += in[at + 2] & 0xff;
                count++;
              }
            }
          }
          for (int c = 0; c < 3; c++) {
            rgb[3 * (y * width + x) + c] = PixelChanges.level((double) sums[c] / count);
          }
        }
      }
      return Image.of(width, height, rgb);
    };
  }

  /**
   * Returns the image seen from aside: each corner moves inwards by a drawn part of at most so much
   * of each side, from the upper left one clockwise, across before down. Bilinear; beyond the edges
   * the image is mirrored about its outermost pixels.
   */
  static Image perspective(Image image, double share, RandomGenerator random) {
    int width = image.width();
    int height = image.height();
    double[][] corners = {{0, 0}, {width - 1, 0}, {width - 1, height - 1}, {0, height - 1}};
    double[][] moved = new double[4][2];
    for (int i = 0; i < 4; i++) {
      double dx = PixelChanges.uniform(random) * share * width;
      double dy = PixelChanges.uniform(random) * share * height;
      moved[i][0] = corners[i][0] + (corners[i][0] == 0 ? dx : -dx);
      moved[i][1] = corners[i][1] + (corners[i][1] == 0 ? dy : -dy);
    }
    double[] back = projection(moved, corners); // from a place in the result to one in the image
    byte[] in = image.toArray();
    byte[] rgb = new byte[in.length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double w = back[6] * x + back[7] * y + 1;
        double u = (back[0] * x + back[1] * y + back[2]) / w;
        double v = (back[3] * x + back[4] * y + back[5]) / w;
        int left = (int) Math.floor(u);
        int top = (int) Math.floor(v);
        double a = u - left;
        double b = v - top;
        int x0 = mirrored(left, width);
        int x1 = mirrored(left + 1, width);
        int y0 = mirrored(top, height) * width;
        int y1 = mirrored(top + 1, height) * width;
        for (int c = 0; c < 3; c++) {
          double upper =
              (1 - a) * (in[3 * (y0 + x0) + c] & 0xff) + a * (in[3 * (y0 + x1) + c] & 0xff);
          double lower =
              (1 - a) * (in[3 * (y1 + x0) + c] & 0xff) + a * (in[3 * (y1 + x1) + c] & 0xff);
          rgb[3 * (y * width + x) + c] = PixelChanges.level((1 - b) * upper + b * lower);
        }
      }
    }
    return Image.of(width, height, rgb);
  }

  /** Returns a place, mirrored about the outermost pixels if it is beyond them. */
  static int mirrored(int place, int length) {
    int at = Math.floorMod(place, 2 * (length - 1));
    return at < length ? at : 2 * (length - 1) - at;
  }

  /** Returns the eight numbers of the projection that takes four points to four others. */
  private static double[] projection(double[][] from, double[][] to) {
    double[][] rows = new double[8][];
    for (int i = 0; i < 4; i++) {
      double x = from[i][0];
      double y = from[i][1];
      double u = to[i][0];
      double v = to[i][1];
      rows[2 * i] = new double[] {x, y, 1, 0, 0, 0, -u * x, -u * y, u};
      rows[2 * i + 1] = new double[] {0, 0, 0, x, y, 1, -v * x, -v * y, v};
    }
    for (int column = 0; column < 8; column++) {
      int pivot = column;
      for (int row = column + 1; row < 8; row++) {
        pivot = Math.abs(rows[row][column]) > Math.abs(rows[pivot][column]) ? row : pivot;
      }
      double[] swapped = rows[column];
      rows[column] = rows[pivot];
      rows[pivot] = swapped;
      for (int row = 0; row < 8; row++) {
        double factor = row == column ? 0 : rows[row][column] / rows[column][column];
        for (int k = column; k < 9; k++) {
          rows[row][k] -= factor * rows[column][k];
        }
      }
    }
    double[] solution = new double[8];
    for (int i = 0; i < 8; i++) {
      solution[i] = rows[i][8] / rows[i][i];
    }
    return solution;
  }
}
