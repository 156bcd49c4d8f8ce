package org.genimage.data.claims;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/** Text of strangers: decoded without errors, cut for display, with its tricks made visible. */
final class Texts {

  private static final HexFormat HEX = HexFormat.of();

  private Texts() {}

  /** Decodes UTF-8 if the bytes are that, and Latin-1 otherwise. */
  static String decode(ByteBuffer bytes) {
    return utf8(bytes).orElseGet(() -> text(bytes, StandardCharsets.ISO_8859_1));
  }

  /** Decodes UTF-8; empty if the bytes are something else. */
  static Optional<String> utf8(ByteBuffer bytes) {
    try {
      CharBuffer text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(bytes.duplicate());
      return Optional.of(text.toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  /** Decodes bytes, with replacements for what the charset does not know. */
  static String text(ByteBuffer bytes, Charset charset) {
    return charset.decode(bytes.duplicate()).toString();
  }

  /** Returns the text up to its first zero, without surrounding white space. */
  static String untilZero(String text) {
    int end = text.indexOf('\0');
    return (end < 0 ? text : text.substring(0, end)).strip();
  }

  /** Returns the beginning of a text that has at most 4 KiB in UTF-8. */
  static String shown(String text) {
    int bytes = 0;
    for (int at = 0; at < text.length(); ) {
      int character = text.codePointAt(at);
      bytes += character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
      if (bytes > Limits.SHOWN) {
        return text.substring(0, at);
      }
      at += Character.charCount(character);
    }
    return text;
  }

  /** Whether a text has characters that {@link #visible} replaces. */
  static boolean hasHidden(String text) {
    return text.codePoints().anyMatch(character -> character != '\r' && isHidden(character));
  }

  /**
   * Returns the text with control characters, direction marks and other invisible characters as
   * escapes such as &#92;u202e.
   */
  static String visible(String text) {
    StringBuilder visible = new StringBuilder(text.length());
    text.replace("\r\n", "\n")
        .codePoints()
        .forEach(
            character -> {
              if (isHidden(character)) {
                for (char unit : Character.toChars(character)) {
                  visible.append("\\u").append(HEX.toHexDigits(unit));
                }
              } else {
                visible.appendCodePoint(character);
              }
            });
    return visible.toString();
  }

  private static boolean isHidden(int character) {
    if (character == '\n' || character == '\t' || character == 0x200c || character == 0x200d) {
      return false; // the last two join letters in several scripts
    }
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }
}
