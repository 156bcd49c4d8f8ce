package org.genimage.data.archive;

import com.google.common.collect.ImmutableSortedMap;
import com.google.common.io.ByteSource;
import com.google.common.io.ByteStreams;
import com.google.common.io.LittleEndianDataInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.genimage.data.internal.NameList;
import org.genimage.data.internal.NaturalOrder;

/**
 * A ZIP archive of images in volumes. Info-ZIP writes volumes {@code .z01} to {@code .zip} whose
 * entries are counted from their volume's start; in an archive that was split afterwards they are
 * counted from the first volume's start. The directory is read once and takes some 40 bytes per
 * image. Any thread may then read any image.
 *
 * <p>Format: PKWARE's APPNOTE 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory),
 * 4.3.14 to 4.3.16 (its end, ZIP64's too), 4.5.3 (ZIP64's extra field). {@code java.util.zip} does
 * not read volumes. Commons Compress keeps half a kilobyte per entry and one channel for all
 * threads.
 */
final class Archive {

  private static final int LOCAL = 0x04034b50;
  private static final int CENTRAL = 0x02014b50;
  private static final int END = 0x06054b50;
  private static final int END_64 = 0x06064b50;
  private static final int LOCATOR_64 = 0x07064b50;
  private static final int LOCAL_LENGTH = 30;
  private static final int CENTRAL_LENGTH = 46;
  private static final int END_LENGTH = 22;
  private static final int LOCATOR_LENGTH = 20;
  private static final int LONGEST_COMMENT = 0xffff;
  private static final long MAX_32 = 0xffffffffL;
  private static final int MAX_16 = 0xffff;

  /** Names that lead out of the archive's folder, or do so on another system. */
  private static final Pattern UNSAFE =
      Pattern.compile("/.*|.*[\\\\\0].*|[A-Za-z]:.*|(.*/)?\\.\\.(/.*)?", Pattern.DOTALL);

  /** A split that is not inside a folder with the archive's name. */
  private static final Pattern BARE =
      Pattern.compile("(train|val)/.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private final String name;
  private final Volumes volumes;
  private final Limits limits;
  private final ImmutableSortedMap<String, Entries> folders;

  private Archive(
      String name, Volumes volumes, Limits limits, ImmutableSortedMap<String, Entries> folders) {
    this.name = name;
    this.volumes = volumes;
    this.limits = limits;
    this.folders = folders;
  }

  /**
   * Reads an archive's directory.
   *
   * @param name without the extension
   * @throws IOException if it is damaged, an entry leads out of its folder, or entries overlap
   */
  static Archive open(String name, Volumes volumes, Limits limits) throws IOException {
    End end = end(volumes);
    boolean split = end.volume > 0;
    if (split && end.volume != volumes.count() - 1) {
      throw new IOException(
          "expected %s volumes, found %s; get the others, and do not join or rename them"
              .formatted(end.volume + 1, volumes.count()));
    }
    Map<String, List<Entry>> found = new HashMap<>();
    long start = (split ? volumes.start(end.directoryVolume) : 0) + end.directory;
    if (end.entries < 0 || end.entries > (volumes.length() - start) / CENTRAL_LENGTH) {
      throw new IOException("has a damaged end; get it again");
    }
    long[] starts = new long[Math.toIntExact(end.entries)];
    long[] ends = new long[starts.length];
    try (var in =
        new LittleEndianDataInputStream(new BufferedInputStream(volumes.stream(start), 1 << 16))) {
      for (int i = 0; i < starts.length; i++) {
        Entry entry = entry(in, volumes, split);
        starts[i] = entry.position;
        ends[i] = entry.position + LOCAL_LENGTH + entry.name.length() + entry.packed;
        int slash = entry.name.lastIndexOf('/');
        String file = entry.name.substring(slash + 1);
        if (DiskDirectory.isImage(file)) {
          String folder = slash < 0 ? "" : entry.name.substring(0, slash);
          found.computeIfAbsent(folder, f -> new ArrayList<>()).add(entry.named(file));
        }
      }
    }
    if (!limits.overlapping().contains(name)) {
      refuseOverlaps(starts, ends, start);
    }
    String top = found.keySet().stream().anyMatch(BARE.asMatchPredicate()) ? name + "/" : "";
    Map<String, Entries> folders = new HashMap<>();
    found.forEach((folder, entries) -> folders.put(top + folder, Entries.of(entries)));
    return new Archive(name, volumes, limits, ImmutableSortedMap.copyOf(folders));
  }

  /** Where the central directory is. */
  private record End(int volume, int directoryVolume, long entries, long directory) {}

  private record Entry(
      String name, long position, long packed, long unpacked, int crc, int method) {

    Entry named(String file) {
      return new Entry(file, position, packed, unpacked, crc, method);
    }
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
      int volume = tail.getInt(locator + 4);
      boolean split = tail.getInt(locator + 16) > 1;
      long position = (split ? volumes.start(volume) : 0) + tail.getLong(locator + 8);
      ByteBuffer end = volumes.read(position, 56);
      if (end.getInt(0) != END_64) {
        throw new IOException("has no ZIP64 end where it should be; get it again");
      }
      return new End(end.getInt(16), end.getInt(20), end.getLong(32), end.getLong(48));
    }
    return new End(
        Short.toUnsignedInt(tail.getShort(at + 4)),
        Short.toUnsignedInt(tail.getShort(at + 6)),
        Short.toUnsignedInt(tail.getShort(at + 10)),
        Integer.toUnsignedLong(tail.getInt(at + 16)));
  }

  private static Entry entry(LittleEndianDataInputStream in, Volumes volumes, boolean split)
      throws IOException {
    if (in.readInt() != CENTRAL) {
      throw new IOException("has a damaged directory; get it again");
    }
    ByteStreams.skipFully(in, 4); // versions
    int flags = in.readUnsignedShort();
    int method = in.readUnsignedShort();
    ByteStreams.skipFully(in, 4); // time
    int crc = in.readInt();
    long packed = Integer.toUnsignedLong(in.readInt());
    long unpacked = Integer.toUnsignedLong(in.readInt());
    byte[] name = new byte[in.readUnsignedShort()];
    byte[] extra = new byte[in.readUnsignedShort()];
    int comment = in.readUnsignedShort();
    int volume = in.readUnsignedShort();
    ByteStreams.skipFully(in, 6); // attributes
    long offset = Integer.toUnsignedLong(in.readInt());
    in.readFully(name);
    in.readFully(extra);
    ByteStreams.skipFully(in, comment);

    String path = new String(name, StandardCharsets.UTF_8);
    if (UNSAFE.matcher(path).matches()) {
      throw new IOException("has an entry that leads out of its folder, " + path);
    }
    if ((flags & 1) != 0) {
      throw new IOException("is encrypted, unpack it");
    }
    ByteBuffer large = large(extra);
    try {
      unpacked = unpacked == MAX_32 ? large.getLong() : unpacked;
      packed = packed == MAX_32 ? large.getLong() : packed;
      offset = offset == MAX_32 ? large.getLong() : offset;
      volume = volume == MAX_16 ? large.getInt() : volume;
    } catch (BufferUnderflowException e) {
      throw new IOException("has no ZIP64 sizes of %s; get it again".formatted(path), e);
    }
    long position = (split ? volumes.start(volume) : 0) + offset;
    if (packed < 0 || unpacked < 0 || position < 0 || position > volumes.length() - packed) {
      throw new IOException("has an impossible size or place of %s; get it again".formatted(path));
    }
    return new Entry(path, position, packed, unpacked, crc, method);
  }

  /** Returns the content of ZIP64's extra field; empty if there is none. */
  private static ByteBuffer large(byte[] extra) {
    ByteBuffer fields = ByteBuffer.wrap(extra).order(ByteOrder.LITTLE_ENDIAN);
    while (fields.remaining() >= 4) {
      int id = Short.toUnsignedInt(fields.getShort());
      int length = Math.min(Short.toUnsignedInt(fields.getShort()), fields.remaining());
      if (id == 1) {
        return fields.slice(fields.position(), length).order(ByteOrder.LITTLE_ENDIAN);
      }
      fields.position(fields.position() + length);
    }
    return ByteBuffer.allocate(0);
  }

  /** Uses that starts and ends of disjoint ranges, each sorted, alternate. */
  private static void refuseOverlaps(long[] starts, long[] ends, long directory)
      throws IOException {
    Arrays.sort(starts);
    Arrays.sort(ends);
    for (int i = 0; i < starts.length; i++) {
      if (ends[i] > (i + 1 < starts.length ? starts[i + 1] : directory)) {
        throw new IOException(
            "has overlapping entries, as a decompression bomb has; if you trust it, name it in"
                + " ArchiveLimits.overlapping");
      }
    }
  }

  String name() {
    return name;
  }

  /** Returns the folders that have images, without a slash at the end. */
  ImmutableSortedMap<String, Entries> folders() {
    return folders;
  }

  ByteSource content(Entries entries, String image) {
    return new ArchivedFile(this, entries, image);
  }

  /** Returns the compressed bytes of an entry. */
  byte[] packed(long position, int length) throws IOException {
    ByteBuffer header = volumes.read(position, LOCAL_LENGTH);
    if (header.getInt(0) != LOCAL) {
      throw new IOException(name + " is damaged: no entry where its directory says");
    }
    int names = Short.toUnsignedInt(header.getShort(26)) + Short.toUnsignedInt(header.getShort(28));
    return volumes.read(position + LOCAL_LENGTH + names, length).array();
  }

  Limits limits() {
    return limits;
  }

  /** The images of one folder, in order. */
  static final class Entries {

    private final NameList names;
    private final long[] positions;
    private final int[] packed;
    private final int[] unpacked;
    private final int[] crcs;
    private final byte[] methods;

    private Entries(List<Entry> entries) {
      int size = entries.size();
      names = NameList.of(entries.stream().map(Entry::name).toList());
      positions = new long[size];
      packed = new int[size];
      unpacked = new int[size];
      crcs = new int[size];
      methods = new byte[size];
      for (int i = 0; i < size; i++) {
        Entry entry = entries.get(i);
        positions[i] = entry.position;
        packed[i] = (int) Math.min(Integer.MAX_VALUE, entry.packed);
        unpacked[i] = (int) Math.min(Integer.MAX_VALUE, entry.unpacked);
        crcs[i] = entry.crc;
        methods[i] = (byte) entry.method;
      }
    }

    /** Keeps the last of several entries with one name, as unpacking does. */
    static Entries of(List<Entry> entries) {
      Map<String, Entry> byName = new HashMap<>();
      entries.forEach(entry -> byName.put(entry.name, entry));
      List<Entry> sorted = new ArrayList<>(byName.values());
      sorted.sort((a, b) -> NaturalOrder.INSTANCE.compare(a.name, b.name));
      return new Entries(sorted);
    }

    NameList names() {
      return names;
    }

    long position(int i) {
      return positions[i];
    }

    int packed(int i) {
      return packed[i];
    }

    int unpacked(int i) {
      return unpacked[i];
    }

    int crc(int i) {
      return crcs[i];
    }

    int method(int i) {
      return methods[i];
    }

    long bytes() {
      return names.bytes() + 21L * methods.length;
    }
  }
}
