package org.genimage.data;

import com.google.common.io.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import org.tensorflow.exceptions.TFInvalidArgumentException;

/**
 * Decodes JPEG and PNG files to the pixels that Pillow's {@code Image.open(file).convert("RGB")}
 * gives. The content decides the format, not the name. Four-component JPEGs may differ from Pillow
 * by one level.
 */
final class Codec {

  /** Pillow's limit; a header that claims more is refused before memory is taken. */
  static final long MAX_PIXELS = 178_956_970;

  private static final int JPEG = 0xffd8ff00;
  private static final int PNG = 0x89504e47;
  private static final int PNG_HEADER = 26; // up to and including depth and colour type
  private static final Map<String, String> OTHER_FORMATS =
      Map.of(
          "GIF", "(?s)GIF8.*",
          "BMP", "(?s)BM.*",
          "TIFF", "(?s)(II\\*\0|MM\0\\*).*",
          "WebP", "(?s)RIFF....WEBP");
  private static final String GET_ANOTHER = "; get the file again or leave it out";

  private Codec() {}

  static Image decode(String name, ByteSource content) {
    byte[] file = read(name, content);
    int magic = file.length < 4 ? 0 : ByteBuffer.wrap(file).getInt();
    if (magic == PNG) {
      return decodePng(name, file);
    }
    if ((magic & 0xffffff00) == JPEG) {
      return decodeJpeg(name, file);
    }
    String message = "%s: expected a JPEG or PNG image, found %s".formatted(name, describe(file));
    throw new UnreadableImageException(message);
  }

  private static byte[] read(String name, ByteSource content) {
    try {
      return content.read();
    } catch (NoSuchFileException e) {
      String message = name + ": expected an image file, found no file there; check the path";
      throw new UnreadableImageException(message, e);
    } catch (IOException e) {
      String message = "%s: expected a readable image file, found an error in reading it (%s)";
      throw new UnreadableImageException(
          (message + "; check the disk and the permissions").formatted(name, e.getMessage()), e);
    }
  }

  private static String describe(byte[] file) {
    String start = new String(file, 0, Math.min(12, file.length), StandardCharsets.ISO_8859_1);
    if (start.isEmpty()) {
      return "an empty file" + GET_ANOTHER;
    }
    for (Map.Entry<String, String> format : OTHER_FORMATS.entrySet()) {
      if (start.matches(format.getValue())) {
        return "a %s file; convert it to PNG".formatted(format.getKey());
      }
    }
    return "neither format's first bytes" + GET_ANOTHER;
  }

  private static Image decodePng(String name, byte[] file) {
    ByteBuffer header = ByteBuffer.wrap(file);
    if (file.length < PNG_HEADER || header.getInt(12) != 0x49484452) { // "IHDR"
      throw damaged(name, "PNG", "a file without a PNG header", null);
    }
    checkSize(
        name,
        "PNG",
        Integer.toUnsignedLong(header.getInt(16)),
        Integer.toUnsignedLong(header.getInt(20)));
    boolean grey16 = header.get(24) == 16 && header.get(25) == 0;
    try {
      return grey16 ? NativeCodec.decodeGrey16Png(file) : NativeCodec.decodePng(file);
    } catch (TFInvalidArgumentException e) {
      throw damaged(name, "PNG", "truncated or damaged data", e);
    }
  }

  private static Image decodeJpeg(String name, byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file);
    int frame = frameHeader(bytes);
    if (frame < 0) {
      throw damaged(name, "JPEG", "a file without a frame header", null);
    }
    checkSize(name, "JPEG", bytes.getChar(frame + 5), bytes.getChar(frame + 3));
    try {
      return NativeCodec.decodeJpeg(file);
    } catch (TFInvalidArgumentException e) {
      throw damaged(name, "JPEG", "truncated or damaged data", e);
    }
  }

  /** Returns where the length of the first frame header (SOFn) stands, or -1. */
  private static int frameHeader(ByteBuffer bytes) {
    int at = 2;
    while (at + 10 < bytes.limit()) {
      int marker = bytes.getChar(at);
      if (marker < 0xff02 || marker == 0xffff) {
        at++; // padding between segments
      } else if (marker >= 0xffd0 && marker <= 0xffd8) {
        at += 2;
      } else if (marker >= 0xffc0
          && marker <= 0xffcf
          && marker != 0xffc4
          && marker != 0xffc8
          && marker != 0xffcc) {
        return at + 2;
      } else {
        at += 2 + bytes.getChar(at + 2);
      }
    }
    return -1;
  }

  private static void checkSize(String name, String format, long width, long height) {
    boolean overflows = width > MAX_PIXELS || height > MAX_PIXELS;
    if (overflows || width * height > MAX_PIXELS) {
      throw new UnreadableImageException(
          "%s: expected a %s image of at most %d pixels, found a header that claims %dx%d%s"
              .formatted(name, format, MAX_PIXELS, width, height, GET_ANOTHER));
    }
  }

  private static UnreadableImageException damaged(
      String name, String format, String found, TFInvalidArgumentException cause) {
    String message =
        "%s: expected a complete %s image, found %s%s".formatted(name, format, found, GET_ANOTHER);
    return cause == null
        ? new UnreadableImageException(message)
        : new UnreadableImageException(message, new IOException(cause.getMessage(), cause));
  }
}
