package org.genimage.data.image;

import java.util.Optional;
import org.genimage.data.formats.JpegSegments;

/**
 * A JPEG file of which a part can be decoded: whatever lies outside is skipped, and what lies below
 * is not even read. The pixels are those of the whole image.
 *
 * @param file complete
 * @param width of the whole image
 * @param height of the whole image
 */
record JpegWindows(byte[] file, int width, int height) {

  /** SOF0 and SOF1: one pass over the coded data, from top to bottom. */
  private static final int LAST_SEQUENTIAL = 0xffc1;

  /** Chroma at half the size is interpolated from its neighbours, so a part needs one row more. */
  private static final int ROWS = 1;

  /**
   * One column more would do, but libjpeg does not interpolate in windows of few columns. A window
   * begins at a multiple of so many: TensorFlow decodes others into a buffer of its own first.
   */
  private static final int COLUMNS = 16;

  /**
   * Returns the windows, unless decoding the whole file could do something else than the same for
   * all pixels: a file with several passes, or one whose coded data are followed by something other
   * than the image's end. What follows may make libjpeg refuse the file, and a window would not see
   * it.
   */
  static Optional<JpegWindows> of(byte[] file, int width, int height, int sof, int scans) {
    return sof <= LAST_SEQUENTIAL && scans == 1 && JpegSegments.isPlainAfterScan(file)
        ? Optional.of(new JpegWindows(file, width, height))
        : Optional.empty();
  }

  /** Returns the window that must be decoded for the pixels of a box. */
  Box around(Box box) {
    int left = Math.max(0, box.x() / COLUMNS - 1) * COLUMNS;
    int top = Math.max(0, box.y() - ROWS);
    int right = Math.min(width, box.x() + box.width() + COLUMNS);
    int bottom = Math.min(height, box.y() + box.height() + ROWS);
    return new Box(left, top, right - left, bottom - top);
  }

  /**
   * Decodes a window.
   *
   * @param kept filled with the pixels if it is long enough
   * @return the array that was filled
   */
  byte[] decode(Box window, byte[] kept) {
    return NativeCodec.decodeJpegWindow(file, window, kept);
  }
}
