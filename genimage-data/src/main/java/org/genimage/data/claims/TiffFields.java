package org.genimage.data.claims;

import com.google.common.collect.HashMultiset;
import com.google.common.collect.Multiset;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The fields that matter of a TIFF or BigTIFF structure (TIFF 6.0, section 2; Exif 2.32, section
 * 4.6): of all directories that follow each other, and of the EXIF directories that they point to.
 * Values are views of the structure, so overlapping fields take no memory. Every directory is read
 * once.
 */
final class TiffFields {

  private static final int EXIF_DIRECTORY = 0x8769;
  private static final int BIG = 43;
  private static final int[] SIZES = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};

  private final ByteBuffer bytes;
  private final boolean big;
  private final Set<Integer> tags;
  private final Warnings warnings;
  private final List<Field> fields = new ArrayList<>();
  private final Set<Long> seen = new HashSet<>();
  private final Deque<Directory> next = new ArrayDeque<>();
  private final Multiset<Integer> taken = HashMultiset.create();
  private int entries;

  private TiffFields(ByteBuffer bytes, Set<Integer> tags, Warnings warnings) {
    this.bytes = bytes;
    this.big = bytes.getChar(2) == BIG;
    this.tags = tags;
    this.warnings = warnings;
  }

  /** Where a directory is, and whether another may follow it; behind EXIF's own none does. */
  private record Directory(int offset, boolean chained) {}

  /** A field's number and its value as it is stored, in the structure's byte order. */
  record Field(int tag, ByteBuffer value) {}

  /** Returns the fields with these tags, in the order of the file. */
  static List<Field> read(ByteBuffer structure, Set<Integer> tags, Warnings warnings) {
    String start = Bytes.latin1(structure.slice(0, Math.min(4, structure.limit())));
    ByteOrder order;
    if (start.startsWith("II")) {
      order = ByteOrder.LITTLE_ENDIAN;
    } else if (start.startsWith("MM")) {
      order = ByteOrder.BIG_ENDIAN;
    } else {
      warnings.add("EXIF without a byte order mark is not read.");
      return List.of();
    }
    try {
      TiffFields reader = new TiffFields(structure.slice().order(order), tags, warnings);
      reader.walk();
      return reader.fields;
    } catch (IndexOutOfBoundsException e) {
      warnings.add("EXIF that is too short is not read.");
      return List.of();
    }
  }

  private void walk() {
    follow(big ? bytes.getLong(8) : Integer.toUnsignedLong(bytes.getInt(4)), true);
    while (!next.isEmpty()) {
      try {
        directory(next.remove());
      } catch (IndexOutOfBoundsException e) {
        warnings.add("A directory of TIFF or EXIF ends behind its file or block.");
      }
    }
  }

  private void follow(long directory, boolean chained) {
    if (directory == 0) {
      return;
    }
    if (directory < 0 || directory >= bytes.limit()) {
      warnings.add("A directory of TIFF or EXIF lies behind its file or block.");
    } else if (!seen.add(directory)) {
      warnings.add("A directory of TIFF or EXIF is pointed at twice; it is read once.");
    } else if (seen.size() > Limits.DIRECTORIES) {
      warnings.add(
          "The file has more than %s directories; the others are not read."
              .formatted(Limits.DIRECTORIES));
    } else {
      next.add(new Directory((int) directory, chained));
    }
  }

  private void directory(Directory directory) {
    int start = directory.offset();
    long count = big ? bytes.getLong(start) : bytes.getChar(start);
    int first = start + (big ? 8 : 2);
    int length = big ? 20 : 12;
    if (count < 0 || count > (bytes.limit() - first) / length) {
      warnings.add("A directory of TIFF or EXIF claims %s fields.".formatted(count));
      count = Math.max(0, (bytes.limit() - first) / length);
    }
    for (int i = 0; i < count; i++) {
      if (++entries > Limits.FIELDS) {
        warnings.add(
            "TIFF or EXIF has more than %s fields; the others are not read."
                .formatted(Limits.FIELDS));
        next.clear();
        return;
      }
      entry(first + length * i);
    }
    int end = first + length * (int) count;
    if (directory.chained() && bytes.limit() - end >= (big ? 8 : 4)) {
      follow(big ? bytes.getLong(end) : Integer.toUnsignedLong(bytes.getInt(end)), true);
    }
  }

  private void entry(int at) {
    int tag = bytes.getChar(at);
    if (tag != EXIF_DIRECTORY && !tags.contains(tag)) {
      return;
    }
    int type = bytes.getChar(at + 2);
    int size = type < SIZES.length ? SIZES[type] : 0;
    long count = big ? bytes.getLong(at + 4) : Integer.toUnsignedLong(bytes.getInt(at + 4));
    int place = at + (big ? 12 : 8);
    if (size == 0 || count < 0 || count > bytes.limit() / size) {
      warnings.add(
          "Field %s of TIFF or EXIF claims %s values of type %s and is not read."
              .formatted(tag, count, type));
      return;
    }
    int length = (int) count * size;
    long start = place;
    if (length > (big ? 8 : 4)) {
      start = big ? bytes.getLong(place) : Integer.toUnsignedLong(bytes.getInt(place));
    }
    if (start < 0 || start > bytes.limit() - length) {
      warnings.add("Field %s of TIFF or EXIF ends behind its file or block.".formatted(tag));
      return;
    }
    ByteBuffer value = bytes.slice((int) start, length).order(bytes.order());
    if (tag != EXIF_DIRECTORY) {
      if (taken.add(tag, 1) < Limits.BLOCKS) {
        fields.add(new Field(tag, value));
      } else {
        warnings.add(
            "TIFF or EXIF has field %s more than %s times; the others are not read."
                .formatted(tag, Limits.BLOCKS));
      }
    } else if (length >= 4) {
      follow(length >= 8 ? value.getLong(0) : Integer.toUnsignedLong(value.getInt(0)), false);
    }
  }
}
