package org.genimage.data.image;

import com.google.common.io.ByteStreams;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Optional;
import java.util.OptionalInt;
import org.genimage.data.formats.FileFormat;
import org.genimage.data.formats.JpegQuality;

/**
 * What an image file states before its pixels. Sizes are read from JPEG and PNG files only.
 *
 * @param format {@code JPEG}, {@code PNG}, {@code WebP}, {@code GIF}, {@code BMP}, {@code TIFF} or
 *     {@code PPM} by the first bytes, or {@code unknown}
 * @param width in pixels, 0 if not read
 * @param height in pixels, 0 if not read
 * @param channels the number of stored channels, 0 if not read; a palette counts as three
 * @param quality of a JPEG file, 1 to 100, estimated from its luminance quantisation table; empty
 *     for other formats
 */
public record ImageHeader(String format, int width, int height, int channels, OptionalInt quality) {

  /** The bytes that are searched for a JPEG file's header: more than all profiles can take. */
  private static final long LONGEST = 1L << 26;

  /**
   * Returns this header with another size.
   *
   * @param width in pixels
   * @param height in pixels
   */
  public ImageHeader sized(int width, int height) {
    return new ImageHeader(format, width, height, channels, quality);
  }

  /**
   * Reads a header, and no more of the file than it needs, at most 64 MiB. If the content ends too
   * early, what is missing is 0 or empty.
   *
   * @param content the file from its first byte; the caller closes it
   * @throws IOException if the content cannot be read
   */
  public static ImageHeader read(InputStream content) throws IOException {
    InputStream limited = ByteStreams.limit(content, LONGEST);
    DataInputStream in = new DataInputStream(new BufferedInputStream(limited));
    byte[] start = in.readNBytes(12);
    Optional<FileFormat> format = FileFormat.of(start);
    if (format.equals(Optional.of(FileFormat.PNG))) {
      return png(in);
    }
    if (format.equals(Optional.of(FileFormat.JPEG))) {
      InputStream behindStart = new ByteArrayInputStream(start, 2, start.length - 2);
      return new Jpeg().read(new DataInputStream(new SequenceInputStream(behindStart, in)));
    }
    String title = format.map(FileFormat::title).orElse("unknown");
    return new ImageHeader(title, 0, 0, 0, OptionalInt.empty());
  }

  private static ImageHeader png(DataInputStream in) throws IOException {
    try {
      in.readInt(); // IHDR
      int width = in.readInt();
      int height = in.readInt();
      in.readByte(); // depth
      int channels =
          switch (in.readByte()) {
            case 0 -> 1;
            case 4 -> 2;
            case 6 -> 4;
            default -> 3;
          };
      return new ImageHeader("PNG", width, height, channels, OptionalInt.empty());
    } catch (EOFException e) {
      return new ImageHeader("PNG", 0, 0, 0, OptionalInt.empty());
    }
  }

  /** The segments before the first scan: quantisation tables (DQT) and the frame header (SOFn). */
  private static final class Jpeg {

    private final int[][] tables = new int[16][];
    private int width;
    private int height;
    private int channels;
    private int table;

    private ImageHeader read(DataInputStream in) throws IOException {
      try {
        int marker;
        while ((marker = next(in)) != 0xda) { // SOS
          if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
            continue; // markers without content
          }
          byte[] segment = new byte[Math.max(0, in.readUnsignedShort() - 2)];
          in.readFully(segment);
          if (marker == 0xdb) {
            quantisation(segment);
          } else if (isFrame(marker) && segment.length >= 9) {
            height = unsigned(segment, 1);
            width = unsigned(segment, 3);
            channels = segment[5] & 0xff;
            table = segment[8] & 0xf;
          }
        }
      } catch (EOFException e) {
        // the values read so far are returned
      }
      int[] first = tables[table];
      return new ImageHeader(
          "JPEG",
          width,
          height,
          channels,
          first == null ? OptionalInt.empty() : OptionalInt.of(JpegQuality.of(first)));
    }

    private static int next(DataInputStream in) throws IOException {
      int previous = 0;
      while (true) {
        int b = in.readUnsignedByte();
        if (previous == 0xff && b != 0xff && b != 0) {
          return b;
        }
        previous = b;
      }
    }

    private static boolean isFrame(int marker) {
      return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    }

    private void quantisation(byte[] segment) {
      int at = 0;
      while (at < segment.length) {
        int head = segment[at++] & 0xff;
        int bytes = head >> 4 == 0 ? 1 : 2;
        if (at + 64 * bytes > segment.length) {
          return;
        }
        int[] values = new int[64];
        for (int i = 0; i < 64; i++) {
          values[i] = bytes == 1 ? segment[at + i] & 0xff : unsigned(segment, at + 2 * i);
        }
        tables[head & 0xf] = values;
        at += 64 * bytes;
      }
    }

    private static int unsigned(byte[] bytes, int at) {
      return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
    }
  }
}
