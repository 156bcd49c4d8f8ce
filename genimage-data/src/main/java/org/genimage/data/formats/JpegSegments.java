package org.genimage.data.formats;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.function.IntPredicate;

/** The segments of a JPEG file (ITU-T T.81, annex B). */
public final class JpegSegments {

  public static final int SCAN = 0xffda;

  private static final int END = 0xd9;

  private JpegSegments() {}

  /** Whether a marker is a frame header's, SOF0 to SOF15, and none of the three among them. */
  public static boolean isFrame(int marker) {
    return marker >= 0xffc0
        && marker <= 0xffcf
        && marker != 0xffc4
        && marker != 0xffc8
        && marker != 0xffcc;
  }

  /** Is shown one segment. */
  @FunctionalInterface
  public interface Visitor {
    /** Is shown the marker, and where the content begins and how long it is; false to stop. */
    boolean see(int marker, int start, int length);

    /** Is shown the marker of a segment that ends behind the file, with which the walk ends. */
    default void seeCut(int marker, int start) {}
  }

  /** Shows the segments up to the image's end, as libjpeg finds them between coded data. */
  public static void walk(byte[] file, Visitor visitor) {
    walk(ByteBuffer.wrap(file), visitor);
  }

  /**
   * Shows the segments as {@link #walk(byte[], Visitor)} does.
   *
   * @return where the image's end marker ends; empty if the visitor stopped, or the file ends
   *     before the image does
   */
  public static OptionalInt walk(ByteBuffer file, Visitor visitor) {
    int at = 2;
    while (file.limit() - at >= 2) {
      int marker = file.get(at + 1) & 0xff;
      if (file.get(at) != (byte) 0xff || marker == 0xff || marker == 0) {
        at = nextMarker(file, at + 1); // behind coded data, or padding
      } else if (marker == END) {
        return OptionalInt.of(at + 2);
      } else if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
        at += 2; // markers without content
      } else if (file.limit() - at < 4) {
        return OptionalInt.empty();
      } else {
        int length = file.getChar(at + 2);
        if (length < 2 || length > file.limit() - at - 2) {
          visitor.seeCut(0xff00 | marker, at + 4);
          return OptionalInt.empty();
        }
        if (!visitor.see(0xff00 | marker, at + 4, length - 2)) {
          return OptionalInt.empty();
        }
        at += 2 + length;
      }
    }
    return OptionalInt.empty();
  }

  /**
   * Returns whether between the first scan's header and the image's end is nothing but coded data
   * and restart markers. So a decoder that goes to the end finds nothing more to refuse than one
   * that stops before it.
   */
  public static boolean isPlainAfterScan(byte[] file) {
    boolean[] plain = {false};
    walk(
        file,
        (marker, start, length) -> {
          plain[0] = marker == SCAN && isPlain(file, start + length);
          return marker != SCAN;
        });
    return plain[0];
  }

  private static boolean isPlain(byte[] file, int start) {
    ByteBuffer bytes = ByteBuffer.wrap(file);
    for (int at = nextMarker(bytes, start); at + 1 < file.length; at = nextMarker(bytes, at + 1)) {
      int next = file[at + 1] & 0xff;
      boolean padding = next == 0xff; // before a marker, or before the zero of a stuffed byte
      if (!padding && next != 0 && !isRestart(next)) {
        return next == END;
      }
    }
    return false;
  }

  /** Returns where the next byte of all ones is, or the limit; looks at eight bytes at once. */
  private static int nextMarker(ByteBuffer file, int start) {
    int at = start;
    while (file.limit() - at >= Long.BYTES && !hasOnes(file.getLong(at))) {
      at += Long.BYTES;
    }
    while (at < file.limit() && file.get(at) != (byte) 0xff) {
      at++;
    }
    return at;
  }

  /** Whether one of eight bytes is all ones: subtracting 1 from its complement borrows. */
  private static boolean hasOnes(long bytes) {
    return (~bytes - 0x0101010101010101L & bytes & 0x8080808080808080L) != 0;
  }

  private static boolean isRestart(int marker) {
    return marker >= 0xd0 && marker <= 0xd7;
  }

  /** Returns how many scans are decoded; the time grows with them. */
  public static int scans(byte[] file) {
    int[] scans = {0};
    int[] components = {0};
    walk(
        file,
        (marker, start, length) -> {
          if (isFrame(marker) && length > 5) {
            boolean sequential = marker <= 0xffc1 || marker == 0xffc9;
            components[0] = sequential ? file[start + 5] : 0;
          }
          if (marker != SCAN) {
            return true;
          }
          scans[0]++;
          // A sequential scan of all components is the only one that libjpeg decodes.
          return length == 0 || file[start] != components[0];
        });
    return scans[0];
  }

  /**
   * Returns where the content of a segment before the first scan begins, after its length, or -1.
   *
   * @param start what the content begins with
   */
  public static int find(ByteBuffer bytes, IntPredicate wanted, String start) {
    byte[] begin = start.getBytes(StandardCharsets.ISO_8859_1);
    int at = 2;
    while (at + 10 < bytes.limit()) {
      int marker = bytes.getChar(at);
      if (marker == SCAN) {
        return -1;
      } else if (marker < 0xff02 || marker == 0xffff) {
        at++; // padding between segments
      } else if (marker >= 0xffd0 && marker <= 0xffd8) {
        at += 2; // markers without content
      } else {
        ByteBuffer content = bytes.slice(at + 4, Math.min(begin.length, bytes.limit() - at - 4));
        if (wanted.test(marker) && content.equals(ByteBuffer.wrap(begin))) {
          return at + 4;
        }
        at += 2 + bytes.getChar(at + 2);
      }
    }
    return -1;
  }
}
