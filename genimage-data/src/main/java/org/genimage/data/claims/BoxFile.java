package org.genimage.data.claims;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The metadata of files made of boxes (ISO/IEC 14496-12): AVIF and HEIF, whose EXIF and XMP are
 * items, and JPEG XL (ISO/IEC 18181-2), whose EXIF and XMP are boxes. C2PA is a box of both (C2PA
 * 2.2, appendices A.5 and A.3.8).
 */
final class BoxFile {

  private static final String C2PA_ID =
      "\u00d8\u00fe\u00c3\u00d6\u001b\u000e\u0048\u003c\u0092\u0097\u0058\u0028\u0087\u007e\u00c4\u0081";
  private static final String XMP_TYPE = "application/rdf+xml";
  private static final int FULL_BOX = 4; // version and flags
  private static final int IN_DATA_BOX = 1;

  private final ByteBuffer file;
  private final Metadata into;
  private final Map<Long, String> wanted = new HashMap<>();
  private ByteBuffer items = ByteBuffer.allocate(0);
  private int parts;
  private int compressed;

  private BoxFile(ByteBuffer file, Metadata into) {
    this.file = file;
    this.into = into;
  }

  /** A box: its type, and its content with and without the header. */
  private record Box(String type, ByteBuffer whole, ByteBuffer content) {}

  static void read(ByteBuffer file, Metadata into) {
    BoxFile boxFile = new BoxFile(file, into);
    try {
      for (Box box : boxFile.boxes(file)) {
        boxFile.top(box);
      }
    } catch (DamagedException e) {
      into.warnings().add(e.getMessage());
    } catch (IndexOutOfBoundsException | BufferUnderflowException e) {
      into.warnings().add("A box of the file ends before its content; the rest is not read.");
    }
  }

  /** Returns the boxes within another; damage ends the list with a warning. */
  private List<Box> boxes(ByteBuffer within) throws DamagedException {
    List<Box> all = new ArrayList<>();
    int at = 0;
    while (within.limit() - at >= 8) {
      count();
      long size = Integer.toUnsignedLong(within.getInt(at));
      String type = Bytes.latin1(within.slice(at + 4, 4));
      int header = 8;
      if (size == 1 && within.limit() - at >= 16) {
        size = within.getLong(at + 8);
        header = 16;
      } else if (size == 0) {
        size = within.limit() - at;
      }
      if (size < header || size > within.limit() - at) {
        into.warnings()
            .add(
                "A box %s claims %s bytes where %s are left; the rest is not read."
                    .formatted(type, size, within.limit() - at));
        return all;
      }
      ByteBuffer whole = within.slice(at, (int) size);
      all.add(new Box(type, whole, Bytes.from(whole, header)));
      at += (int) size;
    }
    return all;
  }

  private void count() throws DamagedException {
    if (++parts > Limits.FILE_BOXES) {
      throw new DamagedException(
          "The file has more than %s boxes and parts of items; the others are not read."
              .formatted(Limits.FILE_BOXES));
    }
  }

  private void top(Box box) throws DamagedException {
    switch (box.type()) {
      case "meta" -> meta(box.content());
      case "uuid" -> uuid(box.content());
      case "jumb" -> jumb(box.whole());
      case "Exif" -> exif(box.content());
      case "xml " -> into.addXmp(box.content());
      case "brob" -> compressed(box.content());
      default -> {}
    }
  }

  /** Reads C2PA in AVIF and HEIF: an id, version and flags, a purpose, an offset, the store. */
  private void uuid(ByteBuffer content) {
    if (!Bytes.startWith(content, C2PA_ID)) {
      return;
    }
    int purpose = C2PA_ID.length() + FULL_BOX;
    int end = Bytes.zero(content, purpose);
    String name = end < 0 ? "" : Bytes.latin1(content.slice(purpose, end - purpose));
    if (name.equals("manifest") || name.equals("original")) {
      into.addStore(Bytes.from(content, end + 1 + 8));
    } else {
      into.warnings().add("A C2PA box with the purpose '%s' is not read.".formatted(name));
    }
  }

  /** Reads a JUMBF box of JPEG XL if it is a C2PA store. */
  private void jumb(ByteBuffer box) {
    if (box.limit() >= 20 && Bytes.startWith(Bytes.from(box, 16), "c2pa")) {
      into.addStore(box);
    }
  }

  /** Reads EXIF as AVIF, HEIF and JPEG XL store it: how many bytes to skip, then those. */
  private void exif(ByteBuffer content) {
    long skip = content.limit() < 4 ? -1 : Integer.toUnsignedLong(content.getInt(0));
    if (skip < 0 || skip > content.limit() - 4) {
      into.warnings().add("EXIF that begins behind its end is not read.");
    } else {
      into.addExif(Bytes.from(content, 4 + (int) skip));
    }
  }

  /** Reads a box that JPEG XL compresses: its type, then Brotli. */
  private void compressed(ByteBuffer content) {
    String type = Bytes.latin1(content.slice(0, 4));
    if (!type.equals("Exif") && !type.equals("xml ")) {
      return;
    }
    if (++compressed > Limits.BLOCKS) {
      into.warnings()
          .add(
              "The file has more than %s compressed boxes; the others are not read."
                  .formatted(Limits.BLOCKS));
      return;
    }
    try {
      ByteBuffer expanded = Brotli.expand(Bytes.from(content, 4), Limits.XMP);
      if (type.equals("Exif")) {
        exif(expanded);
      } else {
        into.addXmp(expanded);
      }
    } catch (IOException e) {
      into.warnings().add("A compressed box %s is not read: %s.".formatted(type, e.getMessage()));
    }
  }

  /** Reads the items of AVIF and HEIF: their types first, then where those that matter lie. */
  private void meta(ByteBuffer content) throws DamagedException {
    List<Box> children = boxes(Bytes.from(content, FULL_BOX));
    for (Box part : children) {
      if (part.type().equals("iinf")) {
        types(part.content());
      } else if (part.type().equals("idat")) {
        items = part.content();
      }
    }
    for (Box part : children) {
      if (part.type().equals("iloc") && !wanted.isEmpty()) {
        locations(part.content());
      }
    }
  }

  private void types(ByteBuffer content) throws DamagedException {
    int header = content.get(0) == 0 ? 2 : 4; // the number of items
    for (Box entry : boxes(Bytes.from(content, FULL_BOX + header))) {
      ByteBuffer item = entry.content();
      int version = item.get(0);
      if (!entry.type().equals("infe") || version < 2) {
        continue;
      }
      boolean wide = version > 2;
      long id = wide ? Integer.toUnsignedLong(item.getInt(4)) : item.getChar(4);
      int type = wide ? 10 : 8;
      String name = Bytes.latin1(item.slice(type, 4));
      if (wanted.size() > 2 * Limits.BLOCKS) {
        return; // more than are read
      } else if (name.equals("Exif")) {
        wanted.put(id, name);
      } else if (name.equals("mime")) {
        int start = Bytes.zero(item, type + 4) + 1;
        int end = start == 0 ? -1 : Bytes.zero(item, start);
        if (end > 0 && Bytes.latin1(item.slice(start, end - start)).equals(XMP_TYPE)) {
          wanted.put(id, name);
        }
      }
    }
  }

  private void locations(ByteBuffer box) throws DamagedException {
    int version = box.get(0);
    ByteBuffer content = Bytes.from(box, FULL_BOX);
    int sizes = content.getChar();
    int offsetSize = sizes >> 12;
    int lengthSize = sizes >> 8 & 15;
    int baseSize = sizes >> 4 & 15;
    int indexSize = version == 0 ? 0 : sizes & 15;
    long count = version < 2 ? content.getChar() : Integer.toUnsignedLong(content.getInt());
    for (long i = 0; i < count; i++) {
      long id = version < 2 ? content.getChar() : Integer.toUnsignedLong(content.getInt());
      int method = version == 0 ? 0 : content.getChar() & 15;
      content.getChar(); // in which file the data lie
      long base = number(content, baseSize);
      int extents = content.getChar();
      List<long[]> places = new ArrayList<>();
      for (int j = 0; j < extents; j++) {
        count();
        number(content, indexSize);
        long offset = base + number(content, offsetSize);
        long length = number(content, lengthSize);
        if (wanted.containsKey(id)) {
          places.add(new long[] {offset, length});
        }
      }
      if (wanted.containsKey(id)) {
        item(wanted.remove(id), method, places);
      }
    }
  }

  private static long number(ByteBuffer content, int size) {
    return switch (size) {
      case 0 -> 0;
      case 4 -> Integer.toUnsignedLong(content.getInt());
      case 8 -> content.getLong();
      default -> throw new IndexOutOfBoundsException(size);
    };
  }

  private void item(String type, int method, List<long[]> places) {
    ByteBuffer from = method == IN_DATA_BOX ? items : file;
    long length = 0;
    for (long[] place : places) {
      boolean within =
          method <= IN_DATA_BOX
              && place[0] >= 0
              && place[1] >= 0
              && place[0] <= from.limit()
              && place[1] <= from.limit() - place[0];
      length = within ? length + place[1] : Limits.XMP + 1L;
      if (length > Limits.XMP) {
        into.warnings().add("An item %s lies outside the file or is too long.".formatted(type));
        return;
      }
    }
    ByteBuffer content = ByteBuffer.allocate((int) length);
    for (long[] place : places) {
      content.put(from.slice((int) place[0], (int) place[1]));
    }
    content.flip();
    if (type.equals("Exif")) {
      exif(content);
    } else {
      into.addXmp(content);
    }
  }
}
