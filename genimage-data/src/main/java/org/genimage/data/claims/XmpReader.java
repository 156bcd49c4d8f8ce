package org.genimage.data.claims;

import com.google.common.collect.ImmutableMap;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamReader;

/**
 * Reads the properties of XMP that claim something (XMP Specification, part 1, chapter 7). A
 * property is an attribute or a child of an {@code rdf:Description} in {@code rdf:RDF}; of a list
 * the first item is taken. Properties of structures within others say nothing about the file, and
 * are not read.
 */
final class XmpReader {

  /** Names the extended XMP that completes this one. */
  static final String EXTENDED = "xmpNote:HasExtendedXMP";

  /** The address of a C2PA manifest elsewhere. */
  static final String PROVENANCE = "dcterms:provenance";

  private static final String RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

  /** The usual prefixes. */
  private static final ImmutableMap<String, String> PREFIXES =
      ImmutableMap.<String, String>builder()
          .put("http://iptc.org/std/Iptc4xmpExt/2008-02-29/", "Iptc4xmpExt:")
          .put("http://ns.adobe.com/photoshop/1.0/", "photoshop:")
          .put("http://ns.adobe.com/xap/1.0/", "xmp:")
          .put("http://ns.adobe.com/exif/1.0/", "exif:")
          .put("http://purl.org/dc/elements/1.1/", "dc:")
          .put("http://purl.org/dc/terms/", "dcterms:")
          .put("http://www.tc260.org.cn/ns/AIGC/1.0/", "TC260:")
          .put("http://ns.adobe.com/xmp/note/", "xmpNote:")
          .buildOrThrow();

  private final StringBuilder text = new StringBuilder();
  private final Map<String, String> properties = new LinkedHashMap<>();
  private final Warnings warnings;

  private XmpReader(Warnings warnings) {
    this.warnings = warnings;
  }

  /** Returns the properties by name, with their usual prefixes; of damaged XMP those before it. */
  static Map<String, String> read(ByteBuffer block, Warnings warnings) {
    XmpReader reader = new XmpReader(warnings);
    String text = decode(block);
    int start = text.indexOf('<');
    int end = text.lastIndexOf('>') + 1;
    if (start < 0 || end <= start) {
      warnings.add("XMP is not read: it is no XML.");
      return reader.properties;
    }
    try {
      reader.walk(BoundedXml.of(text.substring(start, end)));
    } catch (DamagedException e) {
      warnings.add("XMP is not read to its end: %s.".formatted(e.getMessage()));
    }
    return reader.properties;
  }

  private static String decode(ByteBuffer block) {
    boolean wide = Bytes.startWith(block, "\u00fe\u00ff") || Bytes.startWith(block, "\u00ff\u00fe");
    return wide ? Texts.text(block, StandardCharsets.UTF_16) : Texts.decode(block);
  }

  private void walk(BoundedXml xml) throws DamagedException {
    XMLStreamReader event = xml.event();
    int rdf = 0; // the depth of rdf:RDF, 0 outside
    Optional<String> property = Optional.empty();
    for (int kind; (kind = xml.next()) != XMLStreamConstants.END_DOCUMENT; ) {
      if (kind == XMLStreamConstants.START_ELEMENT) {
        if (rdf == 0) {
          rdf = isRdf(event, "RDF") ? xml.depth() : 0;
        } else if (xml.depth() == rdf + 1 && isRdf(event, "Description")) {
          attributes(event);
        } else if (xml.depth() == rdf + 2) {
          property = name(event.getNamespaceURI(), event.getLocalName());
          property.ifPresent(name -> begin(name, event));
        }
      } else if (kind == XMLStreamConstants.CHARACTERS || kind == XMLStreamConstants.CDATA) {
        property.ifPresent(name -> append(name, event.getText()));
      } else if (kind == XMLStreamConstants.END_ELEMENT) {
        if (xml.depth() == rdf) {
          rdf = 0;
        } else if (property.isPresent()) {
          end(property.get());
          property = xml.depth() == rdf + 2 ? Optional.empty() : property;
        }
      }
    }
  }

  private static boolean isRdf(XMLStreamReader element, String name) {
    return RDF.equals(element.getNamespaceURI()) && element.getLocalName().equals(name);
  }

  private static Optional<String> name(String namespace, String name) {
    return Optional.ofNullable(namespace == null ? null : PREFIXES.get(namespace))
        .map(prefix -> prefix + name)
        .filter(known -> KnownTools.xmpKeys().contains(known));
  }

  private void attributes(XMLStreamReader element) {
    for (int i = 0; i < element.getAttributeCount(); i++) {
      String value = element.getAttributeValue(i);
      name(element.getAttributeNamespace(i), element.getAttributeLocalName(i))
          .ifPresent(name -> put(name, value));
    }
  }

  private void begin(String name, XMLStreamReader element) {
    text.setLength(0);
    String resource = element.getAttributeValue(RDF, "resource");
    if (resource != null) {
      put(name, resource);
    }
  }

  private void append(String name, String more) {
    if (text.length() + more.length() > Limits.TEXT) {
      warnings.add("The property %s is too long; the rest is not read.".formatted(name));
      text.append(more, 0, Math.max(0, Limits.TEXT - text.length()));
    } else {
      text.append(more);
    }
  }

  /** Ends an item of a list, or the property: the first text that is not blank is the value. */
  private void end(String name) {
    put(name, text.toString());
    text.setLength(0);
  }

  private void put(String name, String value) {
    if (!value.isBlank()) {
      properties.putIfAbsent(name, value.strip());
    }
  }
}
