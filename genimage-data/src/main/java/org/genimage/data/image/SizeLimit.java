package org.genimage.data.image;

import java.io.IOException;
import java.util.Locale;
import org.genimage.data.formats.FileFormat;

/**
 * Protects against files whose header claims an enormous size.
 *
 * @param name of the file
 * @param format of the file
 * @param maxPixels the largest number of pixels
 * @param bytes the file's length
 */
record SizeLimit(String name, FileFormat format, long maxPixels, long bytes) {

  /**
   * Checks the size that a header claims.
   *
   * @throws UnreadableImageException if it is too large
   */
  void check(long width, long height) {
    boolean overflows = width > maxPixels || height > maxPixels;
    if (overflows || width * height > maxPixels) {
      String message =
          "%s: expected a %s image of at most %d pixels, found a header that claims %dx%d";
      throw new UnreadableImageException(
          String.format(
              Locale.ROOT,
              message + "; leave the file out or raise Decoding.maxPixels",
              name,
              format.title(),
              maxPixels,
              width,
              height));
    }
  }

  /**
   * Checks that the file is long enough to hold all pixels, before memory is taken for them.
   *
   * @param bytesPerPixel the fewest that the format's compression can reach
   * @throws IOException if it is not
   */
  void checkContent(long width, long height, double bytesPerPixel) throws IOException {
    if (width * height * bytesPerPixel > bytes) {
      throw new IOException(
          "%s bytes, too few for the %sx%s pixels that the header claims"
              .formatted(bytes, width, height));
    }
  }
}
