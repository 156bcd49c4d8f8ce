package org.genimage.models.weights;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Bytes of known number, read in order. A length that a file claims is compared with what is left.
 */
final class CheckpointInput {

  private static final int MAX_LINE = 1000;

  private final InputStream in;
  private final long length;
  private long position;

  CheckpointInput(InputStream in, long length) {
    this.in = new BufferedInputStream(in);
    this.length = length;
  }

  long position() {
    return position;
  }

  int unsignedByte() throws IOException {
    int value = in.read();
    if (value < 0) {
      throw new EOFException("it ends after %s bytes".formatted(position));
    }
    position++;
    return value;
  }

  byte[] bytes(int count) throws IOException {
    check(count);
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new EOFException("it ends after %s bytes".formatted(position + bytes.length));
    }
    position += count;
    return bytes;
  }

  void skip(long count) throws IOException {
    check(count);
    in.skipNBytes(count);
    position += count;
  }

  private void check(long count) throws IOException {
    if (count < 0 || count > length - position) {
      throw new EOFException(
          "at byte %s it claims %s bytes more, found %s"
              .formatted(position, count, length - position));
    }
  }

  /** Returns an unsigned number of up to 8 bytes. */
  long littleEndian(int bytes) throws IOException {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= (long) unsignedByte() << 8 * i;
    }
    return value;
  }

  /** Returns the text up to the next line feed, which is consumed. */
  String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int value = unsignedByte(); value != '\n'; value = unsignedByte()) {
      if (line.length() == MAX_LINE) {
        throw new RefusedCheckpointException("its pickle has a name longer than %d", MAX_LINE);
      }
      line.append((char) value);
    }
    return new String(
        line.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }
}
