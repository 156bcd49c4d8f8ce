package org.genimage.data.claims;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The metadata chunks of a WebP file (RFC 9649, section 2.7): EXIF, XMP, and C2PA at the end (C2PA
 * 2.2, appendix A.3.6).
 */
final class WebPFile {

  private static final int HEADER = 8;

  private WebPFile() {}

  static void read(ByteBuffer file, Metadata into) {
    ByteBuffer bytes = file.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    long claimed = Integer.toUnsignedLong(bytes.getInt(4)) + HEADER;
    int end = (int) Math.min(bytes.limit(), claimed);
    if (claimed > bytes.limit()) {
      into.warnings()
          .add("The WebP file claims %s bytes and has %s.".formatted(claimed, bytes.limit()));
    }
    into.addTrailing(bytes.limit() - end);
    long at = 12;
    while (end - at >= HEADER) {
      int start = (int) at + HEADER;
      long length = Integer.toUnsignedLong(bytes.getInt((int) at + 4));
      String type = Bytes.latin1(bytes.slice((int) at, 4));
      if (length > end - start) {
        into.warnings()
            .add(
                "A chunk %s claims %s bytes where %s are left; the rest is not read."
                    .formatted(type, length, end - start));
        if (type.equals("C2PA")) {
          into.addDamagedStore("The C2PA store ends behind the file.");
        }
        return;
      }
      ByteBuffer content = bytes.slice(start, (int) length);
      switch (type) {
        case "EXIF" -> into.addExif(content);
        case "XMP " -> into.addXmp(content);
        case "C2PA" -> into.addStore(content);
        default -> {}
      }
      at = start + length + (length & 1);
    }
  }
}
