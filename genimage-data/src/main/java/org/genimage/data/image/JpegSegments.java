package org.genimage.data.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.IntPredicate;

/** The segments of a JPEG file before its first scan (ITU-T T.81, annex B). */
final class JpegSegments {

  private static final int SCAN = 0xffda;

  private JpegSegments() {}

  /** Whether a marker is a frame header's, SOF0 to SOF15, and none of the three among them. */
  static boolean isFrame(int marker) {
    return marker >= 0xffc0
        && marker <= 0xffcf
        && marker != 0xffc4
        && marker != 0xffc8
        && marker != 0xffcc;
  }

  /**
   * Returns where the content of a segment begins, after its length, or -1.
   *
   * @param start what the content begins with
   */
  static int find(ByteBuffer bytes, IntPredicate wanted, String start) {
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
