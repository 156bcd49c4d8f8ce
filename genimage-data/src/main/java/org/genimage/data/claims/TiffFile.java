package org.genimage.data.claims;

import java.nio.ByteBuffer;
import java.util.Set;

/**
 * The metadata of a TIFF or DNG file: EXIF in its directories, XMP (tag 700), IPTC (33723),
 * Photoshop's resources (34377) and C2PA (0xCD41, in any directory; C2PA 2.2, appendix A.3.5).
 */
final class TiffFile {

  private static final int XMP = 700;
  private static final int IPTC = 33723;
  private static final int PHOTOSHOP = 34377;
  private static final int C2PA = 0xcd41;

  private TiffFile() {}

  static void read(ByteBuffer file, Metadata into) {
    into.addExif(file);
    Set<Integer> tags = Set.of(XMP, IPTC, PHOTOSHOP, C2PA);
    for (TiffFields.Field field : TiffFields.read(file, tags, into.warnings())) {
      ByteBuffer value = field.value().slice(); // big-endian, as these blocks are
      switch (field.tag()) {
        case XMP -> into.addXmp(value);
        case IPTC -> into.addIptc(value);
        case PHOTOSHOP -> Iptc.readResources(value, into);
        default -> into.addStore(value);
      }
    }
  }
}
