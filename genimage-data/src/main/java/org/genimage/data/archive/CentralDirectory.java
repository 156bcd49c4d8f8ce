package org.genimage.data.archive;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads the directory of a ZIP archive from its first entry to the end record. The number of
 * entries must be what the end record states. Without ZIP64 it is stated modulo 65,536, and the
 * places of an archive in one file modulo 2<sup>32</sup>: the macOS Finder and old versions of Java
 * write such archives.
 */
final class CentralDirectory {

  private static final int CENTRAL = 0x02014b50;
  private static final int SIGNATURE = 0x05054b50;
  private static final int END = 0x06054b50;
  private static final int END_64 = 0x06064b50;
  private static final int LOCATOR_64 = 0x07064b50;
  private static final int CENTRAL_LENGTH = 46;
  private static final int END_LENGTH = 22;
  private static final int END_64_LENGTH = 56;
  private static final int LOCATOR_LENGTH = 20;
  private static final int LONGEST_COMMENT = 0xffff;
  private static final int ZIP64 = 1;
  private static final long MAX_32 = 0xffffffffL;
  private static final int MAX_16 = 0xffff;

  private final Volumes volumes;
  private final End end;
  private final boolean split;
  private final long start;
  private long previousEnd;

  private CentralDirectory(Volumes volumes, End end, boolean split, long start) {
    this.volumes = volumes;
    this.end = end;
    this.split = split;
    this.start = start;
  }

  /** What the end record says, and where it is. */
  private record End(
      long position,
      boolean large,
      int volume,
      int directoryVolume,
      long entries,
      long size,
      long directory) {}

  /**
   * One entry.
   *
   * @param host the system of its writer
   * @param position of its local header
   * @param end of its content, at the earliest
   */
  record Entry(
      EntryName name,
      int host,
      long position,
      long end,
      long packed,
      long unpacked,
      int crc,
      int method) {}

  /** Receives the entries in the directory's order. */
  interface Receiver {
    void accept(Entry entry) throws IOException;
  }

  /**
   * Finds the directory of an archive.
   *
   * @throws IOException if there is none, or volumes are missing
   */
  static CentralDirectory of(Volumes volumes) throws IOException {
    End end = end(volumes);
    boolean split = end.volume > 0;
    if (split && end.volume != volumes.count() - 1) {
      throw new IOException(
          "expected %s volumes, found %s; get the others, and do not join or rename them"
              .formatted(end.volume + 1L, volumes.count()));
    }
    long start = (split ? volumes.start(end.directoryVolume) : 0) + end.directory;
    long wrapped = end.position - end.size;
    if (!end.large && !split && ((wrapped - start) & MAX_32) == 0) {
      start = wrapped;
    }
    if (start < 0 || start > end.position) {
      throw new IOException("has a damaged end; get it again");
    }
    return new CentralDirectory(volumes, end, split, start);
  }

  long start() {
    return start;
  }

  /**
   * Reads every entry once.
   *
   * @return the number of entries
   * @throws IOException if the directory is damaged, or has not as many entries as stated
   */
  long read(Receiver receiver) throws IOException {
    long count = 0;
    long at = start;
    byte[] header = new byte[CENTRAL_LENGTH];
    try (var in = new DataInputStream(new BufferedInputStream(volumes.stream(start), 1 << 16))) {
      while (at < end.position) {
        in.readFully(header, 0, Integer.BYTES);
        ByteBuffer fields = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
        if (fields.getInt(0) == SIGNATURE) {
          break;
        }
        if (fields.getInt(0) != CENTRAL) {
          throw damaged(count);
        }
        in.readFully(header, Integer.BYTES, CENTRAL_LENGTH - Integer.BYTES);
        byte[] name = new byte[Short.toUnsignedInt(fields.getShort(28))];
        byte[] extra = new byte[Short.toUnsignedInt(fields.getShort(30))];
        int comment = Short.toUnsignedInt(fields.getShort(32));
        at += CENTRAL_LENGTH + name.length + extra.length + comment;
        if (at > end.position) {
          throw damaged(count);
        }
        in.readFully(name);
        in.readFully(extra);
        in.skipNBytes(comment);
        receiver.accept(entry(fields, name, extra));
        count++;
      }
    } catch (EOFException e) {
      throw damaged(count);
    }
    if (end.large ? count != end.entries : (count & MAX_16) != end.entries) {
      throw new IOException(
          "has %s entries in its directory, but its end states %s%s; get it again"
              .formatted(count, end.entries, end.large ? "" : " (modulo 65,536)"));
    }
    return count;
  }

  private static IOException damaged(long entries) {
    return new IOException(
        "has a damaged directory behind entry %s; get it again".formatted(entries));
  }

  private Entry entry(ByteBuffer fields, byte[] rawName, byte[] extra) throws IOException {
    int host = Byte.toUnsignedInt(fields.get(5));
    EntryName name = EntryName.of(rawName, extra, host);
    if ((fields.getShort(8) & 1) != 0) {
      throw new IOException("is encrypted, unpack it");
    }
    long packed = Integer.toUnsignedLong(fields.getInt(20));
    long unpacked = Integer.toUnsignedLong(fields.getInt(24));
    int volume = Short.toUnsignedInt(fields.getShort(34));
    long offset = Integer.toUnsignedLong(fields.getInt(42));
    boolean wraps = !end.large && offset != MAX_32;
    ByteBuffer large = EntryName.extraField(extra, ZIP64);
    try {
      unpacked = unpacked == MAX_32 ? large.getLong() : unpacked;
      packed = packed == MAX_32 ? large.getLong() : packed;
      offset = offset == MAX_32 ? large.getLong() : offset;
      volume = volume == MAX_16 ? large.getInt() : volume;
    } catch (BufferUnderflowException e) {
      throw new IOException("has no ZIP64 sizes of %s; get it again".formatted(name.path()), e);
    }
    long position = (split ? volumes.start(volume) : 0) + offset;
    while (wraps && !split && position < previousEnd && position + MAX_32 < start) {
      position += MAX_32 + 1;
    }
    if (packed < 0 || unpacked < 0 || position < 0 || position > volumes.length() - packed) {
      throw new IOException(
          "has an impossible size or place of %s; get it again".formatted(name.path()));
    }
    previousEnd = position + LocalHeader.LENGTH + rawName.length + packed;
    return new Entry(
        name,
        host,
        position,
        previousEnd,
        packed,
        unpacked,
        fields.getInt(16),
        Short.toUnsignedInt(fields.getShort(10)));
  }

  private static End end(Volumes volumes) throws IOException {
    int length = (int) Math.min(volumes.length(), END_LENGTH + LONGEST_COMMENT);
    long from = volumes.length() - length;
    ByteBuffer tail = volumes.read(from, length);
    int at = length - END_LENGTH;
    while (at >= 0
        && !(tail.getInt(at) == END
            && at + END_LENGTH + Short.toUnsignedInt(tail.getShort(at + 20)) == length)) {
      at--;
    }
    if (at < 0) {
      throw new IOException("has no end of a ZIP archive; get it again");
    }
    int locator = at - LOCATOR_LENGTH;
    if (locator >= 0 && tail.getInt(locator) == LOCATOR_64) {
      return large(volumes, tail, locator);
    }
    return new End(
        from + at,
        false,
        Short.toUnsignedInt(tail.getShort(at + 4)),
        Short.toUnsignedInt(tail.getShort(at + 6)),
        Short.toUnsignedInt(tail.getShort(at + 10)),
        Integer.toUnsignedLong(tail.getInt(at + 12)),
        Integer.toUnsignedLong(tail.getInt(at + 16)));
  }

  private static End large(Volumes volumes, ByteBuffer tail, int locator) throws IOException {
    boolean split = tail.getInt(locator + 16) > 1;
    long position =
        (split ? volumes.start(tail.getInt(locator + 4)) : 0) + tail.getLong(locator + 8);
    ByteBuffer end = volumes.read(position, END_64_LENGTH);
    if (end.getInt(0) != END_64) {
      throw new IOException("has no ZIP64 end where it should be; get it again");
    }
    return new End(
        position,
        true,
        end.getInt(16),
        end.getInt(20),
        end.getLong(32),
        end.getLong(40),
        end.getLong(48));
  }
}
