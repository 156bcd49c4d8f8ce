package org.genimage.data.claims;

import java.nio.ByteBuffer;

/**
 * Photoshop's image resources, of which one holds IPTC datasets (Adobe Photoshop File Formats
 * Specification, "Image Resource Blocks").
 */
final class PhotoshopResources {

  private static final int IPTC = 0x0404;

  private PhotoshopResources() {}

  static void read(ByteBuffer resources, Metadata into) {
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
      if (id == IPTC) {
        into.addIptc(resources.slice(content, (int) length));
      }
      at = (int) (content + length + length % 2);
    }
  }
}
