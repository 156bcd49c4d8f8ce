package org.genimage.data.claims;

import com.google.common.collect.ImmutableMap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/** Reads the texts of EXIF that claim something (Exif 2.32, section 4.6). */
final class ExifReader {

  private static final String HEADER = "Exif\0\0";
  private static final int USER_COMMENT = 0x9286;
  private static final int MAKER_NOTE = 0x927c;
  private static final int LONGEST_NOTE = 16; // Fooocus writes one word; cameras write kilobytes

  private static final ImmutableMap<Integer, String> NAMES =
      ImmutableMap.<Integer, String>builder()
          .put(0x010d, "DocumentName")
          .put(0x010e, "ImageDescription")
          .put(0x010f, "Make")
          .put(0x0110, "Model")
          .put(0x0131, "Software")
          .put(0x013b, "Artist")
          .put(MAKER_NOTE, "MakerNote")
          .put(USER_COMMENT, "UserComment")
          .buildOrThrow();

  private ExifReader() {}

  /** Adds the texts; of a field that occurs twice, the first. */
  static void read(ByteBuffer block, Metadata into) {
    ByteBuffer structure = block;
    while (Bytes.startWith(structure, HEADER)) {
      structure = Bytes.from(structure, HEADER.length());
    }
    Set<Integer> seen = new HashSet<>();
    for (TiffFields.Field field : TiffFields.read(structure, NAMES.keySet(), into.warnings())) {
      ByteBuffer value = field.value();
      if (value.limit() > Limits.TEXT) {
        into.warnings()
            .add(
                "%s in EXIF has more than %s bytes; the rest is not read."
                    .formatted(NAMES.get(field.tag()), Limits.TEXT));
        value = value.slice(0, Limits.TEXT).order(value.order());
      }
      boolean isText = field.tag() != MAKER_NOTE || value.limit() <= LONGEST_NOTE;
      String text = field.tag() == USER_COMMENT ? comment(value) : Texts.decode(value);
      if (isText && !Texts.untilZero(text).isEmpty() && seen.add(field.tag())) {
        into.addText(
            new TextField(ClaimSource.EXIF, NAMES.get(field.tag()), Texts.untilZero(text)));
      }
    }
  }

  /** Decodes a comment by the eight bytes before it, if they name its characters. */
  static String comment(ByteBuffer value) {
    if (value.limit() < 8) {
      return Texts.decode(value);
    }
    ByteBuffer text = Bytes.from(value, 8);
    if (Bytes.startWith(value, "UNICODE\0")) {
      return Texts.text(text, utf16(text));
    }
    boolean known =
        Bytes.startWith(value, "ASCII\0\0\0")
            || Bytes.startWith(value, "JIS\0\0\0\0\0")
            || Bytes.startWith(value, "\0\0\0\0\0\0\0\0");
    return Texts.decode(known ? text : value);
  }

  /**
   * Returns the byte order of UTF-16. Writers disagree, so a mark decides, or else on which side
   * most ASCII characters have their zero, or else the structure's order.
   */
  private static Charset utf16(ByteBuffer text) {
    if (Bytes.startWith(text, "\u00fe\u00ff") || Bytes.startWith(text, "\u00ff\u00fe")) {
      return StandardCharsets.UTF_16;
    }
    int bigEndian = 0;
    for (int at = 0; at + 1 < text.limit(); at += 2) {
      boolean first = text.get(at) == 0;
      boolean second = text.get(at + 1) == 0;
      if (first != second) {
        bigEndian += first ? 1 : -1;
      }
    }
    boolean isBig = bigEndian == 0 ? text.order() == ByteOrder.BIG_ENDIAN : bigEndian > 0;
    return isBig ? StandardCharsets.UTF_16BE : StandardCharsets.UTF_16LE;
  }
}
