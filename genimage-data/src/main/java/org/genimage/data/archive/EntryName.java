package org.genimage.data.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;
import org.genimage.data.internal.FileNames;

/**
 * The name of an entry of a ZIP archive. Writers disagree on charset and separator, so:
 *
 * <ul>
 *   <li>a Unicode Path extra field (APPNOTE 4.6.9) is used if its checksum is that of the name;
 *   <li>otherwise the name is UTF-8 if its bytes are valid, whatever the flag says;
 *   <li>otherwise its charset is unknown, and its bytes above 127 are escaped, as {@link FileNames}
 *       does. Different names stay different.
 *   <li>Backslashes are separators in an archive from Windows, and in a name without a slash.
 * </ul>
 *
 * @param path with slashes, and one at the end if it is a folder; without {@code .}
 * @param rawChecksum the CRC-32 of the bytes that a Unicode Path field replaced, if it did
 */
record EntryName(String path, Optional<Integer> rawChecksum) {

  private static final int UNICODE_PATH = 0x7075;
  private static final int UNICODE_HEADER = 5;

  /** FAT, HPFS, NTFS by its two numbers, VFAT. */
  private static final Set<Integer> WINDOWS = Set.of(0, 6, 10, 11, 14);

  /**
   * Returns the name of an entry.
   *
   * @param name as stored
   * @param extra its extra fields
   * @param host the system of the archive's writer, by its number in APPNOTE 4.4.2
   * @throws IOException if it leads out of the archive's folder
   */
  static EntryName of(byte[] name, byte[] extra, int host) throws IOException {
    Optional<byte[]> unicode = unicode(name, extra);
    byte[] stored = unicode.orElse(name);
    boolean backslashes = indexOf(stored, '\\') >= 0;
    String path = FileNames.ofBytes(backslashes ? withSlashes(stored, host) : stored);
    return new EntryName(
        needsWork(path) ? normal(path, stored) : path, unicode.map(field -> checksum(name)));
  }

  /**
   * Returns whether the name in an entry's local header means the same entry. A local header may
   * lack the Unicode Path field, but not add one.
   */
  boolean agrees(byte[] name, byte[] extra, int host) throws IOException {
    EntryName local = of(name, extra, host);
    return local.path.equals(path)
        || (local.rawChecksum.isEmpty() && rawChecksum.equals(Optional.of(checksum(name))));
  }

  private static Optional<byte[]> unicode(byte[] name, byte[] extra) {
    ByteBuffer field = extraField(extra, UNICODE_PATH);
    if (field.remaining() < UNICODE_HEADER
        || field.get() != 1
        || field.getInt() != checksum(name)) {
      return Optional.empty();
    }
    byte[] path = new byte[field.remaining()];
    field.get(path);
    return FileNames.isUtf8(path) ? Optional.of(path) : Optional.empty();
  }

  /** Returns the content of an extra field, little-endian; empty if there is none. */
  static ByteBuffer extraField(byte[] extra, int wanted) {
    ByteBuffer fields = ByteBuffer.wrap(extra).order(ByteOrder.LITTLE_ENDIAN);
    while (fields.remaining() >= 4) {
      int id = Short.toUnsignedInt(fields.getShort());
      int length = Math.min(Short.toUnsignedInt(fields.getShort()), fields.remaining());
      if (id == wanted) {
        return fields.slice(fields.position(), length).order(ByteOrder.LITTLE_ENDIAN);
      }
      fields.position(fields.position() + length);
    }
    return ByteBuffer.allocate(0);
  }

  private static int checksum(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private static byte[] withSlashes(byte[] name, int host) {
    boolean utf8 = FileNames.isUtf8(name);
    if (indexOf(name, '/') >= 0 && !(utf8 && WINDOWS.contains(host))) {
      return name;
    }
    byte[] path = name.clone();
    for (int i = 0; i < path.length; i++) {
      if (path[i] == '\\') {
        path[i] = '/';
      } else if (!utf8 && path[i] < 0 && i + 1 < path.length && (path[i + 1] & 0xff) >= 0x40) {
        i++; // GBK, Big5 and Shift JIS have backslashes as second bytes of characters
      }
    }
    return path;
  }

  private static int indexOf(byte[] bytes, char wanted) {
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == wanted) {
        return i;
      }
    }
    return -1;
  }

  private static boolean needsWork(String path) {
    return path.isEmpty()
        || path.endsWith(".")
        || path.startsWith("/")
        || path.indexOf(':') == 1
        || path.indexOf('\\') >= 0
        || path.indexOf('\0') >= 0
        || path.contains("./")
        || path.contains("//");
  }

  /** Removes what means nothing in a path, and refuses what leads out, here or on Windows. */
  private static String normal(String path, byte[] stored) throws IOException {
    boolean drive =
        path.length() > 1 && path.charAt(1) == ':' && Character.isLetter(path.charAt(0));
    boolean absolute = path.startsWith("/") || path.startsWith("\\\\");
    if (drive || absolute || Arrays.asList(path.split("[/\\\\]")).contains("..")) {
      throw new IOException(
          "has an entry that leads out of its folder, " + FileNames.ofBytes(stored));
    }
    if (path.indexOf('\0') >= 0) {
      throw new IOException("has an entry with a zero byte in its name; get it again");
    }
    List<String> names = new ArrayList<>(Arrays.asList(path.split("/")));
    names.removeIf(name -> name.isEmpty() || name.equals("."));
    String last = path.endsWith("/") || path.endsWith("/.") ? "/" : "";
    return String.join("/", names) + last;
  }
}
