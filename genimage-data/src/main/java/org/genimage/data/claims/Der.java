package org.genimage.data.claims;

import com.google.common.collect.ImmutableList;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * An element of ASN.1's distinguished encoding (ITU-T X.690): enough to read names in a certificate
 * and the time in a time stamp. Nothing of it is checked.
 *
 * @param tag its first byte
 * @param content its content
 */
record Der(int tag, ByteBuffer content) {

  static final int OCTETS = 0x04;
  static final int OBJECT_ID = 0x06;
  static final int SEQUENCE = 0x30;
  static final int TIME = 0x18;
  static final int CONTEXT = 0xa0; // the tag [0] in front of an element

  private static final int CONSTRUCTED = 0x20;
  private static final int LARGE_TAG = 0x1f;
  private static final int UNIVERSAL_STRING = 0x1c;
  private static final int WIDE_STRING = 0x1e;
  private static final int MOST_ELEMENTS = 1000;

  /**
   * Reads the first element.
   *
   * @throws DamagedException if there is none
   */
  static Der first(ByteBuffer bytes) throws DamagedException {
    List<Der> elements = read(bytes, 1);
    if (elements.isEmpty()) {
      throw new DamagedException("no element of ASN.1");
    }
    return elements.get(0);
  }

  /**
   * Returns the elements of a list.
   *
   * @throws DamagedException if this is none, or damaged
   */
  List<Der> elements() throws DamagedException {
    if ((tag & CONSTRUCTED) == 0) {
      throw new DamagedException("no list of ASN.1");
    }
    return read(content, MOST_ELEMENTS);
  }

  /**
   * Returns an element of a list.
   *
   * @throws DamagedException if this is no list, or too short
   */
  Der element(int index) throws DamagedException {
    List<Der> elements = elements();
    if (index >= elements.size()) {
      throw new DamagedException("a list of ASN.1 with too few elements");
    }
    return elements.get(index);
  }

  private static List<Der> read(ByteBuffer bytes, int most) throws DamagedException {
    ImmutableList.Builder<Der> elements = ImmutableList.builder();
    int at = 0;
    for (int i = 0; i < most && bytes.limit() - at >= 2; i++) {
      int tag = bytes.get(at) & 0xff;
      int length = bytes.get(at + 1) & 0xff;
      int start = at + 2;
      if (length >= 0x80) {
        int digits = length & 0x7f;
        if (digits == 0 || digits > 3 || bytes.limit() - start < digits) {
          throw new DamagedException("an element of ASN.1 without a length");
        }
        length = 0;
        for (int end = start + digits; start < end; start++) {
          length = length << 8 | bytes.get(start) & 0xff;
        }
      }
      if ((tag & LARGE_TAG) == LARGE_TAG || length > bytes.limit() - start) {
        throw new DamagedException("an element of ASN.1 that ends behind its list");
      }
      elements.add(new Der(tag, bytes.slice(start, length)));
      at = start + length;
    }
    return elements.build();
  }

  /** Whether this is an object identifier, given by its content in hexadecimal digits. */
  boolean is(String id) {
    return tag == OBJECT_ID && HexFormat.of().formatHex(Bytes.copy(content)).equals(id);
  }

  /** Returns the text of a string. */
  String text() {
    return switch (tag) {
      case WIDE_STRING -> Texts.text(content, StandardCharsets.UTF_16BE);
      case UNIVERSAL_STRING -> "";
      default -> Texts.decode(content);
    };
  }

  /**
   * Returns the first value of an attribute of a certificate's subject (RFC 5280, section 4.1).
   *
   * @param certificate the certificate
   * @param attribute the attribute's object identifier, in hexadecimal digits
   * @throws DamagedException if the certificate is damaged
   */
  static Optional<String> subject(Der certificate, String attribute) throws DamagedException {
    Der body = certificate.element(0);
    int version = body.element(0).tag() == CONTEXT ? 1 : 0;
    Der subject = body.element(version + 4); // behind serial, algorithm, issuer, validity
    for (Der set : subject.elements()) {
      for (Der pair : set.elements()) {
        if (pair.element(0).is(attribute)) {
          return BoundedTree.shown(pair.element(1).text());
        }
      }
    }
    return Optional.empty();
  }
}
