package org.genimage.data.image;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;

/**
 * BMP files. The header is checked here, and given to the JDK's reader as the 40 bytes of Windows 3
 * where that reader does not know it: OS/2 2.x and the headers between Windows 3 and 4.
 */
final class Bmp {

  private static final int FILE_HEADER = 14;
  private static final int OS2 = 12;
  private static final int WINDOWS3 = 40;
  private static final int OS2_V2 = 64;
  private static final int MASKS = 12;
  private static final int MOST_COLOURS = 65_536;
  private static final Set<Integer> HEADERS = Set.of(OS2, WINDOWS3, 52, 56, OS2_V2, 108, 124);
  private static final int RAW = 0;
  private static final int BIT_FIELDS = 3;

  private final ByteBuffer bytes;
  private final int header;

  private Bmp(byte[] file) throws IOException {
    this.bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    if (file.length < FILE_HEADER + OS2) {
      throw new EOFException("no complete header");
    }
    this.header = bytes.getInt(FILE_HEADER);
    if (!HEADERS.contains(header) || file.length < FILE_HEADER + header) {
      throw new IOException("a header of %s bytes".formatted(header));
    }
  }

  static Image decode(byte[] file, SizeLimit limit) throws IOException {
    Bmp bmp = new Bmp(file);
    bmp.check(limit);
    return JdkCodec.bmp(bmp.readable());
  }

  private void check(SizeLimit limit) throws IOException {
    boolean old = header == OS2;
    long width = old ? bytes.getChar(18) : bytes.getInt(18);
    long height = old ? bytes.getChar(20) : Math.abs((long) bytes.getInt(22));
    int bits = bytes.getChar(old ? 24 : 28);
    if (width <= 0 || height <= 0) {
      throw new IOException("a header that claims %sx%s pixels".formatted(width, height));
    }
    limit.check(width, height);
    int compression = old ? RAW : bytes.getInt(30);
    checkCompression(compression);
    if (!old && Integer.toUnsignedLong(bytes.getInt(46)) > MOST_COLOURS) {
      throw new IOException("a palette of more than %s colours".formatted(MOST_COLOURS));
    }
    if (compression == RAW || compression == BIT_FIELDS) {
      long row = (width * bits + 31) / 32 * 4;
      if (row * height > bytes.limit()) {
        throw new EOFException("fewer pixels than its header claims");
      }
    }
  }

  private void checkCompression(int compression) throws IOException {
    if (compression < RAW || compression > BIT_FIELDS) {
      String name = compression == 4 ? "JPEG" : compression == 5 ? "PNG" : "" + compression;
      throw new IOException("BMP compression %s, which is not read".formatted(name));
    }
    if (header == OS2_V2 && compression == BIT_FIELDS) {
      throw new IOException("OS/2 fax compression, which is not read");
    }
  }

  /** Returns the file with a header that the JDK's reader knows. */
  private byte[] readable() {
    int more = header - WINDOWS3;
    if (more <= 0 || header > OS2_V2) {
      return bytes.array();
    }
    int masks = bytes.getInt(30) == BIT_FIELDS ? Math.min(more, MASKS) : 0;
    int kept = FILE_HEADER + WINDOWS3 + masks;
    int left = more - masks;
    ByteBuffer file =
        ByteBuffer.allocate(bytes.limit() - left)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(bytes.slice(0, kept))
            .put(bytes.slice(kept + left, bytes.limit() - kept - left))
            .putInt(2, bytes.getInt(2) - left)
            .putInt(10, bytes.getInt(10) - left)
            .putInt(FILE_HEADER, WINDOWS3);
    return file.array();
  }
}
