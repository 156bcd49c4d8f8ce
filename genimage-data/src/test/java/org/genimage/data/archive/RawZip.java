package org.genimage.data.archive;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/** Writes ZIP archives with stored entries, byte by byte, also such as no library writes. */
public final class RawZip {

  private final ByteArrayOutputStream locals = new ByteArrayOutputStream();
  private final List<byte[]> directory = new ArrayList<>();
  private int count;

  /** One entry: what the directory and what the local header say. */
  public record Entry(Bytes name, Bytes extra, Bytes localName, Bytes localExtra, int host) {

    /** Returns an entry of this name, from Unix. */
    public static Entry of(byte[] name) {
      return new Entry(new Bytes(name), Bytes.NONE, new Bytes(name), Bytes.NONE, 3);
    }

    /** Returns an entry of this name, from Unix. */
    public static Entry of(String name) {
      return of(name.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns this with a Unicode Path field in the directory and, if wanted, locally. */
    public Entry unicode(String path, boolean local) {
      Bytes field = new Bytes(unicodePath(name.array, path));
      return new Entry(name, field, localName, local ? field : Bytes.NONE, host);
    }

    /** Returns this with other extra fields in the directory. */
    public Entry extra(byte[] fields) {
      return new Entry(name, new Bytes(fields), localName, localExtra, host);
    }

    /** Returns this with another name in the local header. */
    public Entry localName(String other) {
      byte[] bytes = other.getBytes(StandardCharsets.UTF_8);
      return new Entry(name, extra, new Bytes(bytes), localExtra, host);
    }

    /** Returns this from another system. */
    public Entry host(int system) {
      return new Entry(name, extra, localName, localExtra, system);
    }
  }

  /** Bytes in a record. */
  public static final class Bytes {

    static final Bytes NONE = new Bytes(new byte[0]);
    private final byte[] array;

    Bytes(byte[] array) {
      this.array = array.clone();
    }
  }

  /** Returns APPNOTE 4.6.9's extra field. */
  public static byte[] unicodePath(byte[] name, String path) {
    byte[] utf8 = path.getBytes(StandardCharsets.UTF_8);
    return little(9 + utf8.length)
        .putShort((short) 0x7075)
        .putShort((short) (5 + utf8.length))
        .put((byte) 1)
        .putInt(crc(name))
        .put(utf8)
        .array();
  }

  /** Adds an entry. */
  public RawZip add(Entry entry, byte[] content) {
    int offset = locals.size();
    ByteBuffer common =
        little(22)
            .putShort((short) 0)
            .putShort((short) 0)
            .putInt(0)
            .putInt(crc(content))
            .putInt(content.length)
            .putInt(content.length);
    byte[] middle = java.util.Arrays.copyOf(common.array(), 20);
    Bytes localName = entry.localName();
    locals.writeBytes(little(6).putInt(0x04034b50).putShort((short) 20).array());
    locals.writeBytes(middle);
    locals.writeBytes(lengths(localName, entry.localExtra()));
    locals.writeBytes(localName.array);
    locals.writeBytes(entry.localExtra().array);
    locals.writeBytes(content);
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    record.writeBytes(
        little(8)
            .putInt(0x02014b50)
            .put((byte) 20)
            .put((byte) entry.host())
            .putShort((short) 20)
            .array());
    record.writeBytes(middle);
    record.writeBytes(lengths(entry.name(), entry.extra()));
    record.writeBytes(new byte[10]);
    record.writeBytes(little(4).putInt(offset).array());
    record.writeBytes(entry.name().array);
    record.writeBytes(entry.extra().array);
    directory.add(record.toByteArray());
    count++;
    return this;
  }

  /** Returns the archive. */
  public byte[] toBytes() {
    return toBytes(count);
  }

  /** Returns the archive with another number of entries in its end. */
  public byte[] toBytes(int stated) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(locals.toByteArray());
    directory.forEach(all::writeBytes);
    int size = all.size() - locals.size();
    all.writeBytes(
        little(22)
            .putInt(0x06054b50)
            .putInt(0)
            .putShort((short) stated)
            .putShort((short) stated)
            .putInt(size)
            .putInt(locals.size())
            .putShort((short) 0)
            .array());
    return all.toByteArray();
  }

  /** Returns where the directory starts. */
  public int directoryStart() {
    return locals.size();
  }

  private static byte[] lengths(Bytes name, Bytes extra) {
    return little(4)
        .putShort((short) name.array.length)
        .putShort((short) extra.array.length)
        .array();
  }

  private static int crc(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private static ByteBuffer little(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }
}
