package org.genimage.data.claims;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableMap;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.genimage.data.claims.ContentCredentials.Signer;

/**
 * Reads who a signature of C2PA says has signed and when (COSE_Sign1, RFC 9052; C2PA 2.2, section
 * 13.2). The signature is not verified, and neither is the certificate. Only one thing is compared:
 * whether the time stamp (RFC 3161) was made for this claim.
 */
final class Signatures {

  private static final String ALGORITHM = "1";
  private static final List<String> CERTIFICATES = List.of("33", "x5chain");
  private static final String ORGANISATION = "55040a"; // 2.5.4.10
  private static final String COMMON_NAME = "550403"; // 2.5.4.3
  private static final String SIGNED_DATA = "2a864886f70d010702"; // 1.2.840.113549.1.7.2
  private static final int TIME = 4; // where a time stamp's time stands

  private static final ImmutableMap<Integer, String> ALGORITHMS =
      ImmutableMap.<Integer, String>builder()
          .put(-7, "ES256")
          .put(-35, "ES384")
          .put(-36, "ES512")
          .put(-37, "PS256")
          .put(-38, "PS384")
          .put(-39, "PS512")
          .put(-8, "Ed25519")
          .buildOrThrow();

  private static final ImmutableMap<String, String> HASHES =
      ImmutableMap.of(
          "608648016503040201", "SHA-256",
          "608648016503040202", "SHA-384",
          "608648016503040203", "SHA-512");

  private final byte[] protectedHeader;
  private final JsonNode readHeader;
  private final JsonNode header;
  private final byte[] signature;

  private Signatures(JsonNode cose) throws IOException {
    if (!cose.isArray() || cose.size() != 4 || !cose.get(0).isBinary() || !cose.get(3).isBinary()) {
      throw new DamagedException("it is no COSE_Sign1");
    }
    this.protectedHeader = cose.get(0).binaryValue();
    this.readHeader = BoundedTree.cbor(ByteBuffer.wrap(protectedHeader));
    this.header = cose.get(1);
    this.signature = cose.get(3).binaryValue();
  }

  /**
   * Returns the signer that a signature names; empty if it names none.
   *
   * @param box the signature
   * @param claim the claim that it is said to sign
   */
  static Optional<Signer> read(ByteBuffer box, ByteBuffer claim, Warnings warnings) {
    try {
      return new Signatures(BoundedTree.cbor(box)).signer(claim, warnings);
    } catch (IOException | RuntimeException e) {
      warnings.add("The signature of a C2PA manifest is damaged: its signer is unknown.");
      return Optional.empty();
    }
  }

  private Optional<Signer> signer(ByteBuffer claim, Warnings warnings) throws IOException {
    Optional<JsonNode> certificate =
        CERTIFICATES.stream()
            .flatMap(key -> List.of(readHeader.path(key), header.path(key)).stream())
            .flatMap(BoundedTree::items)
            .filter(JsonNode::isBinary)
            .findFirst();
    if (certificate.isEmpty()) {
      warnings.add("The signature of a C2PA manifest has no certificate: its signer is unknown.");
      return Optional.empty();
    }
    Der subject = Der.first(ByteBuffer.wrap(certificate.get().binaryValue()));
    return Optional.of(
        new Signer(
            Der.subject(subject, ORGANISATION),
            Der.subject(subject, COMMON_NAME),
            algorithm(),
            time(claim, warnings)));
  }

  private Optional<String> algorithm() {
    JsonNode number = readHeader.path(ALGORITHM);
    return number.isInt()
        ? Optional.of(ALGORITHMS.getOrDefault(number.intValue(), number.asText()))
        : Optional.empty();
  }

  private Optional<Instant> time(ByteBuffer claim, Warnings warnings) {
    try {
      Optional<byte[]> first = token("sigTst");
      if (first.isPresent()) {
        return time(first.get(), countersigned(Bytes.copy(claim)), warnings);
      }
      Optional<byte[]> second = token("sigTst2");
      if (second.isPresent()) {
        return time(second.get(), countersigned(bytes(signature)), warnings);
      }
    } catch (IOException | RuntimeException e) {
      warnings.add("A time stamp of a C2PA manifest is damaged: when it was signed is unknown.");
    }
    return Optional.empty();
  }

  private Optional<byte[]> token(String key) throws IOException {
    JsonNode token = header.path(key).path("tstTokens").path(0).path("val");
    return token.isBinary() ? Optional.of(token.binaryValue()) : Optional.empty();
  }

  /** Reads a time stamp, and returns its time if it was made for these bytes. */
  private static Optional<Instant> time(byte[] token, byte[] content, Warnings warnings)
      throws IOException {
    Der outer = Der.first(ByteBuffer.wrap(token));
    boolean isResponse = outer.element(0).tag() == Der.SEQUENCE; // status, then the token
    Der signed = isResponse ? outer.element(1) : outer;
    if (!signed.element(0).is(SIGNED_DATA)) {
      throw new DamagedException("no time stamp");
    }
    Der wrapped = signed.element(1).element(0).element(2).element(1).element(0);
    Der stamp = Der.first(wrapped.content());
    Der imprint = stamp.element(2);
    Der algorithm = imprint.element(0).element(0);
    String hash =
        HASHES.entrySet().stream()
            .filter(known -> algorithm.is(known.getKey()))
            .map(java.util.Map.Entry::getValue)
            .findFirst()
            .orElseThrow(() -> new DamagedException("an unknown hash"));
    if (!Arrays.equals(hashed(hash, content), Bytes.copy(imprint.element(1).content()))) {
      warnings.add(
          "A time stamp of a C2PA manifest was made for something else: when it was signed is"
              + " unknown.");
      return Optional.empty();
    }
    return Optional.of(instant(stamp.element(TIME)));
  }

  private static byte[] hashed(String algorithm, byte[] content) {
    try {
      return MessageDigest.getInstance(algorithm).digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-2", e);
    }
  }

  /** Reads a time such as 20260304050607.25Z (RFC 3161, section 2.4.2). */
  private static Instant instant(Der element) throws DamagedException {
    String text = element.text();
    if (element.tag() != Der.TIME || !text.matches("[0-9]{14}(?:\\.[0-9]{1,9})?Z")) {
      throw new DamagedException("no time");
    }
    String fraction = text.length() == 15 ? "" : text.substring(15, text.length() - 1);
    try {
      return LocalDateTime.of(
              number(text, 0, 4),
              number(text, 4, 6),
              number(text, 6, 8),
              number(text, 8, 10),
              number(text, 10, 12),
              number(text, 12, 14),
              Integer.parseInt((fraction + "000000000").substring(0, 9)))
          .toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      throw new DamagedException("no time");
    }
  }

  private static int number(String text, int start, int end) {
    return Integer.parseInt(text.substring(start, end));
  }

  /** What a time stamp is made for: the Sig_structure of a countersignature (RFC 8152, 4.4). */
  private byte[] countersigned(byte[] payload) {
    ByteArrayOutputStream structure = new ByteArrayOutputStream();
    structure.write(0x84); // a list of four
    byte[] context = "CounterSignature".getBytes(StandardCharsets.US_ASCII);
    structure.write(0x60 + context.length);
    structure.writeBytes(context);
    structure.writeBytes(bytes(protectedHeader));
    structure.writeBytes(bytes(new byte[0]));
    structure.writeBytes(bytes(payload));
    return structure.toByteArray();
  }

  /** Returns bytes as CBOR, in the shortest form. */
  private static byte[] bytes(byte[] content) {
    ByteBuffer cbor = ByteBuffer.allocate(5 + content.length);
    int length = content.length;
    if (length < 24) {
      cbor.put((byte) (0x40 + length));
    } else if (length < 1 << 8) {
      cbor.put((byte) 0x58).put((byte) length);
    } else if (length < 1 << 16) {
      cbor.put((byte) 0x59).putChar((char) length);
    } else {
      cbor.put((byte) 0x5a).putInt(length);
    }
    cbor.put(content);
    return Arrays.copyOf(cbor.array(), cbor.position());
  }
}
