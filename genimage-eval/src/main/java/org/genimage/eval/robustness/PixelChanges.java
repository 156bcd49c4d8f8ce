package org.genimage.eval.robustness;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.random.RandomGenerator;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.genimage.data.image.Filter;
import org.genimage.data.image.Image;
import org.genimage.data.image.Transform;
import org.genimage.data.image.Transforms;

/** The arithmetic of the suite: values are rounded half to even and clipped. */
final class PixelChanges {

  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

  private PixelChanges() {}

  /** A change of a value by a random number. */
  @FunctionalInterface
  interface Noise {
    double apply(int value, RandomGenerator random);
  }

  static byte level(double value) {
    return (byte) Math.max(0, Math.min(255, Math.rint(value)));
  }

  /** Returns a number in (0, 1): the upper 53 bits, at the middle of their step. */
  static double uniform(RandomGenerator random) {
    return ((random.nextLong() >>> 11) + 0.5) * 0x1p-53;
  }

  static double normal(RandomGenerator random) {
    return NORMAL.inverseCumulativeProbability(uniform(random));
  }

  /** Returns every value changed, row by row, red, green, blue. */
  static Transform noise(Noise noise) {
    return (image, random) -> {
      byte[] rgb = image.toArray();
      for (int i = 0; i < rgb.length; i++) {
        rgb[i] = level(noise.apply(rgb[i] & 0xff, random));
      }
      return Image.of(image.width(), image.height(), rgb);
    };
  }

  /** Returns whole pixels black or white, half each. */
  static Transform saltAndPepper(double share) {
    return (image, random) -> {
      byte[] rgb = image.toArray();
      for (int i = 0; i < rgb.length; i += 3) {
        double drawn = uniform(random);
        if (drawn < share) {
          byte value = (byte) (drawn < share / 2 ? 0 : 255);
          rgb[i] = value;
          rgb[i + 1] = value;
          rgb[i + 2] = value;
        }
      }
      return Image.of(image.width(), image.height(), rgb);
    };
  }

  /** Returns a Poisson number by adding up probabilities until they pass a uniform number. */
  static int poisson(double mean, RandomGenerator random) {
    double drawn = uniform(random);
    double probability = Math.exp(-mean);
    double sum = probability;
    int count = 0;
    while (sum < drawn && count < 1000) {
      count++;
      probability *= mean / count;
      sum += probability;
    }
    return count;
  }

  /** Returns every value looked up in a table of a function on [0, 1]. */
  static Transform table(DoubleUnaryOperator function) {
    byte[] table = new byte[256];
    for (int v = 0; v < 256; v++) {
      table[v] = level(255 * function.applyAsDouble(v / 255.0));
    }
    return (image, random) -> {
      byte[] rgb = image.toArray();
      for (int i = 0; i < rgb.length; i++) {
        rgb[i] = table[rgb[i] & 0xff];
      }
      return Image.of(image.width(), image.height(), rgb);
    };
  }

  /** Places of pixels in the image before. */
  @FunctionalInterface
  interface Place {
    int at(int x, int y, int channel);
  }

  /** Returns an image whose values stand elsewhere in the one before, as index of its bytes. */
  static Image moved(Image image, int width, int height, Place place) {
    byte[] in = image.toArray();
    byte[] rgb = new byte[3 * width * height];
    int next = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++) {
          rgb[next++] = in[place.at(x, y, c)];
        }
      }
    }
    return Image.of(width, height, rgb);
  }

  /** Returns the part that begins at a place; it must lie in the image. */
  static Image crop(Image image, int left, int top, int width, int height) {
    return moved(image, width, height, (x, y, c) -> 3 * ((top + y) * image.width() + left + x) + c);
  }

  static Image rot90(Image image) {
    int width = image.width();
    return moved(image, image.height(), width, (x, y, c) -> 3 * (x * width + width - 1 - y) + c);
  }

  static Image flipped(Image image, boolean upright) {
    int width = image.width();
    int height = image.height();
    return moved(
        image,
        width,
        height,
        (x, y, c) ->
            3 * ((upright ? height - 1 - y : y) * width + (upright ? x : width - 1 - x)) + c);
  }

  /** Returns red moved to the right and blue to the left; edges are repeated. */
  static Image channelShift(Image image, int pixels) {
    int width = image.width();
    return moved(
        image,
        width,
        image.height(),
        (x, y, c) -> {
          int from = x - (1 - c) * pixels;
          return 3 * (y * width + Math.max(0, Math.min(width - 1, from))) + c;
        });
  }

  /** Returns medians over a square; edges are repeated. */
  static Image median(Image image, int side) {
    byte[] in = image.toArray();
    byte[] rgb = new byte[in.length];
    int width = image.width();
    int height = image.height();
    int radius = side / 2;
    int[] counts = new int[256];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++) {
          Arrays.fill(counts, 0);
          for (int v = y - radius; v <= y + radius; v++) {
            int row = Math.max(0, Math.min(height - 1, v)) * width;
            for (int u = x - radius; u <= x + radius; u++) {
              counts[in[3 * (row + Math.max(0, Math.min(width - 1, u))) + c] & 0xff]++;
            }
          }
          int value = 0;
          for (int seen = counts[0]; seen <= side * side / 2; seen += counts[value]) {
            value++;
          }
          rgb[3 * (y * width + x) + c] = (byte) value;
        }
      }
    }
    return Image.of(width, height, rgb);
  }

  /** Returns the image in a frame of one grey. */
  static Image framed(Image image, int border, int grey) {
    int width = image.width() + 2 * border;
    int height = image.height() + 2 * border;
    byte[] in = image.toArray();
    byte[] rgb = new byte[3 * width * height];
    Arrays.fill(rgb, (byte) grey);
    for (int y = 0; y < image.height(); y++) {
      System.arraycopy(
          in, 3 * y * image.width(), rgb, 3 * ((y + border) * width + border), 3 * image.width());
    }
    return Image.of(width, height, rgb);
  }

  /** Returns the image with a square of grey 128 at a drawn place. */
  static Image cutOut(Image image, double share, RandomGenerator random) {
    int shorter = Math.min(image.width(), image.height());
    double exact = Math.sqrt(share * image.width() * image.height());
    int side = Math.max(1, Math.min(shorter, (int) Math.rint(exact)));
    int left = (int) (uniform(random) * (image.width() - side + 1));
    int top = (int) (uniform(random) * (image.height() - side + 1));
    byte[] rgb = image.toArray();
    for (int y = top; y < top + side; y++) {
      int from = 3 * (y * image.width() + left);
      Arrays.fill(rgb, from, from + 3 * side, (byte) 128);
    }
    return Image.of(image.width(), image.height(), rgb);
  }

  /** Returns the lowest 15 % of the rows mixed with blocks of 8 pixels, black or white. */
  static Image overlaid(Image image, double strength, RandomGenerator random) {
    int rows = (int) Math.rint(0.15 * image.height());
    int across = (image.width() + 7) / 8;
    double[] blocks = new double[across * ((rows + 7) / 8)];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = uniform(random) < 0.5 ? 0 : 255;
    }
    byte[] rgb = image.toArray();
    int top = image.height() - rows;
    for (int y = top; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        double block = blocks[(y - top) / 8 * across + x / 8];
        for (int c = 0; c < 3; c++) {
          int at = 3 * (y * image.width() + x) + c;
          rgb[at] = level((1 - strength) * (rgb[at] & 0xff) + strength * block);
        }
      }
    }
    return Image.of(image.width(), image.height(), rgb);
  }

  static int scaled(double share, int side) {
    return Math.max(1, (int) Math.rint(share * side));
  }

  static Image resized(Image image, double share, Filter filter, RandomGenerator random) {
    return Transforms.resize(scaled(share, image.width()), scaled(share, image.height()), filter)
        .apply(image, random);
  }

  /** Returns the image with its longer side of this length at most. */
  static Image longSide(Image image, int most, Filter filter, RandomGenerator random) {
    int longer = Math.max(image.width(), image.height());
    return longer <= most ? image : resized(image, (double) most / longer, filter, random);
  }

  /** Returns the nearest number that fits into 8 bits. */
  static int clip(int value) {
    return Math.max(0, Math.min(255, value));
  }
}
