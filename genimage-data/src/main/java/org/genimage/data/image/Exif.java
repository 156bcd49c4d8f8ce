package org.genimage.data.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The orientation in EXIF data (Exif 2.32, section 4.6.4; TIFF 6.0, section 8). */
final class Exif {

  static final int UPRIGHT = 1;

  private static final int ORIENTATION = 0x112;
  private static final int EXIF_SEGMENT = 0xffe1;

  private Exif() {}

  /** Returns the orientation that a file states, 1 to 8, or 1 if it states none. */
  static int orientation(byte[] file, FileFormat format) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(file);
      return switch (format) {
        case JPEG -> ofJpeg(bytes);
        case PNG -> ofChunks(bytes, 8, ByteOrder.BIG_ENDIAN, "eXIf");
        case WEBP -> ofChunks(bytes, 12, ByteOrder.LITTLE_ENDIAN, "EXIF");
        case GIF, BMP, TIFF, PPM -> UPRIGHT;
      };
    } catch (IndexOutOfBoundsException e) {
      return UPRIGHT; // a file that ends within its metadata says nothing
    }
  }

  private static int ofJpeg(ByteBuffer bytes) {
    int exif = JpegSegments.find(bytes, marker -> marker == EXIF_SEGMENT, "Exif\0\0");
    return exif < 0 ? UPRIGHT : ofDirectory(bytes.slice(exif + 6, bytes.getChar(exif - 2) - 8));
  }

  /** Walks the chunks of a PNG file, whose size comes first, or of a WebP file. */
  private static int ofChunks(ByteBuffer bytes, int start, ByteOrder order, String wanted) {
    boolean png = order == ByteOrder.BIG_ENDIAN;
    bytes.order(order);
    int at = start;
    while (at + 8 <= bytes.limit()) {
      int length = bytes.getInt(png ? at : at + 4);
      byte[] name = new byte[4];
      bytes.get(png ? at + 4 : at, name);
      if (new String(name, StandardCharsets.ISO_8859_1).equals(wanted)) {
        ByteBuffer content = bytes.slice(at + 8, length);
        boolean marked = content.getInt(0) == 0x45786966; // some writers begin as JPEG's do
        return ofDirectory(marked ? content.slice(6, length - 6) : content);
      }
      at = Math.addExact(at + 8, png ? length + 4 : length + (length & 1));
    }
    return UPRIGHT;
  }

  private static int ofDirectory(ByteBuffer tiff) {
    tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int directory = tiff.getInt(4);
    int entries = tiff.getChar(directory);
    for (int i = 0; i < entries; i++) {
      int entry = directory + 2 + 12 * i;
      if (tiff.getChar(entry) == ORIENTATION) {
        int value = tiff.getChar(entry + 8);
        return value >= 1 && value <= 8 ? value : UPRIGHT;
      }
    }
    return UPRIGHT;
  }

  /** Returns the image turned upright. */
  static Image upright(Image image, int orientation) {
    if (orientation == UPRIGHT) {
      return image;
    }
    boolean transposed = orientation >= 5;
    boolean fromRight = orientation == 2 || orientation == 3 || orientation >= 7;
    boolean fromBelow =
        orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    int width = transposed ? image.height() : image.width();
    int height = transposed ? image.width() : image.height();
    byte[] rgb = new byte[image.rgb().length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int column = transposed ? y : x;
        int row = transposed ? x : y;
        column = fromRight ? image.width() - 1 - column : column;
        row = fromBelow ? image.height() - 1 - row : row;
        System.arraycopy(
            image.rgb(), 3 * (row * image.width() + column), rgb, 3 * (y * width + x), 3);
      }
    }
    return Image.wrap(width, height, rgb);
  }
}
