package org.genimage.data.claims;

import java.io.StringReader;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Reads XML of strangers, event by event. A document type is refused, so that no entity is expanded
 * and nothing is fetched; depth, elements and namespaces are bounded.
 */
final class BoundedXml {

  private final XMLStreamReader xml;
  private int depth;
  private int elements;
  private int namespaces;

  private BoundedXml(XMLStreamReader xml) {
    this.xml = xml;
  }

  /**
   * Returns a reader that stands before the first event.
   *
   * @throws DamagedException if the text has a document type, or does not begin as XML
   */
  static BoundedXml of(String text) throws DamagedException {
    if (text.contains("<!DOCTYPE") || text.contains("<!ENTITY")) {
      throw new DamagedException("it has a document type, which has no place there");
    }
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setXMLResolver(
        (publicId, systemId, base, namespace) -> {
          throw new XMLStreamException("an address in XML is never followed");
        });
    try {
      return new BoundedXml(factory.createXMLStreamReader(new StringReader(text)));
    } catch (XMLStreamException | RuntimeException e) {
      throw new DamagedException("it is no XML");
    }
  }

  XMLStreamReader event() {
    return xml;
  }

  /** The number of elements that are open, the present one included. */
  int depth() {
    return depth;
  }

  /**
   * Goes to the next event and returns its kind, a constant of {@link XMLStreamConstants}. An
   * element that has ended is still counted in the depth while its end is the event.
   *
   * @throws DamagedException if the XML is damaged or exceeds a limit
   */
  int next() throws DamagedException {
    try {
      if (elements > 0 && xml.getEventType() == XMLStreamConstants.END_ELEMENT) {
        depth--;
      }
      if (!xml.hasNext()) {
        return XMLStreamConstants.END_DOCUMENT;
      }
      int kind = xml.next();
      if (kind == XMLStreamConstants.START_ELEMENT) {
        depth++;
        elements++;
        namespaces += xml.getNamespaceCount();
        check(depth, Limits.XML_DEPTH, "elements in each other");
        check(elements, Limits.XML_ELEMENTS, "elements");
        check(namespaces, Limits.XML_NAMESPACES, "namespaces");
      } else if (kind == XMLStreamConstants.DTD || kind == XMLStreamConstants.ENTITY_REFERENCE) {
        throw new DamagedException(
            "it has a document type or an entity, which have no place there");
      }
      return kind;
    } catch (XMLStreamException | RuntimeException e) {
      throw new DamagedException("it is no well-formed XML");
    }
  }

  private static void check(int count, int limit, String what) throws DamagedException {
    if (count > limit) {
      throw new DamagedException("it has more than %s %s".formatted(limit, what));
    }
  }
}
