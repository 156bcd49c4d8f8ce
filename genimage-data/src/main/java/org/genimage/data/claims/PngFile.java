package org.genimage.data.claims;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * The metadata chunks of a PNG file (PNG, third edition, chapter 11): texts, EXIF, XMP in a text
 * chunk, C2PA in {@code caBX} (C2PA 2.2, appendix A.3.2). Text chunks may follow the pixels.
 */
final class PngFile {

  private static final int SIGNATURE = 8;
  private static final int FRAME = 12; // a chunk's length, type and checksum
  private static final String XMP = "XML:com.adobe.xmp";
  private static final String PROFILE = "Raw profile type ";
  private static final int LONGEST_KEY = 79;
  private static final Set<String> METADATA = Set.of("tEXt", "zTXt", "iTXt", "eXIf", "caBX");

  private final ByteBuffer file;
  private final Metadata into;
  private int texts;

  private PngFile(ByteBuffer file, Metadata into) {
    this.file = file;
    this.into = into;
  }

  static void read(ByteBuffer file, Metadata into) {
    new PngFile(file, into).walk();
    StealthAlpha.read(file, into);
  }

  private void walk() {
    int at = SIGNATURE;
    while (file.limit() - at >= FRAME) {
      long length = Integer.toUnsignedLong(file.getInt(at));
      String type = Bytes.latin1(file.slice(at + 4, 4));
      if (length > file.limit() - at - FRAME) {
        into.warnings()
            .add(
                "A chunk %s claims %s bytes where %s are left; the rest is not read."
                    .formatted(type, length, file.limit() - at - FRAME));
        if (type.equals("caBX")) {
          into.addDamagedStore("The C2PA store ends behind the file.");
        }
        return;
      }
      if (METADATA.contains(type)) {
        checkSum(type, at, (int) length);
        chunk(type, file.slice(at + 8, (int) length));
      }
      at += (int) length + FRAME;
      if (type.equals("IEND")) {
        into.addTrailing(file.limit() - at);
        return;
      }
    }
    into.warnings().add("The PNG file ends before the image does.");
  }

  private void checkSum(String type, int at, int length) {
    CRC32 sum = new CRC32();
    sum.update(file.slice(at + 4, length + 4));
    if ((int) sum.getValue() != file.getInt(at + 8 + length)) {
      into.warnings()
          .add(
              "A chunk %s has a wrong checksum; what it says is reported all the same."
                  .formatted(type));
    }
  }

  private void chunk(String type, ByteBuffer content) {
    switch (type) {
      case "eXIf" -> into.addExif(content);
      case "caBX" -> into.addStore(content);
      default -> {
        texts++;
        if (texts <= Limits.TEXTS) {
          text(type, content);
        } else {
          into.addTooManyTexts();
        }
      }
    }
  }

  /** Reads a key, then for zTXt the method, for iTXt flags and languages, then the text. */
  private void text(String type, ByteBuffer content) {
    int end = Bytes.zero(content.slice(0, Math.min(content.limit(), LONGEST_KEY + 1)), 0);
    if (end < 0) {
      into.warnings().add("A chunk %s without a key is not read.".formatted(type));
      return;
    }
    String key = Texts.decode(content.slice(0, end));
    if (!key.equals(XMP) && !key.startsWith(PROFILE) && !KnownTools.pngKeys().contains(key)) {
      return;
    }
    int start = end + 1;
    boolean compressed = type.equals("zTXt");
    if (compressed) {
      start++;
    } else if (type.equals("iTXt")) {
      compressed = content.limit() > start && content.get(start) != 0;
      int language = content.limit() > start + 2 ? Bytes.zero(content, start + 2) : -1;
      start = language < 0 ? -1 : Bytes.zero(content, language + 1) + 1;
    }
    if (start <= 0 || start > content.limit()) {
      into.warnings().add("The chunk %s of %s is damaged and is not read.".formatted(type, key));
      return;
    }
    ByteBuffer text = Bytes.from(content, start);
    String name = "The text " + key;
    value(key, compressed ? into.inflation().inflate(text, name, true) : text, name);
  }

  private void value(String key, ByteBuffer text, String name) {
    if (key.equals(XMP)) {
      into.addXmp(text);
    } else if (key.startsWith(PROFILE)) {
      profile(key.substring(PROFILE.length()), text);
    } else {
      ByteBuffer read = text;
      if (text.limit() > Limits.TEXT) {
        into.warnings()
            .add("%s has more than %s bytes; the rest is not read.".formatted(name, Limits.TEXT));
        read = text.slice(0, Limits.TEXT);
      }
      into.addText(new TextField(ClaimSource.PNG_TEXT, key, Texts.untilZero(Texts.decode(read))));
    }
  }

  /** Reads ImageMagick's form: a blank line, the name, the length, then hexadecimal digits. */
  private void profile(String kind, ByteBuffer text) {
    if (!Set.of("exif", "APP1", "xmp", "iptc").contains(kind) || text.limit() > Limits.TEXT) {
      return;
    }
    String[] lines = Bytes.latin1(text).split("\n", 4);
    ByteBuffer content;
    try {
      String digits = lines.length < 4 ? "" : lines[3].replaceAll("\\s", "");
      content = ByteBuffer.wrap(HexFormat.of().parseHex(digits));
    } catch (IllegalArgumentException e) {
      into.warnings().add("The text %s%s is damaged and is not read.".formatted(PROFILE, kind));
      return;
    }
    if (kind.equals("iptc")) {
      Iptc.readResources(content, into);
    } else if (kind.equals("xmp")) {
      into.addXmp(content);
    } else if (Bytes.startWith(content, "http://ns.adobe.com/xap/1.0/\0")) {
      into.addXmp(Bytes.from(content, 29));
    } else {
      into.addExif(content);
    }
  }
}
