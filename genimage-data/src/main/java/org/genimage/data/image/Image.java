package org.genimage.data.image;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.io.ByteSource;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.genimage.data.internal.LimitedFiles;

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
   * Returns the pixels of a picture in memory. Grey is copied to three channels, deeper channels
   * keep their high byte, alpha is dropped.
   *
   * @param picture of any type
   */
  public static Image of(BufferedImage picture) {
    int width = picture.getWidth();
    int height = picture.getHeight();
    byte[] rgb = new byte[Math.multiplyExact(3, Math.multiplyExact(width, height))];
    ColorModel model = picture.getColorModel();
    // getRGB would convert grey from linear light and change it by up to 73 levels.
    boolean grey = model.getColorSpace().getType() == ColorSpace.TYPE_GRAY;
    int shift = Math.max(0, model.getComponentSize(0) - 8);
    for (int i = 0; i < width * height; i++) {
      int x = i % width;
      int y = i / width;
      int colour =
          grey
              ? (picture.getRaster().getSample(x, y, 0) >> shift) * 0x010101
              : picture.getRGB(x, y);
      rgb[3 * i] = (byte) (colour >> 16);
      rgb[3 * i + 1] = (byte) (colour >> 8);
      rgb[3 * i + 2] = (byte) colour;
    }
    return wrap(width, height, rgb);
  }

  /**
   * Reads a JPEG, PNG, WebP, GIF, BMP, TIFF or PPM file: the pixels that Pillow's {@code
   * open(file).convert("RGB")} gives. The content decides the format, not the name. Grey is copied
   * to three channels, alpha is dropped, of several frames the first is read, the orientation in
   * EXIF is ignored.
   *
   * @throws UnreadableImageException if the file cannot be read or decoded, is larger than a
   *     gibibyte or half of the heap, or is a named pipe, a device or a socket
   */
  public static Image read(Path file) {
    return read(file, Decoding.PILLOW);
  }

  /**
   * Reads a file with other options of decoding, such as upright:
   *
   * <pre>{@code Image.read(file, Decoding.PILLOW.orientation(Decoding.Orientation.APPLIED))}</pre>
   *
   * @throws UnreadableImageException if the file cannot be read or decoded
   */
  public static Image read(Path file, Decoding decoding) {
    return read(file.toString(), LimitedFiles.of(file), decoding);
  }

  /**
   * Reads an encoded image, as {@link #read(Path)} does.
   *
   * @param name names it in messages
   * @param content the encoded bytes
   * @throws UnreadableImageException if the content cannot be read or decoded
   */
  public static Image read(String name, ByteSource content) {
    return read(name, content, Decoding.PILLOW);
  }

  /**
   * Reads an encoded image, as {@link #read(Path, Decoding)} does.
   *
   * @param name names it in messages
   * @param content the encoded bytes
   * @throws UnreadableImageException if the content cannot be read or decoded
   */
  public static Image read(String name, ByteSource content, Decoding decoding) {
    return Codec.decode(name, content, decoding);
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

  /** Returns a copy of the pixels as a picture of type {@link BufferedImage#TYPE_INT_RGB}. */
  public BufferedImage toBufferedImage() {
    int[] colours = new int[width * height];
    for (int i = 0; i < colours.length; i++) {
      colours[i] = (rgb[3 * i] & 0xff) << 16 | (rgb[3 * i + 1] & 0xff) << 8 | rgb[3 * i + 2] & 0xff;
    }
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    picture.getRaster().setDataElements(0, 0, width, height, colours);
    return picture;
  }

  /** Returns the image as a PNG file. */
  public byte[] toPng() {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    try (var out = new MemoryCacheImageOutputStream(png)) {
      ImageIO.write(toBufferedImage(), "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException("PNG of a " + width + "x" + height + " image", e);
    }
    return png.toByteArray();
  }

  /**
   * Returns the image as a baseline JPEG file with chroma at half the size (4:2:0), as Pillow and
   * OpenCV write it by default. {@link Transforms#jpeg} has what the file decodes to.
   *
   * @param quality of libjpeg, 1 to 100
   * @throws IllegalArgumentException if the quality is out of its range
   * @throws UnreadableImageException if a side has more than 65,500 pixels
   */
  public byte[] toJpeg(int quality) {
    checkArgument(
        quality >= 1 && quality <= 100, "JPEG quality must be from 1 to 100, got %s", quality);
    return NativeCodec.encodeJpeg(this, quality);
  }

  /** The pixels themselves, for readers in this package. */
  byte[] rgb() {
    return rgb;
  }
}
