package org.genimage.data.claims;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The named blocks that Samsung's camera and editor append to a JPEG file. They lie behind the
 * image's end, but a directory at the file's end makes them a part of the file. One block says
 * whether the editor changed the image with a trained model. As exiftool's Samsung.pm reads it.
 */
final class SamsungTrailer {

  static final String EDITS = "PhotoEditor_Re_Edit_Data";
  private static final int ENTRY = 12;

  private SamsungTrailer() {}

  /** Reads the blocks and returns whether there is such a directory. */
  static boolean read(ByteBuffer trailing, Metadata into) {
    ByteBuffer bytes = trailing.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    int end = bytes.limit() - 8;
    if (end < ENTRY || !Bytes.startWith(Bytes.from(bytes, end + 4), "SEFT")) {
      return false;
    }
    long length = Integer.toUnsignedLong(bytes.getInt(end));
    if (length < ENTRY || length > end) {
      return false;
    }
    int directory = (int) (end - length);
    if (!Bytes.startWith(Bytes.from(bytes, directory), "SEFH")) {
      return false;
    }
    long count = Integer.toUnsignedLong(bytes.getInt(directory + 8));
    for (int i = 0; i < count && ENTRY * (i + 2L) <= length; i++) {
      int entry = directory + ENTRY * (i + 1);
      long back = Integer.toUnsignedLong(bytes.getInt(entry + 4));
      long size = Integer.toUnsignedLong(bytes.getInt(entry + 8));
      if (back <= directory && size <= back && size >= 8) {
        if (block(bytes.slice((int) (directory - back), (int) size), into)) {
          return true; // entries may share their bytes, so one must be enough
        }
      }
    }
    return true;
  }

  private static boolean block(ByteBuffer block, Metadata into) {
    long name = Integer.toUnsignedLong(block.order(ByteOrder.LITTLE_ENDIAN).getInt(4));
    if (name != EDITS.length()
        || block.limit() - 8 < name
        || !Bytes.startWith(Bytes.from(block, 8), EDITS)) {
      return false;
    }
    ByteBuffer content = Bytes.from(block, 8 + EDITS.length());
    if (content.limit() <= Limits.TEXT) {
      into.addText(new TextField(ClaimSource.EDITOR_BLOCK, EDITS, Texts.decode(content)));
    } else {
      into.warnings().add("The editor's block of %s bytes is not read.".formatted(content.limit()));
    }
    return true;
  }
}
