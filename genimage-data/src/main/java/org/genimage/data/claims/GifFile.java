package org.genimage.data.claims;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * The application extensions of a GIF file (GIF89a, section 26): C2PA (C2PA 2.2, appendix A.3.7)
 * and XMP (XMP Specification, part 3, section 1.1.2).
 */
final class GifFile {

  private static final int HEADER = 13;
  private static final int EXTENSION = 0x21;
  private static final int APPLICATION = 0xff;
  private static final int IMAGE = 0x2c;
  private static final int END = 0x3b;
  private static final String C2PA = "C2PA_GIF\1\0\0";
  private static final String XMP = "XMP DataXMP";
  private static final int XMP_TRAILER = 257; // makes the packet a sequence of sub-blocks

  private final ByteBuffer file;
  private final Metadata into;

  private GifFile(ByteBuffer file, Metadata into) {
    this.file = file;
    this.into = into;
  }

  static void read(ByteBuffer file, Metadata into) {
    try {
      new GifFile(file, into).walk();
    } catch (IndexOutOfBoundsException e) {
      into.warnings().add("The GIF file ends before the image does.");
    }
  }

  private void walk() {
    int at = HEADER + colours(file.get(10));
    while (true) {
      int kind = file.get(at) & 0xff;
      if (kind == EXTENSION) {
        int blocks = at + 2;
        if ((file.get(at + 1) & 0xff) == APPLICATION && file.get(blocks) == C2PA.length()) {
          application(blocks + 1);
        }
        at = behind(blocks);
      } else if (kind == IMAGE) {
        at = behind(at + 11 + colours(file.get(at + 9)));
      } else {
        if (kind == END) {
          into.addTrailing(file.limit() - at - 1);
        } else {
          into.warnings().add("The GIF file is damaged; the rest is not read.");
        }
        return;
      }
    }
  }

  /** Returns the size of a table of colours, by the flags before it. */
  private static int colours(int flags) {
    return (flags & 0x80) == 0 ? 0 : 3 << (flags & 7) + 1;
  }

  /** Returns where the sub-blocks that begin at a place end. */
  private int behind(int blocks) {
    int at = blocks;
    while (file.get(at) != 0) {
      at += 1 + (file.get(at) & 0xff);
    }
    return at + 1;
  }

  private void application(int name) {
    int start = name + C2PA.length();
    if (Bytes.startWith(Bytes.from(file, name), C2PA)) {
      ByteArrayOutputStream store = new ByteArrayOutputStream();
      for (int at = start; file.get(at) != 0; at += 1 + (file.get(at) & 0xff)) {
        if (store.size() > Limits.STORE) {
          break; // refused as too long
        }
        store.writeBytes(Bytes.copy(file.slice(at + 1, file.get(at) & 0xff)));
      }
      into.addStore(ByteBuffer.wrap(store.toByteArray()));
    } else if (Bytes.startWith(Bytes.from(file, name), XMP)) {
      int end = behind(start) - 1 - XMP_TRAILER;
      if (end > start) {
        into.addXmp(file.slice(start, end - start));
      }
    }
  }
}
