package org.genimage.data.claims;

import static org.genimage.data.claims.ClaimFiles.ascii;
import static org.genimage.data.claims.ClaimFiles.box;
import static org.genimage.data.claims.ClaimFiles.utf8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.google.common.primitives.Bytes;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** C2PA stores, box by box, with signatures that sign nothing. */
final class Stores {

  static final String AI = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
  static final String CAPTURE = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture";

  private static final ObjectMapper CBOR = new ObjectMapper(new CBORFactory());
  private static final String ID_END = "00110010800000aa00389b71";

  private Stores() {}

  static byte[] cbor(Object value) {
    try {
      return CBOR.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  static byte[] superbox(String type, String label, byte[]... contents) {
    byte[] description =
        box(
            "jumd",
            ascii(type),
            HexFormat.of().parseHex(ID_END),
            new byte[] {3},
            utf8(label + "\0"));
    return box("jumb", description, Bytes.concat(contents));
  }

  static byte[] store(byte[]... manifests) {
    return superbox("c2pa", "c2pa", manifests);
  }

  static byte[] assertion(String label, Object content) {
    return superbox("cbor", label, box("cbor", cbor(content)));
  }

  static byte[] created(String sourceType) {
    return assertion(
        "c2pa.actions.v2",
        Map.of(
            "actions",
            List.of(
                Map.of(
                    "action",
                    "c2pa.created",
                    "digitalSourceType",
                    sourceType,
                    "softwareAgent",
                    Map.of("name", "Painter", "version", "3")))));
  }

  static byte[] opened() {
    return assertion(
        "c2pa.actions.v2", Map.of("actions", List.of(Map.of("action", "c2pa.opened"))));
  }

  static byte[] ingredient(String relationship, String manifest) {
    return assertion(
        "c2pa.ingredient.v3",
        Map.of(
            "relationship",
            relationship,
            "dc:title",
            "before.png",
            "activeManifest",
            Map.of("url", "self#jumbf=/c2pa/" + manifest)));
  }

  /** The claim of every manifest here. */
  static byte[] claim() {
    return cbor(
        Map.of(
            "claim_generator_info", Map.of("name", "Suite", "version", "1"), "dc:title", "a.png"));
  }

  static byte[] manifest(String label, byte[]... assertions) {
    return signed(
        label, claim(), signature(certificate("Example AG", "Example Signing")), assertions);
  }

  static byte[] signed(String label, byte[] claim, byte[] signature, byte[]... assertions) {
    return superbox(
        "c2ma",
        label,
        superbox("c2as", "c2pa.assertions", assertions),
        superbox("c2cl", "c2pa.claim.v2", box("cbor", claim)),
        superbox("c2cs", "c2pa.signature", box("cbor", signature)));
  }

  /** A COSE_Sign1 with a certificate, without a time. */
  static byte[] signature(byte[] certificate) {
    return cose(certificate, Map.of());
  }

  /** A COSE_Sign1 with a time stamp that was made for a claim. */
  static byte[] signature(byte[] certificate, byte[] claim, String time) {
    byte[] stamped =
        Bytes.concat(
            new byte[] {(byte) 0x84},
            cbor("CounterSignature"),
            cbor(protectedHeader(certificate)),
            cbor(new byte[0]),
            cbor(claim));
    Map<String, Object> token = Map.of("val", timeStamp(stamped, time));
    return cose(certificate, Map.of("sigTst", Map.of("tstTokens", List.of(token))));
  }

  private static byte[] cose(byte[] certificate, Map<String, Object> header) {
    return Bytes.concat(
        new byte[] {(byte) 0xd2}, // tag 18
        cbor(Arrays.asList(protectedHeader(certificate), header, null, new byte[64])));
  }

  /** ES256, and the certificate: integer keys, which Jackson's maps do not have. */
  private static byte[] protectedHeader(byte[] certificate) {
    return Bytes.concat(new byte[] {(byte) 0xa2, 1, 0x26, 0x18, 33}, cbor(certificate));
  }

  /** A certificate with nothing but the names of its subject. */
  static byte[] certificate(String organisation, String commonName) {
    byte[] subject = der(0x30, name("55040a", organisation), name("550403", commonName));
    byte[] body =
        der(
            0x30,
            der(0xa0, der(2, new byte[] {2})),
            der(2, new byte[] {1}),
            der(0x30),
            der(0x30),
            der(0x30),
            subject);
    return der(0x30, body, der(0x30), der(3, new byte[2]));
  }

  private static byte[] name(String id, String value) {
    return der(0x31, der(0x30, id(id), der(0x0c, utf8(value))));
  }

  private static byte[] timeStamp(byte[] stamped, String time) {
    byte[] info =
        der(
            0x30,
            der(2, new byte[] {1}),
            id("2a03"),
            der(0x30, der(0x30, id("608648016503040201")), der(4, sha256(stamped))),
            der(2, new byte[] {7}),
            der(0x18, ascii(time)));
    byte[] content = der(0x30, id("2a864886f70d0109100104"), der(0xa0, der(4, info)));
    byte[] signed = der(0x30, der(2, new byte[] {3}), der(0x31), content);
    return der(0x30, id("2a864886f70d010702"), der(0xa0, signed));
  }

  private static byte[] sha256(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] id(String digits) {
    return der(6, HexFormat.of().parseHex(digits));
  }

  private static byte[] der(int tag, byte[]... contents) {
    byte[] content = Bytes.concat(contents);
    ByteBuffer element = ByteBuffer.allocate(4 + content.length).put((byte) tag);
    if (content.length < 0x80) {
      element.put((byte) content.length);
    } else {
      element.put((byte) 0x82).putChar((char) content.length);
    }
    element.put(content);
    return Arrays.copyOf(element.array(), element.position());
  }

  /** A store in an APP11 segment of a JPEG file, one part of several. */
  static byte[] segment(byte[] store, int instance, int number, int start, int end) {
    return ClaimFiles.segment(
        ClaimFiles.APP11,
        ascii("JP"),
        ByteBuffer.allocate(6).putChar((char) instance).putInt(number).array(),
        Arrays.copyOf(store, 8),
        Arrays.copyOfRange(store, start, end));
  }
}
