package org.genimage.data;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.io.ByteSource;
import com.google.common.io.MoreFiles;
import java.nio.file.Path;

/**
 * One decoded image: 8-bit RGB, immutable. Pixel (x, y) has its red, green and blue values, 0 to
 * 255, at {@code 3 * (y * width + x)} and the two places after it.
 */
public final class Image {

  private final int width;
  private final int height;
  private final byte[] rgb;

  private Image(int width, int height, byte[] rgb) {
    this.width = width;
    this.height = height;
    this.rgb = rgb;
  }

  /**
   * Returns an image of these pixels.
   *
   * @param width in pixels
   * @param height in pixels
   * @param rgb {@code height * width * 3} unsigned bytes, rows from the top, channels interleaved;
   *     copied
   * @throws IllegalArgumentException if a side is not positive or the array has another length
   */
  public static Image of(int width, int height, byte[] rgb) {
    return wrap(width, height, rgb.clone());
  }

  /** As {@link #of}, without the copy, for callers in this package that give the array away. */
  static Image wrap(int width, int height, byte[] rgb) {
    checkArgument(
        width > 0 && height > 0, "image sides must be positive, got %sx%s", width, height);
    checkArgument(
        rgb.length == 3L * width * height,
        "a %sx%s RGB image has %s bytes, got %s",
        width,
        height,
        3L * width * height,
        rgb.length);
    return new Image(width, height, rgb);
  }

  /**
   * Reads a JPEG or PNG file.
   *
   * @throws UnreadableImageException if the file cannot be read or decoded
   */
  public static Image read(Path file) {
    return read(file.toString(), MoreFiles.asByteSource(file));
  }

  /**
   * Reads an encoded image.
   *
   * @param name names it in messages
   * @param content the encoded bytes
   * @throws UnreadableImageException if the content cannot be read or decoded
   */
  public static Image read(String name, ByteSource content) {
    throw new UnsupportedOperationException(name + content);
  }

  /** Returns the width in pixels. */
  public int width() {
    return width;
  }

  /** Returns the height in pixels. */
  public int height() {
    return height;
  }

  /**
   * Returns one value.
   *
   * @param x column, from 0 at the left
   * @param y row, from 0 at the top
   * @param channel 0 red, 1 green, 2 blue
   * @return 0 to 255
   */
  public int value(int x, int y, int channel) {
    return rgb[3 * (y * width + x) + channel] & 0xff;
  }

  /** Returns a copy of the pixels: {@code height * width * 3} unsigned bytes. */
  public byte[] toArray() {
    return rgb.clone();
  }

  /** The pixels themselves, for readers in this package. */
  byte[] rgb() {
    return rgb;
  }
}
