package org.genimage.data.claims;

import com.google.common.collect.ImmutableList;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A superbox of JUMBF (ISO/IEC 19566-5, annex A): a description, and boxes or superboxes. Every
 * size is compared with the box around it before it is used; depth and number are bounded. Contents
 * are views of the store.
 *
 * @param type the first four letters of its type, such as {@code c2pa}
 * @param label its name; empty without one
 * @param contents the boxes in it
 * @param children the superboxes in it
 */
record Jumbf(String type, String label, List<Content> contents, List<Jumbf> children) {

  /** What follows the four letters of C2PA's types (C2PA 2.2, section 11.1.4). */
  private static final String TYPE_END = "00110010800000aa00389b71";

  private static final int DESCRIPTION = 17; // a type and flags
  private static final int HAS_LABEL = 2;

  /** A box with content of its own. */
  record Content(String type, ByteBuffer bytes) {}

  /**
   * Reads a superbox.
   *
   * @param box from its size on
   * @throws DamagedException if a size contradicts another, or there are too many boxes
   */
  static Jumbf read(ByteBuffer box, Warnings warnings) throws DamagedException {
    return new Reader(warnings).one(box);
  }

  /** Returns the first content of a type. */
  Optional<ByteBuffer> content(String type) {
    return contents.stream()
        .filter(content -> content.type().equals(type))
        .map(Content::bytes)
        .findFirst();
  }

  /** Returns the last superbox of a type. */
  Optional<Jumbf> child(String type) {
    return children.stream().filter(child -> child.type().equals(type)).reduce((a, b) -> b);
  }

  private static final class Reader {

    private final Warnings warnings;
    private int boxes;

    private Reader(Warnings warnings) {
      this.warnings = warnings;
    }

    /** A box's type, and its content without the header. */
    private record Box(String type, ByteBuffer content, int end) {}

    private Jumbf one(ByteBuffer whole) throws DamagedException {
      Box box = box(whole, 0, true);
      if (!box.type().equals("jumb")) {
        throw new DamagedException(
            "it begins with a box '%s' in place of 'jumb'".formatted(box.type()));
      }
      if (!Bytes.isZero(Bytes.from(whole, box.end()))) {
        warnings.add(
            "%s bytes behind the C2PA store are not read.".formatted(whole.limit() - box.end()));
      }
      return superbox(box.content(), 1);
    }

    private Jumbf superbox(ByteBuffer content, int depth) throws DamagedException {
      if (depth > Limits.BOX_DEPTH) {
        throw new DamagedException(
            "it has more than %s boxes in each other".formatted(Limits.BOX_DEPTH));
      }
      Box description = content.limit() == 0 ? null : box(content, 0, false);
      if (description == null
          || !description.type().equals("jumd")
          || description.content().limit() < DESCRIPTION) {
        throw new DamagedException("a box has no description");
      }
      ImmutableList.Builder<Content> contents = ImmutableList.builder();
      ImmutableList.Builder<Jumbf> children = ImmutableList.builder();
      for (int at = description.end(); at < content.limit(); ) {
        Box box = box(content, at, false);
        if (box.type().equals("jumb")) {
          children.add(superbox(box.content(), depth + 1));
        } else {
          contents.add(new Content(box.type(), box.content()));
        }
        at = box.end();
      }
      return new Jumbf(
          type(description.content()),
          label(description.content()),
          contents.build(),
          children.build());
    }

    private Box box(ByteBuffer within, int at, boolean top) throws DamagedException {
      if (++boxes > Limits.BOXES) {
        throw new DamagedException("it has more than %s boxes".formatted(Limits.BOXES));
      }
      int left = within.limit() - at;
      if (left < 8) {
        throw new DamagedException("%s bytes are left where a box should begin".formatted(left));
      }
      long size = Integer.toUnsignedLong(within.getInt(at));
      String type = Bytes.latin1(within.slice(at + 4, 4));
      int header = 8;
      if (size == 1 && left >= 16) {
        size = within.getLong(at + 8);
        header = 16;
      } else if (size == 0) {
        size = left;
        if (!top) {
          warnings.add("A box in the C2PA store has no size; it is taken to reach to the end.");
        }
      }
      if (size < header || size > left) {
        throw new DamagedException(
            "a box '%s' claims %s bytes where %s are left".formatted(type, size, left));
      }
      int length = (int) size;
      return new Box(type, within.slice(at + header, length - header), at + length);
    }

    private static String type(ByteBuffer description) {
      String id = HexFormat.of().formatHex(Bytes.copy(description.slice(0, 16)));
      return id.endsWith(TYPE_END) ? Bytes.latin1(description.slice(0, 4)) : id;
    }

    private static String label(ByteBuffer description) {
      if ((description.get(DESCRIPTION - 1) & HAS_LABEL) == 0) {
        return "";
      }
      int end = Bytes.zero(description, DESCRIPTION);
      int length = (end < 0 ? description.limit() : end) - DESCRIPTION;
      return Texts.shown(Texts.decode(description.slice(DESCRIPTION, length)));
    }
  }
}
