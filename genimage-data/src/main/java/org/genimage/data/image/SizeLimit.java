package org.genimage.data.image;

/** Protects against files whose header claims an enormous size. */
record SizeLimit(String name, FileFormat format, long maxPixels) {

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
          (message + "; leave the file out or raise Decoding.maxPixels")
              .formatted(name, format.title(), maxPixels, width, height));
    }
  }
}
