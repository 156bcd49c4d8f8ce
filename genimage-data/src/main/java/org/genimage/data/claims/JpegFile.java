package org.genimage.data.claims;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.genimage.data.formats.JpegSegments;

/**
 * The metadata segments of a JPEG file (ITU-T T.81, annex B): EXIF and XMP in APP1, C2PA in APP11
 * (C2PA 2.2, appendix A.3.1; ISO/IEC 19566-5, annex D), IPTC in APP13, comments.
 */
final class JpegFile implements JpegSegments.Visitor {

  private static final String EXIF = "Exif\0\0";
  private static final String XMP = "http://ns.adobe.com/xap/1.0/\0";
  private static final String EXTENDED_XMP = "http://ns.adobe.com/xmp/extension/\0";
  private static final String PHOTOSHOP = "Photoshop 3.0\0";
  private static final String C2PA = "c2pa";
  private static final int LARGEST_HEADER = 16;

  private final ByteBuffer file;
  private final Metadata into;
  private final Map<Integer, List<Piece>> boxes = new TreeMap<>();
  private boolean cut;

  private JpegFile(ByteBuffer file, Metadata into) {
    this.file = file;
    this.into = into;
  }

  /**
   * One segment's part of a box.
   *
   * @param number counts the segments of a box, from 1
   * @param box the box's header and the part of its content, without the numbers before it
   */
  private record Piece(long number, ByteBuffer box) {}

  static void read(ByteBuffer file, Metadata into) {
    JpegFile jpeg = new JpegFile(file, into);
    OptionalInt end = JpegSegments.walk(file, jpeg);
    if (end.isPresent()) {
      jpeg.trailing(Bytes.from(file, end.getAsInt()));
    } else if (!jpeg.cut) {
      into.warnings().add("The JPEG file ends before the image does.");
    }
    jpeg.boxes.values().forEach(jpeg::join);
  }

  @Override
  public boolean see(int marker, int start, int length) {
    segment(marker, file.slice(start, length), false);
    return true;
  }

  @Override
  public void seeCut(int marker, int start) {
    cut = true;
    into.warnings().add("A segment of the JPEG file ends behind the file.");
    segment(marker, Bytes.from(file, start), true);
  }

  private void trailing(ByteBuffer trailing) {
    if (!SamsungTrailer.read(trailing, into) && !Bytes.isZero(trailing)) {
      into.addTrailing(trailing.remaining());
    }
  }

  private void segment(int marker, ByteBuffer content, boolean incomplete) {
    if (marker == 0xffeb) {
      box(content);
    } else if (incomplete) {
      return;
    } else if (marker == 0xffe1 && Bytes.startWith(content, EXIF)) {
      into.addExif(Bytes.from(content, EXIF.length()));
    } else if (marker == 0xffe1 && Bytes.startWith(content, XMP)) {
      into.addXmp(Bytes.from(content, XMP.length()));
    } else if (marker == 0xffe1 && Bytes.startWith(content, EXTENDED_XMP)) {
      into.extendedXmp().add(Bytes.from(content, EXTENDED_XMP.length()), into.warnings());
    } else if (marker == 0xffed && Bytes.startWith(content, PHOTOSHOP)) {
      Iptc.readResources(Bytes.from(content, PHOTOSHOP.length()), into);
    } else if (marker == 0xfffe) {
      into.addText(
          new TextField(ClaimSource.COMMENT, "Comment", Texts.untilZero(Texts.decode(content))));
    }
  }

  /** Keeps a part of a JUMBF box: "JP", the box's instance, the segment's number, the box. */
  private void box(ByteBuffer content) {
    if (content.limit() < 16 || !Bytes.startWith(content, "JP")) {
      return; // JPEG 360, HDR, and others
    }
    long number = Integer.toUnsignedLong(content.getInt(4));
    boxes
        .computeIfAbsent((int) content.getChar(2), key -> new ArrayList<>())
        .add(new Piece(number, Bytes.from(content, 8)));
  }

  /** Joins the parts of one box if it is a C2PA store. */
  private void join(List<Piece> pieces) {
    List<Piece> sorted =
        pieces.stream().sorted((a, b) -> Long.compare(a.number(), b.number())).toList();
    ByteBuffer first = sorted.get(0).box();
    int header = first.getInt(0) == 1 ? LARGEST_HEADER : 8;
    int type = header + 8; // behind the size and the type of the box jumd
    if (first.limit() < type + 4
        || !Bytes.startWith(Bytes.from(first, 4), "jumb")
        || !Bytes.startWith(Bytes.from(first, type), C2PA)) {
      return;
    }
    if (!sorted.equals(pieces)) {
      into.warnings().add("The segments of the C2PA store are not in order.");
    }
    long length = header == 8 ? Integer.toUnsignedLong(first.getInt(0)) : first.getLong(8);
    long present = header;
    List<ByteBuffer> parts = new ArrayList<>();
    for (int i = 0; i < sorted.size(); i++) {
      ByteBuffer box = sorted.get(i).box();
      if (i > 0 && sorted.get(i).number() == sorted.get(i - 1).number()) {
        into.warnings().add("A segment of the C2PA store occurs twice.");
        if (!box.equals(sorted.get(i - 1).box())) {
          into.addDamagedStore("The C2PA store is not read: two of its segments differ.");
          return;
        }
      } else if (box.limit() >= header) {
        parts.add(Bytes.from(box, header));
        present += box.limit() - header;
      }
    }
    if (length == 0) {
      length = present; // to the end
    }
    if (present < length || length < header || length > Limits.STORE) {
      into.addDamagedStore(
          "The C2PA store is not read: it claims %s bytes, and %s are there; at most %s are read."
              .formatted(length, present, Limits.STORE));
      return;
    }
    if (present > length) {
      into.warnings().add("The segments of the C2PA store hold more than the store.");
    }
    into.addStore(joined(first, header, parts, (int) length));
  }

  private static ByteBuffer joined(
      ByteBuffer first, int header, List<ByteBuffer> parts, int length) {
    ByteBuffer store = ByteBuffer.allocate(length).put(first.slice(0, header));
    for (ByteBuffer part : parts) {
      store.put(part.slice(0, Math.min(part.limit(), store.remaining())));
    }
    return store.flip();
  }
}
