package org.genimage.data.image;

import com.google.common.io.ByteSource;
import com.google.common.primitives.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import org.genimage.data.image.Decoding.Orientation;
import org.genimage.data.image.Decoding.Truncated;
import org.genimage.data.internal.Interruption;
import org.tensorflow.exceptions.TFInvalidArgumentException;

/** Decodes files to the pixels that Pillow's {@code Image.open(file).convert("RGB")} gives. */
final class Codec {

  private static final int PNG_HEADER = 26; // up to and including depth and colour type
  private static final int ADOBE = 0xffee;
  private static final byte[] END_OF_JPEG = {(byte) 0xff, (byte) 0xd9};
  private static final String GET_ANOTHER = "; get the file again or leave it out";

  private Codec() {}

  static Image decode(String name, ByteSource content, Decoding decoding) {
    byte[] file = read(name, content);
    FileFormat format = FileFormat.of(file).orElseThrow(() -> unknown(name, file));
    SizeLimit limit = new SizeLimit(name, format, decoding.maxPixels());
    boolean padded = decoding.truncated() == Truncated.PADDED;
    Image image;
    try {
      image =
          switch (format) {
            case JPEG -> jpeg(file, padded, limit, decoding.shorterSide());
            case PNG -> png(file, padded, limit);
            case WEBP -> WebP.decode(file, limit);
            case GIF -> JdkCodec.gif(file, limit);
            case BMP -> JdkCodec.bmp(file, limit);
            case TIFF -> JdkCodec.tiff(file, limit);
            case PPM -> Ppm.decode(file, limit);
          };
    } catch (UnreadableImageException | IllegalStateException e) {
      throw e;
    } catch (TFInvalidArgumentException e) {
      throw damaged(name, format, "truncated or damaged data", new IOException(e.getMessage(), e));
    } catch (IOException e) {
      throw damaged(name, format, "data that cannot be decoded (" + e.getMessage() + ")", e);
    } catch (RuntimeException e) {
      throw damaged(name, format, "damaged data", new IOException(e.getMessage(), e));
    }
    return decoding.orientation() == Orientation.APPLIED
        ? Exif.upright(image, Exif.orientation(file, format))
        : image;
  }

  private static byte[] read(String name, ByteSource content) {
    try {
      return content.read();
    } catch (NoSuchFileException e) {
      String message = name + ": expected an image file, found no file there; check the path";
      throw new UnreadableImageException(message, e);
    } catch (IOException e) {
      Interruption.check(e, name + " was being read");
      String message = "%s: expected a readable image file, found an error in reading it (%s)";
      throw new UnreadableImageException(
          (message + "; check the disk and the permissions").formatted(name, e.getMessage()), e);
    }
  }

  private static UnreadableImageException damaged(
      String name, FileFormat format, String found, IOException cause) {
    String message = "%s: expected a complete %s image, found %s%s";
    return new UnreadableImageException(
        message.formatted(name, format.title(), found, GET_ANOTHER), cause);
  }

  private static UnreadableImageException unknown(String name, byte[] file) {
    String found = file.length == 0 ? "an empty file" : "the first bytes of none of them";
    return new UnreadableImageException(
        "%s: expected a JPEG, PNG, WebP, GIF, BMP, TIFF or PPM image, found %s%s"
            .formatted(name, found, GET_ANOTHER));
  }

  private static Image png(byte[] file, boolean padded, SizeLimit limit) throws IOException {
    ByteBuffer header = ByteBuffer.wrap(file);
    if (file.length < PNG_HEADER || header.getInt(12) != 0x49484452) { // "IHDR"
      throw new IOException("no PNG header");
    }
    limit.check(
        Integer.toUnsignedLong(header.getInt(16)), Integer.toUnsignedLong(header.getInt(20)));
    boolean grey16 = header.get(24) == 16 && header.get(25) == 0;
    try {
      return grey16 ? NativeCodec.decodeGrey16Png(file) : NativeCodec.decodePng(file);
    } catch (TFInvalidArgumentException e) {
      // Pillow reads on where a checksum is wrong or the end is missing, as long as no row is.
      byte[] repaired = DamagedPng.repaired(file, padded);
      return grey16 ? NativeCodec.decodeGrey16Png(repaired) : NativeCodec.decodePng(repaired);
    }
  }

  private static Image jpeg(byte[] file, boolean padded, SizeLimit limit, int shorterSide)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(file);
    int frame = JpegSegments.find(bytes, JpegSegments::isFrame, "");
    if (frame < 0) {
      throw new IOException("no frame header");
    }
    int width = bytes.getChar(frame + 3);
    int height = bytes.getChar(frame + 1);
    limit.check(width, height);
    byte[] whole = padded ? Bytes.concat(file, END_OF_JPEG) : file;
    boolean ink = bytes.get(frame + 5) >= 4;
    Image image =
        NativeCodec.decodeJpeg(whole, ink ? 1 : reduction(Math.min(width, height), shorterSide));
    if (!ink) {
      return image;
    }
    // Complete, then. TensorFlow's colours of ink are off by one level.
    int adobe = JpegSegments.find(bytes, marker -> marker == ADOBE, "Adobe");
    return JdkCodec.inkJpeg(whole, adobe >= 0 && bytes.get(adobe + 11) != 0);
  }

  /** Returns by how much a JPEG file can shrink before it is too small: 1, 2, 4 or 8. */
  private static int reduction(int side, int wanted) {
    int reduction = 8;
    while (reduction > 1 && (wanted == 0 || (side + reduction - 1) / reduction < wanted)) {
      reduction /= 2;
    }
    return reduction;
  }
}
