package org.genimage.data.claims;

import java.nio.ByteBuffer;

/**
 * Reads the credit of IPTC's datasets (IPTC-NAA Information Interchange Model 4.2, dataset 2:110).
 */
final class IptcReader {

  private static final int MARKER = 0x1c;
  private static final int APPLICATION_RECORD = 2;
  private static final int CREDIT = 110;
  private static final int EXTENDED = 0x8000;

  private IptcReader() {}

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
