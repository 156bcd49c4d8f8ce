package org.genimage.data.claims;

import java.nio.ByteBuffer;
import java.util.Base64;
import javax.xml.stream.XMLStreamConstants;

/** The metadata of an SVG drawing: C2PA in base64 (C2PA 2.2, appendix A.3.3), and XMP. */
final class SvgFile {

  private static final String C2PA = "http://c2pa.org/manifest";

  private SvgFile() {}

  static void read(ByteBuffer file, Metadata into) {
    if (file.limit() > Limits.XMP) {
      into.warnings()
          .add(
              "The drawing of %s bytes is not read; at most %s are."
                  .formatted(file.limit(), Limits.XMP));
      return;
    }
    String text = Texts.decode(file);
    try {
      walk(BoundedXml.of(text), into);
    } catch (DamagedException e) {
      into.warnings().add("The drawing is not read to its end: %s.".formatted(e.getMessage()));
    }
    if (text.contains("RDF")) {
      into.addXmp(file);
    }
  }

  private static void walk(BoundedXml xml, Metadata into) throws DamagedException {
    StringBuilder store = new StringBuilder();
    int within = 0; // the depth of the element that holds the store
    for (int kind; (kind = xml.next()) != XMLStreamConstants.END_DOCUMENT; ) {
      if (kind == XMLStreamConstants.START_ELEMENT && within == 0) {
        boolean isStore =
            C2PA.equals(xml.event().getNamespaceURI())
                && xml.event().getLocalName().equals("manifest");
        within = isStore ? xml.depth() : 0;
      } else if (within > 0
          && (kind == XMLStreamConstants.CHARACTERS || kind == XMLStreamConstants.CDATA)) {
        store.append(xml.event().getText());
      } else if (kind == XMLStreamConstants.END_ELEMENT && within == xml.depth()) {
        add(store.toString(), into);
        store.setLength(0);
        within = 0;
      }
    }
  }

  private static void add(String store, Metadata into) {
    try {
      into.addStore(ByteBuffer.wrap(Base64.getMimeDecoder().decode(store)));
    } catch (IllegalArgumentException e) {
      into.addDamagedStore("The C2PA store is not read: it is not in base64.");
    }
  }
}
