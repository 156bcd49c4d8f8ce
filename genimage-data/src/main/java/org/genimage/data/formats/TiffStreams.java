package org.genimage.data.formats;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.InflaterInputStream;

/**
 * The compressions of TIFF files that stand for bytes: none, LZW, deflate and PackBits (TIFF 6.0,
 * sections 9, 13). They are read as streams, so a file that claims much takes little memory.
 */
public final class TiffStreams {

  public static final int RAW = 1;
  public static final int LZW = 5;
  public static final int DEFLATE = 8;
  public static final int OLD_DEFLATE = 32946;
  public static final int PACK_BITS = 32773;

  private TiffStreams() {}

  /** Returns the fewest bytes that one byte of pixels can take. */
  public static double least(int compression) {
    return switch (compression) {
      case LZW -> 1.5 / 4095;
      case DEFLATE, OLD_DEFLATE -> 1 / 1032.0;
      case PACK_BITS -> 2 / 128.0;
      case RAW -> 1;
      default -> 0; // JPEG and fax state any number of equal pixels
    };
  }

  public static InputStream of(int compression, byte[] file, int start, int length)
      throws IOException {
    InputStream stored = new ByteArrayInputStream(file, start, length);
    return switch (compression) {
      case RAW -> stored;
      case LZW -> new Lzw(stored);
      case DEFLATE, OLD_DEFLATE -> new InflaterInputStream(stored);
      case PACK_BITS -> new PackBits(stored);
      default -> throw new IllegalArgumentException("compression " + compression);
    };
  }

  /** Runs of literal or repeated bytes. */
  private static final class PackBits extends InputStream {

    private final InputStream stored;
    private int literal;
    private int repeated;
    private int value;

    PackBits(InputStream stored) {
      this.stored = stored;
    }

    @Override
    public int read() throws IOException {
      while (literal == 0 && repeated == 0) {
        int header = stored.read();
        if (header < 0) {
          return -1;
        }
        if (header < 128) {
          literal = header + 1;
        } else if (header > 128) {
          repeated = 257 - header;
          value = stored.read();
        }
      }
      if (repeated > 0) {
        repeated--;
        return value;
      }
      literal--;
      return stored.read();
    }
  }

  /** Codes of 9 to 12 bits, the highest bit first; each width ends one code early. */
  private static final class Lzw extends InputStream {

    private static final int CLEAR = 256;
    private static final int END = 257;
    private static final int FIRST = 258;
    private static final int MOST = 4096;
    private static final int LONGEST_CODE = 12;

    private final InputStream stored;
    private final short[] prefix = new short[MOST];
    private final byte[] last = new byte[MOST];
    private final byte[] string = new byte[MOST];
    private int length; // of the string, which is stored backwards
    private int next = FIRST;
    private int width = 9;
    private int previous = -1;
    private int bits;
    private int bitCount;

    Lzw(InputStream stored) {
      this.stored = stored;
    }

    @Override
    public int read() throws IOException {
      if (length == 0 && !fill()) {
        return -1;
      }
      return string[--length] & 0xff;
    }

    @Override
    public int read(byte[] to, int start, int count) throws IOException {
      int done = 0;
      while (done < count && (length > 0 || fill())) {
        to[start + done++] = string[--length];
      }
      return done == 0 && count > 0 ? -1 : done;
    }

    private boolean fill() throws IOException {
      int code = code();
      while (code == CLEAR) {
        next = FIRST;
        width = 9;
        previous = -1;
        code = code();
      }
      if (code < 0 || code == END) {
        return false;
      }
      boolean unknown = code >= next || (previous < 0 && code > END);
      if (unknown && (code != next || previous < 0)) {
        throw new IOException("an LZW code that is not in the table");
      }
      if (unknown) {
        length = 1; // the first byte of the previous string once more, behind it
        expand(previous);
        string[0] = string[length - 1];
      } else {
        length = 0;
        expand(code);
      }
      if (previous >= 0 && next < MOST) {
        prefix[next] = (short) previous;
        last[next++] = string[length - 1];
        width = next + 1 >= 1 << width ? Math.min(LONGEST_CODE, width + 1) : width;
      }
      previous = code;
      return true;
    }

    private void expand(int code) {
      int rest = code;
      for (; rest >= FIRST; rest = prefix[rest]) {
        string[length++] = last[rest];
      }
      string[length++] = (byte) rest;
    }

    private int code() throws IOException {
      while (bitCount < width) {
        int more = stored.read();
        if (more < 0) {
          return -1;
        }
        bits = bits << 8 | more;
        bitCount += 8;
      }
      bitCount -= width;
      return bits >>> bitCount & (1 << width) - 1;
    }
  }
}
