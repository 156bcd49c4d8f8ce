package org.genimage.data.image;

import org.genimage.data.image.WindowTransform.Window;
import org.genimage.data.resampling.Kernel;
import org.genimage.data.resampling.Passes;
import org.genimage.data.resampling.Taps;

/** Resizes as Pillow does, equal on every byte: antialiased, or the nearest pixel. */
final class Resampling {

  private static final Passes PASSES = Passes.best();

  private Resampling() {}

  /** Returns the image at another size. */
  static Image resize(Image image, int width, int height, Filter filter) {
    Box all = new Box(0, 0, image.width(), image.height());
    return resize(image, all, width, height, filter, new Box(0, 0, width, height));
  }

  /**
   * Returns a part of a resized part: {@code from} is cut out first, so nothing outside takes part;
   * of its resized version, only what lies in {@code keep} is computed.
   */
  static Image resize(Image image, Box from, int width, int height, Filter filter, Box keep) {
    return resize(image, from, width, height, kernel(filter), keep);
  }

  /** As above, with any of Pillow's antialiased filters. */
  static Image resize(Image image, Box from, int width, int height, Kernel kernel, Box keep) {
    return window(from, width, height, kernel, keep).of(image);
  }

  /** Returns what the above reads of an image, and the resize of this part. */
  static Window window(Box from, int width, int height, Kernel kernel, Box keep) {
    Taps columns = Taps.of(from.width(), width, kernel, keep.x(), keep.width());
    Taps rows = Taps.of(from.height(), height, kernel, keep.y(), keep.height());
    Box read =
        new Box(
            from.x() + columns.start(), from.y() + rows.start(), columns.length(), rows.length());
    return new Window(
        read,
        (rgb, rowWidth, place) ->
            Image.wrap(
                columns.outputs(),
                rows.outputs(),
                PASSES.resize(rgb, rowWidth, place.x(), place.y(), columns, rows)));
  }

  /** Returns the kernel of a filter. */
  static Kernel kernel(Filter filter) {
    return switch (filter) {
      case BILINEAR -> Kernel.BILINEAR;
      case BICUBIC -> Kernel.BICUBIC;
      case LANCZOS -> Kernel.LANCZOS;
    };
  }

  /** Returns a part at another size, each pixel the nearest one, without antialiasing. */
  static Image nearest(Image image, Box from, int width, int height) {
    int[] columns = nearest(from.width(), width);
    int[] rows = nearest(from.height(), height);
    byte[] rgb = new byte[Math.multiplyExact(3 * width, height)];
    for (int y = 0; y < height; y++) {
      int row = (from.y() + rows[y]) * image.width() + from.x();
      for (int x = 0; x < width; x++) {
        System.arraycopy(image.rgb(), 3 * (row + columns[x]), rgb, 3 * (y * width + x), 3);
      }
    }
    return Image.wrap(width, height, rgb);
  }

  /** Returns the input place of each output place; sums up the steps, as Pillow does. */
  private static int[] nearest(int from, int to) {
    double step = (double) from / to;
    double place = step * 0.5;
    int[] places = new int[to];
    for (int i = 0; i < to; i++) {
      places[i] = Math.min(from - 1, (int) place);
      place += step;
    }
    return places;
  }
}
