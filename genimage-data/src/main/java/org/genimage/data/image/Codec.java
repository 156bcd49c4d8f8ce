package org.genimage.data.image;

import com.google.common.io.ByteSource;
import com.google.common.primitives.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.genimage.data.formats.FileFormat;
import org.genimage.data.formats.JpegSegments;
import org.genimage.data.formats.PngChunks;
import org.genimage.data.image.Decoding.Orientation;
import org.genimage.data.image.Decoding.Truncated;
import org.genimage.data.internal.Interruption;
import org.genimage.data.internal.LimitedFiles;
import org.genimage.data.internal.LimitedFiles.UnfitFileException;
import org.genimage.data.internal.RawImage;
import org.tensorflow.exceptions.TFInvalidArgumentException;

/** Decodes files to the pixels that Pillow's {@code Image.open(file).convert("RGB")} gives. */
final class Codec {

  private static final int LONGEST_PNG_SIDE = 1_000_000;
  private static final int DEFLATE = 1032; // the most bytes that one can stand for

  /** SOF2; a code of Huffman takes at least one bit for 64 pixels of one of four components. */
  private static final int LAST_HUFFMAN = 0xffc2;

  private static final double LEAST_HUFFMAN = 1 / 2048.0;

  /** The most scans of a JPEG file; encoders write ten. */
  static final int MOST_SCANS = 500;

  private static final byte[] END_OF_JPEG = {(byte) 0xff, (byte) 0xd9};
  private static final String GET_ANOTHER = "; get the file again or leave it out";

  private Codec() {}

  /** A part of the work on one file. */
  @FunctionalInterface
  interface Step<T> {
    T run() throws IOException;
  }

  /**
   * A file whose bytes were read, and of a JPEG file the header.
   *
   * @param windows looks whether a part can be decoded alone
   */
  record Opened(
      String name,
      FileFormat format,
      Step<Image> decoder,
      Supplier<Optional<JpegWindows>> windows) {

    private Opened(String name, FileFormat format, Step<Image> decoder) {
      this(name, format, decoder, Optional::empty);
    }

    /** Decodes the whole image. */
    Image image() {
      return withinMemory(name, () -> guarded(name, format, decoder));
    }

    /** Decodes a window, as {@link JpegWindows#decode} does. */
    byte[] window(JpegWindows jpeg, Box window, byte[] kept) {
      return withinMemory(name, () -> guarded(name, format, () -> jpeg.decode(window, kept)));
    }

    private Opened upright(int orientation) {
      return orientation == Exif.UPRIGHT
          ? this
          : new Opened(name, format, () -> Exif.upright(decoder.run(), orientation));
    }
  }

  /** Decodes one file. */
  static Image decode(String name, ByteSource content, Decoding decoding) {
    return open(name, content, decoding).image();
  }

  /**
   * Opens one file. The heap and the native memory that decoding takes are bounded by the largest
   * file that is read and by the largest number of pixels; an error of the virtual machine below is
   * this image's failure.
   */
  static Opened open(String name, ByteSource content, Decoding decoding) {
    return withinMemory(
        name,
        () -> {
          if (content instanceof RawImage raw) {
            return raw(name, raw, decoding);
          }
          byte[] file = reading(name, () -> LimitedFiles.read(content));
          FileFormat format = FileFormat.of(file).orElseThrow(() -> unknown(name, file));
          return guarded(name, format, () -> open(name, file, format, decoding));
        });
  }

  private static <T> T withinMemory(String name, Supplier<T> work) {
    try {
      return work.get();
    } catch (OutOfMemoryError e) {
      throw new UnreadableImageException(
          "%s: expected an image that fits into memory, found that it needs more (%s)%s"
              .formatted(name, e.getMessage(), "; leave it out or raise -Xmx"),
          new IOException(e.toString(), e));
    } catch (StackOverflowError | InternalError | AssertionError e) {
      throw new UnreadableImageException(
          "%s: expected a complete image, found damaged data (%s)%s"
              .formatted(name, e.getClass().getSimpleName(), GET_ANOTHER),
          new IOException(e.toString(), e));
    }
  }

  private static <T> T guarded(String name, FileFormat format, Step<T> step) {
    try {
      return step.run();
    } catch (UnreadableImageException | IllegalStateException e) {
      throw e;
    } catch (TFInvalidArgumentException e) {
      throw damaged(name, format, "truncated or damaged data", new IOException(e.getMessage(), e));
    } catch (IOException e) {
      throw damaged(name, format, "data that cannot be decoded (" + e.getMessage() + ")", e);
    } catch (RuntimeException e) {
      throw damaged(name, format, "damaged data", new IOException(e.getMessage(), e));
    }
  }

  private static Opened open(String name, byte[] file, FileFormat format, Decoding decoding)
      throws IOException {
    SizeLimit limit = new SizeLimit(name, format, decoding.maxPixels(), file.length);
    boolean padded = decoding.truncated() == Truncated.PADDED;
    Opened opened =
        switch (format) {
          case JPEG -> jpeg(name, file, padded, limit, decoding.shorterSide());
          case PNG -> new Opened(name, format, () -> png(file, padded, limit));
          case WEBP -> new Opened(name, format, () -> WebP.decode(file, limit));
          case GIF -> new Opened(name, format, () -> JdkCodec.gif(file, limit));
          case BMP -> new Opened(name, format, () -> Bmp.decode(file, limit));
          case TIFF -> new Opened(name, format, () -> Tiff.decode(file, limit));
          case PPM -> new Opened(name, format, () -> Ppm.decode(file, limit));
        };
    return decoding.orientation() == Orientation.APPLIED
        ? opened.upright(Exif.orientation(file, format))
        : opened;
  }

  private static Opened raw(String name, RawImage raw, Decoding decoding) {
    new SizeLimit(name, FileFormat.PPM, decoding.maxPixels(), 0).check(raw.width(), raw.height());
    Image image = Image.wrap(raw.width(), raw.height(), reading(name, raw::rgb));
    return new Opened(name, FileFormat.PPM, () -> image);
  }

  private static byte[] reading(String name, Step<byte[]> read) {
    try {
      return read.run();
    } catch (UnfitFileException e) {
      throw new UnreadableImageException(
          name + ": expected an image file, found " + e.getMessage(), e);
    } catch (NoSuchFileException e) {
      String message = name + ": expected an image file, found no file there; check the path";
      throw new UnreadableImageException(message, e);
    } catch (IOException e) {
      Interruption.check(e, name + " was being read");
      String message = "%s: expected a readable image file, found an error in reading it (%s)";
      throw new UnreadableImageException(
          String.format(
              Locale.ROOT, message + "; check the disk and the permissions", name, e.getMessage()),
          e);
    }
  }

  private static UnreadableImageException damaged(
      String name, FileFormat format, String found, IOException cause) {
    String message = "%s: expected a complete %s image, found %s%s";
    return new UnreadableImageException(
        String.format(Locale.ROOT, message, name, format.title(), found, GET_ANOTHER), cause);
  }

  private static UnreadableImageException unknown(String name, byte[] file) {
    Optional<String> known = FileFormat.unreadable(file);
    String found =
        file.length == 0
            ? "an empty file" + GET_ANOTHER
            : known.isPresent()
                ? known.get() + ", which is not read; convert it to PNG or leave it out"
                : "the first bytes of none of them" + GET_ANOTHER;
    return new UnreadableImageException(
        "%s: expected a JPEG, PNG, WebP, GIF, BMP, TIFF or PPM image, found %s"
            .formatted(name, found));
  }

  private static Image png(byte[] file, boolean padded, SizeLimit limit) throws IOException {
    PngChunks png = PngChunks.of(file);
    limit.check(png.width(), png.height());
    if (Math.max(png.width(), png.height()) > LONGEST_PNG_SIDE) {
      throw new IOException(
          "a side of more than %s pixels, which libpng does not read".formatted(LONGEST_PNG_SIDE));
    }
    if (!padded) {
      limit.checkContent(png.width(), png.height(), png.bitsPerPixel() / 8.0 / DEFLATE);
    }
    try {
      return png(png, png.essential());
    } catch (TFInvalidArgumentException e) {
      // Pillow reads on where a checksum is wrong or the end is missing, as long as no row is.
      return png(png, png.repaired(padded));
    }
  }

  private static Image png(PngChunks png, byte[] file) {
    return png.isGrey16() ? NativeCodec.decodeGrey16Png(file) : NativeCodec.decodePng(file);
  }

  private static Opened jpeg(
      String name, byte[] file, boolean padded, SizeLimit limit, int shorterSide)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(file);
    int frame = JpegSegments.find(bytes, JpegSegments::isFrame, "");
    if (frame < 0) {
      throw new IOException("no frame header");
    }
    int width = bytes.getChar(frame + 3);
    int height = bytes.getChar(frame + 1);
    limit.check(width, height);
    int scans = JpegSegments.scans(file);
    if (scans > MOST_SCANS) {
      throw new IOException("%s scans, of which %s are read".formatted(scans, MOST_SCANS));
    }
    if (!padded && bytes.getChar(frame - 4) <= LAST_HUFFMAN) {
      limit.checkContent(width, height, LEAST_HUFFMAN);
    }
    byte[] whole = padded ? Bytes.concat(file, END_OF_JPEG) : file;
    if (bytes.get(frame + 5) == 4) {
      return new Opened(name, FileFormat.JPEG, () -> InkJpeg.decode(whole));
    }
    int reduction = reduction(Math.min(width, height), shorterSide);
    return new Opened(
        name,
        FileFormat.JPEG,
        () -> NativeCodec.decodeJpeg(whole, reduction),
        padded || reduction > 1
            ? Optional::empty
            : () -> JpegWindows.of(file, width, height, bytes.getChar(frame - 4), scans));
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
