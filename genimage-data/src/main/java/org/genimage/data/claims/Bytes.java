package org.genimage.data.claims;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Views of a file's bytes. Every view begins at its position 0. */
final class Bytes {

  private Bytes() {}

  /** Returns the bytes as Latin-1, which every byte is. */
  static String latin1(ByteBuffer bytes) {
    return Texts.text(bytes, StandardCharsets.ISO_8859_1);
  }

  /** Whether the bytes begin with the Latin-1 characters of a text. */
  static boolean startWith(ByteBuffer bytes, String start) {
    if (bytes.remaining() < start.length()) {
      return false;
    }
    for (int i = 0; i < start.length(); i++) {
      if ((bytes.get(bytes.position() + i) & 0xff) != start.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Returns the bytes from a place on. */
  static ByteBuffer from(ByteBuffer bytes, int start) {
    return bytes.slice(start, bytes.limit() - start).order(bytes.order());
  }

  /** Returns where the next zero is, or -1. */
  static int zero(ByteBuffer bytes, int start) {
    for (int at = start; at < bytes.limit(); at++) {
      if (bytes.get(at) == 0) {
        return at;
      }
    }
    return -1;
  }

  static byte[] copy(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(bytes.position(), copy);
    return copy;
  }

  /** Whether the bytes are zeros. */
  static boolean isZero(ByteBuffer bytes) {
    for (int at = 0; at < bytes.limit(); at++) {
      if (bytes.get(at) != 0) {
        return false;
      }
    }
    return true;
  }
}
