package org.genimage.data;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.io.CountingOutputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;
import org.genimage.data.image.Transform;
import org.genimage.data.internal.InOrder;
import org.genimage.data.internal.NameList;
import org.genimage.data.internal.RawImage;
import org.genimage.data.internal.WholeFiles;

/**
 * The file behind {@link PackedImages}, big-endian:
 *
 * <pre>
 * magic number                                          8 bytes
 * pixels of all images, 8-bit RGB, rows from the top
 * one record per image: position of its pixels (8), width (4), height (4), CRC32C of its pixels (4),
 *     label (1), unused (1), index of its generator (2)
 * selection, generators, names
 * position of the first record                          8
 * number of images                                      4
 * CRC32C of records, selection, generators and names    4
 * magic number                                          8
 * </pre>
 */
final class PackedFile {

  private static final long MAGIC = 0x47494d5041434b31L; // "GIMPACK1", the last byte the version
  private static final int VERSION_BITS = 8;
  private static final int RECORD = 24;
  private static final int END = 24;

  /** Windows into the file begin this far apart and overlap, so each image lies in one. */
  private static final int WINDOW = 1 << 30;

  /** Pixels of an image, at most. */
  private static final int LARGEST = (WINDOW - 1) / 3;

  private final List<MappedByteBuffer> windows;
  private final long records;
  private final int size;
  private final String selection;
  private final ImmutableList<Generator> generators;
  private final NameList names;

  private PackedFile(
      List<MappedByteBuffer> windows,
      long records,
      int size,
      String selection,
      ImmutableList<Generator> generators,
      NameList names) {
    this.windows = windows;
    this.records = records;
    this.size = size;
    this.selection = selection;
    this.generators = generators;
    this.names = names;
  }

  static void write(
      Path file, ImageDataset data, Transform preparation, String description, Progress progress)
      throws IOException {
    WholeFiles.write(
        file,
        channel -> {
          var counting =
              new CountingOutputStream(
                  new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16));
          DataOutputStream out = new DataOutputStream(counting);
          out.writeLong(MAGIC);
          Map<Generator, Integer> generators = new LinkedHashMap<>();
          ByteBuffer index = writeImages(out, counting, data, preparation, generators, progress);
          long records = counting.getCount();
          int checksum = writeIndex(out, index, data, description, generators.keySet());
          out.writeLong(records);
          out.writeInt(data.size());
          out.writeInt(checksum);
          out.writeLong(MAGIC);
          out.flush();
        });
  }

  /** Writes the pixels and returns the records. */
  private static ByteBuffer writeImages(
      DataOutputStream out,
      CountingOutputStream counting,
      ImageDataset data,
      Transform preparation,
      Map<Generator, Integer> generators,
      Progress progress)
      throws IOException {
    ByteBuffer index = ByteBuffer.allocate(Math.multiplyExact(RECORD, data.size()));
    InOrder.run(
        0,
        data.size(),
        Runtime.getRuntime().availableProcessors(),
        data::sample,
        sample -> sample.image(preparation, Seed.of(0).random()),
        (i, image) -> {
          byte[] rgb = image.toArray();
          checkArgument(
              rgb.length < WINDOW,
              "%s is too large to be packed: %sx%s",
              data.sample(i).name(),
              image.width(),
              image.height());
          Sample sample = data.sample(i);
          Integer next = generators.size();
          Integer known = generators.putIfAbsent(sample.generator(), next);
          index
              .putLong(counting.getCount())
              .putInt(image.width())
              .putInt(image.height())
              .putInt(checksum(rgb))
              .putShort((short) (sample.label().ordinal() << 8))
              .putShort((short) (int) (known == null ? next : known));
          out.write(rgb);
          progress.update(i + 1L, data.size());
        });
    return index;
  }

  /** Writes records, selection, generators and names, and returns the checksum of all these. */
  private static int writeIndex(
      DataOutputStream out,
      ByteBuffer index,
      ImageDataset data,
      String description,
      Set<Generator> generators)
      throws IOException {
    CRC32C checksum = new CRC32C();
    DataOutputStream checked = new DataOutputStream(new CheckedOutputStream(out, checksum));
    checked.write(index.array());
    writeText(
        checked,
        Stream.of(data.selection(), "packed: " + description)
            .filter(text -> !text.isEmpty())
            .reduce((a, b) -> a + "; " + b)
            .orElseThrow());
    checked.writeInt(generators.size());
    for (Generator generator : generators) {
      writeText(checked, generator.name());
      writeText(checked, generator.folder());
      writeText(checked, generator.archive());
      checked.writeInt(generator.imageSide());
    }
    NameList.of(namesOf(data)).write(checked);
    return (int) checksum.getValue();
  }

  private static List<String> namesOf(ImageDataset data) {
    return new AbstractList<>() {
      @Override
      public String get(int index) {
        return data.sample(index).name();
      }

      @Override
      public int size() {
        return data.size();
      }
    };
  }

  static PackedFile open(Path file) throws IOException {
    if (Files.readAttributes(file, BasicFileAttributes.class).isOther()) {
      throw new IOException("a named pipe, a device or a socket");
    }
    try (FileChannel channel = FileChannel.open(file)) {
      long length = channel.size();
      List<MappedByteBuffer> windows = new ArrayList<>();
      for (long start = 0; start < length; start += WINDOW) {
        windows.add(
            channel.map(MapMode.READ_ONLY, start, Math.min(Integer.MAX_VALUE, length - start)));
      }
      if (length < Long.BYTES
          || windows.get(0).getLong(0) >> VERSION_BITS != MAGIC >> VERSION_BITS) {
        throw wrong(file, "another file");
      }
      if (windows.get(0).getLong(0) != MAGIC) {
        throw wrong(file, "those of another version of genimage");
      }
      if (length < Long.BYTES + END) {
        throw wrong(file, "an incomplete file");
      }
      return open(file, windows, length);
    }
  }

  private static PackedFile open(Path file, List<MappedByteBuffer> windows, long length) {
    ByteBuffer end = ByteBuffer.wrap(bytes(windows, length - END, END));
    long records = end.getLong();
    int size = end.getInt();
    int checksum = end.getInt();
    if (end.getLong() != MAGIC
        || records < Long.BYTES
        || records > length - END
        || size <= 0
        || length - END - records < (long) RECORD * size
        || length - records > Integer.MAX_VALUE) {
      throw wrong(file, "an incomplete file");
    }
    byte[] index = bytes(windows, records, Math.toIntExact(length - END - records));
    if (checksum(index) != checksum) {
      throw wrong(file, "a damaged file");
    }
    try {
      return indexed(windows, records, size, index);
    } catch (IOException e) {
      throw wrong(file, "a damaged file (%s)".formatted(e.getMessage()));
    }
  }

  /** Reads what a checksum cannot vouch for: it may be right and the content wrong. */
  private static PackedFile indexed(
      List<MappedByteBuffer> windows, long records, int size, byte[] index) throws IOException {
    int skipped = RECORD * size;
    var in = new DataInputStream(new ByteArrayInputStream(index, skipped, index.length - skipped));
    String selection = readText(in);
    ImmutableList.Builder<Generator> generators = ImmutableList.builder();
    for (int i = in.readInt(); i > 0; i--) {
      generators.add(generator(readText(in), readText(in), readText(in), in.readInt()));
    }
    PackedFile packed =
        new PackedFile(windows, records, size, selection, generators.build(), NameList.read(in));
    if (packed.names.size() != size) {
      throw new IOException("%s names of %s images".formatted(packed.names.size(), size));
    }
    ByteBuffer entries = ByteBuffer.wrap(index, 0, skipped);
    for (int i = 0; i < size; i++) {
      packed.check(i, entries.slice(RECORD * i, RECORD));
    }
    return packed;
  }

  private void check(int i, ByteBuffer entry) throws IOException {
    long position = entry.getLong(0);
    long width = entry.getInt(8);
    long height = entry.getInt(12);
    int generator = Short.toUnsignedInt(entry.getShort(22));
    if (width <= 0
        || height <= 0
        || width * height > LARGEST
        || position < Long.BYTES
        || position > records - 3 * width * height) {
      throw new IOException("image %s has an impossible size or place".formatted(i));
    }
    if (entry.get(20) < 0 || entry.get(20) >= Label.values().length) {
      throw new IOException("image %s has an unknown label".formatted(i));
    }
    if (generator >= generators.size()) {
      throw new IOException("image %s has an unknown generator".formatted(i));
    }
  }

  private static DatasetException wrong(Path file, String found) {
    return new DatasetException(
        "%s: expected packed images, found %s; pack them again".formatted(file, found));
  }

  private static Generator generator(String name, String folder, String archive, int side)
      throws IOException {
    if (name.isBlank() || side < 0) {
      throw new IOException("a generator has no name, or a negative side");
    }
    Generator generator = new Generator(name, folder, archive, side);
    return Generator.GENIMAGE.stream()
        .filter(
            known ->
                generator.equals(
                    new Generator(
                        known.name(), known.folder(), known.archive(), known.imageSide())))
        .findFirst()
        .orElse(generator);
  }

  private static byte[] bytes(List<MappedByteBuffer> windows, long position, int length) {
    byte[] bytes = new byte[length];
    int done = 0;
    while (done < length) {
      MappedByteBuffer window = windows.get((int) ((position + done) / WINDOW));
      int at = (int) ((position + done) % WINDOW);
      int more = Math.min(length - done, window.limit() - at);
      window.get(at, bytes, done, more);
      done += more;
    }
    return bytes;
  }

  private static int checksum(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes);
    return (int) checksum.getValue();
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static String readText(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > in.available()) {
      throw new EOFException("a text is longer than the file");
    }
    return new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  int size() {
    return size;
  }

  String selection() {
    return selection;
  }

  String name(int index) {
    return names.get(index);
  }

  Label label(int index) {
    return Label.values()[record(index).get(20)];
  }

  Generator generator(int index) {
    return generators.get(Short.toUnsignedInt(record(index).getShort(22)));
  }

  /** Returns an image, whose pixels are read and checked when they are asked for. */
  RawImage image(int index) {
    return new RawImage() {
      @Override
      public int width() {
        return record(index).getInt(8);
      }

      @Override
      public int height() {
        return record(index).getInt(12);
      }

      @Override
      public byte[] rgb() throws IOException {
        return pixels(record(index));
      }
    };
  }

  private byte[] pixels(ByteBuffer record) throws IOException {
    long position = record.getLong(0);
    byte[] rgb = new byte[3 * record.getInt(8) * record.getInt(12)];
    windows.get((int) (position / WINDOW)).get((int) (position % WINDOW), rgb);
    if (checksum(rgb) != record.getInt(16)) {
      throw new IOException("its checksum differs; pack the images again");
    }
    return rgb;
  }

  private ByteBuffer record(int index) {
    return ByteBuffer.wrap(bytes(windows, records + (long) RECORD * index, RECORD));
  }
}
