package org.genimage.data.archive;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The header before an entry's content. It repeats the name that the directory has. Since a
 * directory has no checksum, nothing else tells that a name is damaged.
 */
final class LocalHeader {

  static final int LENGTH = 30;
  private static final int LOCAL = 0x04034b50;

  private final byte[] name;
  private final byte[] extra;
  private final byte[] content;

  private LocalHeader(byte[] name, byte[] extra, byte[] content) {
    this.name = name;
    this.extra = extra;
    this.content = content;
  }

  /**
   * Reads a header and the content after it.
   *
   * @param length of the content, in bytes
   * @throws IOException if there is no header
   */
  static LocalHeader read(Volumes volumes, long position, int length) throws IOException {
    ByteBuffer header = volumes.read(position, LENGTH);
    if (header.getInt(0) != LOCAL) {
      throw new IOException("is damaged: no entry where its directory says; get it again");
    }
    byte[] name = new byte[Short.toUnsignedInt(header.getShort(26))];
    byte[] extra = new byte[Short.toUnsignedInt(header.getShort(28))];
    long rest = (long) name.length + extra.length + length;
    if (rest > Integer.MAX_VALUE) {
      throw new IOException("has an entry of 2 GiB; unpack it");
    }
    byte[] content = new byte[length];
    volumes.read(position + LENGTH, (int) rest).get(name).get(extra).get(content);
    return new LocalHeader(name, extra, content);
  }

  /**
   * Checks that this is the header of an entry.
   *
   * @param host the system of the entry's writer
   * @throws IOException if it has another name
   */
  void check(EntryName expected, int host) throws IOException {
    if (!expected.agrees(name, extra, host)) {
      throw new IOException(
          "is damaged: %s is called %s in its directory; get it again"
              .formatted(EntryName.of(name, extra, host).path(), expected.path()));
    }
  }

  /** Returns the compressed content, not copied. */
  byte[] content() {
    return content;
  }
}
