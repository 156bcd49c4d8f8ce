package org.genimage.data.internal;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.FilterReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Opens lists that people write: texts in UTF-8, perhaps with a byte order mark. Another encoding
 * is named. What is no file is refused, since a named pipe may wait for ever, and a device never
 * ends.
 */
public final class TextFiles {

  private static final int HEAD = 4096;
  private static final byte[] UTF_8_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  /** The longer marks first: UTF-32's begins like UTF-16's. */
  private static final List<Map.Entry<String, byte[]>> OTHER_MARKS =
      List.of(
          Map.entry("UTF-32", new byte[] {(byte) 0xff, (byte) 0xfe, 0, 0}),
          Map.entry("UTF-32", new byte[] {0, 0, (byte) 0xfe, (byte) 0xff}),
          Map.entry("UTF-16", new byte[] {(byte) 0xff, (byte) 0xfe}),
          Map.entry("UTF-16", new byte[] {(byte) 0xfe, (byte) 0xff}));

  private TextFiles() {}

  /** A list in another encoding. The message says which, and what to do. */
  public static final class NotUtf8Exception extends IOException {

    private static final long serialVersionUID = 1L;

    NotUtf8Exception(String found) {
      super("not UTF-8 but %s; save it as UTF-8".formatted(found));
    }
  }

  /**
   * Opens a list, behind its byte order mark.
   *
   * @throws NotUtf8Exception if it is in another encoding; reading may throw it, too
   * @throws IOException if it is no file, or cannot be read
   */
  public static BufferedReader open(Path file) throws IOException {
    if (Files.readAttributes(file, BasicFileAttributes.class).isOther()) {
      throw new IOException("a named pipe, a device or a socket; copy its content into a file");
    }
    BufferedInputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    try {
      in.mark(HEAD);
      byte[] head = in.readNBytes(HEAD);
      in.reset();
      Optional<String> other = otherEncoding(head);
      if (other.isPresent()) {
        throw new NotUtf8Exception(other.get());
      }
      in.skipNBytes(startsWith(head, UTF_8_MARK) ? UTF_8_MARK.length : 0);
      return new BufferedReader(new Utf8Reader(in, file));
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  /**
   * Returns all lines.
   *
   * @throws NotUtf8Exception if the list is in another encoding
   * @throws IOException if it is no file, or cannot be read
   */
  public static List<String> lines(Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    try (BufferedReader reader = open(file)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
      }
    }
    return lines;
  }

  private static Optional<String> otherEncoding(byte[] head) {
    for (Map.Entry<String, byte[]> mark : OTHER_MARKS) {
      if (startsWith(head, mark.getValue())) {
        return Optional.of(mark.getKey());
      }
    }
    for (byte b : head) {
      if (b == 0) {
        return Optional.of("UTF-16 without a byte order mark, or no text");
      }
    }
    return Optional.empty();
  }

  private static boolean startsWith(byte[] head, byte[] mark) {
    return head.length >= mark.length && Arrays.equals(head, 0, mark.length, mark, 0, mark.length);
  }

  /** Decodes strictly, and names the line that is not UTF-8. */
  private static final class Utf8Reader extends FilterReader {

    private final Path file;

    Utf8Reader(InputStream in, Path file) {
      super(strict(in));
      this.file = file;
    }

    private static Reader strict(InputStream in) {
      return new InputStreamReader(
          in,
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT));
    }

    @Override
    public int read() throws IOException {
      char[] one = new char[1];
      return read(one, 0, 1) < 0 ? -1 : one[0];
    }

    @Override
    public int read(char[] buffer, int offset, int length) throws IOException {
      try {
        return super.read(buffer, offset, length);
      } catch (CharacterCodingException e) {
        NotUtf8Exception named =
            new NotUtf8Exception(
                "another encoding in line %s, perhaps Windows-1252 or GBK".formatted(badLine()));
        named.initCause(e);
        throw named;
      }
    }

    private int badLine() throws IOException {
      try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int number = 1;
        for (int b = in.read(); b >= 0; b = in.read()) {
          if (b != '\n') {
            line.write(b);
          } else if (FileNames.isUtf8(line.toByteArray())) {
            number++;
            line.reset();
          } else {
            break;
          }
        }
        return number;
      }
    }
  }
}
