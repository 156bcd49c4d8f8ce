package org.genimage.data.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.InflaterInputStream;
import org.genimage.data.formats.FileFormat;
import org.genimage.data.formats.JpegSegments;
import org.genimage.data.formats.TiffDirectory;

/**
 * The orientation that a file states, in EXIF data (Exif 2.32, section 4.6.4) or else in XMP, as
 * Pillow's {@code exif_transpose} finds it. Every block is read once, from its beginning to its
 * end, and compressed text only up to Pillow's limit.
 */
final class Exif {

  static final int UPRIGHT = TiffDirectory.UPRIGHT;

  private static final int APPLICATION1 = 0xffe1;
  private static final String EXIF_START = "Exif\0\0";
  private static final String XMP_START = "http://ns.adobe.com/xap/1.0/\0";
  private static final String XMP_KEY = "XML:com.adobe.xmp";
  private static final String PROFILE_KEY = "Raw profile type exif";
  private static final Pattern XMP = Pattern.compile("tiff:Orientation(?:=\"|>)([0-9])");
  private static final int LONGEST_TEXT = 1 << 20;

  private Optional<Integer> exif = Optional.empty();
  private Optional<Integer> profile = Optional.empty();
  private Optional<Integer> xmp = Optional.empty();

  private Exif() {}

  /** Returns the orientation that a file states, 1 to 8, or 1 if it states none. */
  static int orientation(byte[] file, FileFormat format) {
    ByteBuffer bytes = ByteBuffer.wrap(file);
    Exif found = new Exif();
    switch (format) {
      case JPEG -> found.ofJpeg(bytes);
      case PNG -> found.ofPng(bytes);
      case WEBP -> found.ofWebP(bytes);
      case GIF, BMP, PPM -> {}
      case TIFF -> {} // turned when it is decoded
    }
    return found
        .exif
        .or(() -> found.profile)
        .or(() -> found.xmp)
        .map(TiffDirectory::known)
        .orElse(UPRIGHT);
  }

  private void ofJpeg(ByteBuffer bytes) {
    segment(bytes, EXIF_START).ifPresent(block -> exif = inExif(block));
    segment(bytes, XMP_START).ifPresent(block -> xmp = inXmp(block));
  }

  private static Optional<ByteBuffer> segment(ByteBuffer bytes, String start) {
    int at = JpegSegments.find(bytes, marker -> marker == APPLICATION1, start);
    if (at < 0) {
      return Optional.empty();
    }
    int length = Math.min(bytes.getChar(at - 2) - 2, bytes.limit() - at);
    return Optional.of(bytes.slice(at, length));
  }

  private void ofPng(ByteBuffer bytes) {
    int at = 8;
    while (bytes.limit() - at >= 12) {
      int length = bytes.getInt(at);
      if (length < 0 || length > bytes.limit() - at - 12) {
        return;
      }
      ByteBuffer content = bytes.slice(at + 8, length);
      switch (text(bytes.slice(at + 4, 4))) {
        case "eXIf" -> exif = inExif(content);
        case "tEXt", "zTXt", "iTXt" -> ofText(content, bytes.get(at + 4));
        default -> {}
      }
      at += length + 12;
    }
  }

  /** Reads a text chunk: a key, then for zTXt its compression, for iTXt flags and languages. */
  private void ofText(ByteBuffer content, int kind) {
    String key = untilZero(content);
    if (!key.equals(XMP_KEY) && !key.equals(PROFILE_KEY)) {
      return;
    }
    boolean compressed = kind == 'z';
    if (kind == 'i' && content.remaining() >= 2) {
      compressed = content.get() != 0;
      content.get(); // method
      untilZero(content);
      untilZero(content);
    } else if (compressed && content.hasRemaining()) {
      content.get();
    }
    ByteBuffer value = compressed ? inflated(content) : content.slice();
    if (key.equals(PROFILE_KEY)) {
      profile = inProfile(value);
    } else if (kind == 'i') {
      xmp = inXmp(value);
    }
  }

  private static String untilZero(ByteBuffer content) {
    int start = content.position();
    while (content.hasRemaining()) {
      if (content.get() == 0) {
        return text(content.slice(start, content.position() - 1 - start));
      }
    }
    return "";
  }

  private static ByteBuffer inflated(ByteBuffer content) {
    byte[] deflated = new byte[content.remaining()];
    content.get(deflated);
    try (var text = new InflaterInputStream(new ByteArrayInputStream(deflated))) {
      return ByteBuffer.wrap(text.readNBytes(LONGEST_TEXT));
    } catch (IOException e) {
      return ByteBuffer.allocate(0);
    }
  }

  /** Reads ImageMagick's form: a blank line, the name, the length, then hexadecimal digits. */
  private static Optional<Integer> inProfile(ByteBuffer content) {
    String[] lines = text(content).split("\n", 4);
    if (lines.length < 4) {
      return Optional.empty();
    }
    String digits = lines[3].replaceAll("\\s", "");
    try {
      return inExif(ByteBuffer.wrap(HexFormat.of().parseHex(digits)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private void ofWebP(ByteBuffer bytes) {
    long at = 12;
    while (bytes.limit() - at >= 8) {
      int start = (int) at + 8;
      long length = Integer.toUnsignedLong(Integer.reverseBytes(bytes.getInt((int) at + 4)));
      if (length > bytes.limit() - start) {
        return;
      }
      ByteBuffer content = bytes.slice(start, (int) length);
      switch (text(bytes.slice((int) at, 4))) {
        case "EXIF" -> exif = inExif(content);
        case "XMP " -> xmp = inXmp(content);
        default -> {}
      }
      at = start + length + (length & 1);
    }
  }

  private static Optional<Integer> inExif(ByteBuffer block) {
    ByteBuffer tiff = block;
    ByteBuffer start = ByteBuffer.wrap(EXIF_START.getBytes(StandardCharsets.ISO_8859_1));
    while (tiff.limit() > start.limit() && tiff.slice(0, start.limit()).equals(start)) {
      tiff = tiff.slice(start.limit(), tiff.limit() - start.limit());
    }
    byte[] bytes = new byte[tiff.limit()];
    tiff.get(0, bytes);
    if (bytes.length < 8 || bytes[0] != bytes[1] || (bytes[0] != 'I' && bytes[0] != 'M')) {
      return Optional.empty();
    }
    try {
      return TiffDirectory.of(bytes).orientation();
    } catch (IOException e) {
      return Optional.empty(); // damaged metadata say nothing
    }
  }

  /** Returns the orientation in a block of XMP, or 1 if it states none. */
  static int ofXmp(ByteBuffer block) {
    return inXmp(block).map(TiffDirectory::known).orElse(UPRIGHT);
  }

  private static Optional<Integer> inXmp(ByteBuffer block) {
    Matcher orientation = XMP.matcher(text(block));
    return orientation.find()
        ? Optional.of(Integer.parseInt(orientation.group(1)))
        : Optional.empty();
  }

  private static String text(ByteBuffer bytes) {
    byte[] text = new byte[bytes.limit()];
    bytes.get(0, text);
    return new String(text, StandardCharsets.ISO_8859_1);
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
