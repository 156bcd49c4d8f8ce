package org.genimage.data.claims;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * XMP that is too long for one segment of a JPEG file (XMP Specification, part 3, section 1.1.3.1).
 * Each piece says to which whole it belongs, how long that is, and where the piece lies in it.
 */
final class ExtendedXmp {

  private static final int HEADER = 40;

  private final Map<String, List<Piece>> wholes = new HashMap<>();

  private record Piece(long length, long offset, ByteBuffer content) {}

  /** Adds the content of a segment behind its name. */
  void add(ByteBuffer segment, Warnings warnings) {
    if (segment.remaining() < HEADER) {
      warnings.add("A segment of extended XMP is too short and is not read.");
      return;
    }
    String id = Bytes.latin1(segment.slice(0, 32));
    wholes
        .computeIfAbsent(id, key -> new ArrayList<>())
        .add(
            new Piece(
                Integer.toUnsignedLong(segment.getInt(32)),
                Integer.toUnsignedLong(segment.getInt(36)),
                segment.slice(HEADER, segment.remaining() - HEADER)));
  }

  /**
   * Returns the whole that the main XMP names.
   *
   * @throws DamagedException if pieces are missing, contradict each other, or are too long
   */
  ByteBuffer whole(String id) throws DamagedException {
    List<Piece> pieces = wholes.get(id);
    if (pieces == null) {
      throw new DamagedException("The extended XMP that the XMP names is missing.");
    }
    long length = pieces.get(0).length();
    if (length > Limits.XMP) {
      throw new DamagedException(
          "Extended XMP of %s bytes is not read; at most %s are.".formatted(length, Limits.XMP));
    }
    long present = 0;
    for (Piece piece : pieces) {
      present += piece.content().remaining();
      if (piece.length() != length
          || piece.offset() + piece.content().remaining() > length
          || present > length) {
        throw new DamagedException("The pieces of the extended XMP contradict each other.");
      }
    }
    if (present < length) {
      throw new DamagedException("Pieces of the extended XMP are missing; it is not read.");
    }
    ByteBuffer whole = ByteBuffer.allocate((int) length);
    for (Piece piece : pieces) {
      whole.put((int) piece.offset(), piece.content(), 0, piece.content().remaining());
    }
    return whole;
  }
}
