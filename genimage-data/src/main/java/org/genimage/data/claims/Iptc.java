package org.genimage.data.claims;

import java.nio.ByteBuffer;

/**
 * The credit in IPTC's datasets (IPTC-NAA Information Interchange Model 4.2, dataset 2:110), which
 * often lie in Photoshop's image resources (Adobe Photoshop File Formats Specification, "Image
 * Resource Blocks").
 */
final class Iptc {

  private static final int RESOURCE = 0x0404;
  private static final int MARKER = 0x1c;
  private static final int APPLICATION_RECORD = 2;
  private static final int CREDIT = 110;
  private static final int EXTENDED = 0x8000;

  private Iptc() {}

  /** Adds the datasets in Photoshop's resources. */
  static void readResources(ByteBuffer resources, Metadata into) {
    int at = 0;
    while (resources.limit() - at >= 12 && Bytes.startWith(Bytes.from(resources, at), "8BIM")) {
      int id = resources.getChar(at + 4);
      int name = resources.get(at + 6) & 0xff;
      int size = at + 7 + name + (1 - name % 2); // the name and its length are padded together
      if (resources.limit() - size < 4) {
        break;
      }
      long length = Integer.toUnsignedLong(resources.getInt(size));
      int content = size + 4;
      if (length > resources.limit() - content) {
        into.warnings().add("A resource of Photoshop ends behind its block; it is not read.");
        return;
      }
      if (id == RESOURCE) {
        into.addIptc(resources.slice(content, (int) length));
      }
      at = (int) (content + length + length % 2);
    }
  }

  /** Adds the credits in datasets. */
  static void read(ByteBuffer datasets, Metadata into) {
    int at = 0;
    while (datasets.limit() - at >= 5 && datasets.get(at) == MARKER) {
      int length = datasets.getChar(at + 3);
      int content = at + 5;
      if (length >= EXTENDED || length > datasets.limit() - content) {
        into.warnings().add("An IPTC dataset ends behind its block; the rest is not read.");
        return;
      }
      if (datasets.get(at + 1) == APPLICATION_RECORD && datasets.get(at + 2) == CREDIT) {
        String value = Texts.decode(datasets.slice(content, length));
        into.addText(new TextField(ClaimSource.IPTC, "Credit", Texts.untilZero(value)));
      }
      at = content + length;
    }
  }
}
