package org.genimage.data.formats;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The first directory of a TIFF or BigTIFF file (TIFF 6.0, section 2). A field is read when it is
 * asked for, and never beyond the file, so a directory takes no more memory than the file has
 * bytes.
 */
public final class TiffDirectory {

  /** The orientation of an image that is not turned. */
  public static final int UPRIGHT = 1;

  private static final int ORIENTATION = 274;
  private static final int BYTES = 1;
  private static final int BIG = 43;
  private static final int[] SIZES = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};

  private final ByteBuffer bytes;
  private final Map<Integer, Entry> entries = new HashMap<>();
  private int inline; // how many bytes of values an entry holds itself

  private TiffDirectory(byte[] file) {
    this.bytes = ByteBuffer.wrap(file);
    bytes.order(file[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
  }

  private record Entry(int type, long count, int valueOrOffset) {}

  /**
   * Reads the first directory.
   *
   * @throws IOException if it is not within the file
   */
  public static TiffDirectory of(byte[] file) throws IOException {
    try {
      TiffDirectory directory = new TiffDirectory(file);
      directory.read();
      return directory;
    } catch (IndexOutOfBoundsException e) {
      throw new IOException("a directory that ends after the file", e);
    }
  }

  private void read() throws IOException {
    boolean big = bytes.getChar(2) == BIG;
    int start = place(big ? bytes.getLong(8) : Integer.toUnsignedLong(bytes.getInt(4)));
    long count = big ? bytes.getLong(start) : bytes.getChar(start);
    int first = start + (big ? 8 : 2);
    int length = big ? 20 : 12;
    if (count < 0) {
      throw new IOException("a directory of %s fields".formatted(count));
    }
    // Like Pillow, takes the fields that a cut file still has.
    for (int i = 0; i < Math.min(count, (bytes.limit() - first) / length); i++) {
      int at = first + length * i;
      long values = big ? bytes.getLong(at + 4) : Integer.toUnsignedLong(bytes.getInt(at + 4));
      int value = at + (big ? 12 : 8);
      entries.put((int) bytes.getChar(at), new Entry(bytes.getChar(at + 2), values, value));
    }
    inline = big ? 8 : 4;
  }

  private int place(long offset) throws IOException {
    if (offset < 0 || offset > bytes.limit()) {
      throw new IOException(
          "an offset of %s in a file of %s bytes".formatted(offset, bytes.limit()));
    }
    return (int) offset;
  }

  public ByteOrder order() {
    return bytes.order();
  }

  public boolean has(int tag) {
    return entries.containsKey(tag);
  }

  /**
   * Returns the bytes of a field as they are stored; empty if there is no such field.
   *
   * @throws IOException if they are not within the file
   */
  public Optional<ByteBuffer> bytes(int tag) throws IOException {
    Entry entry = entries.get(tag);
    if (entry == null) {
      return Optional.empty();
    }
    int size = entry.type() < SIZES.length ? SIZES[entry.type()] : 0;
    if (size == 0) {
      throw new IOException("field %s of type %s".formatted(tag, entry.type()));
    }
    if (entry.count() < 0 || entry.count() > bytes.limit() / size) {
      throw new IOException("field %s of %s values".formatted(tag, entry.count()));
    }
    int length = (int) entry.count() * size;
    int at = entry.valueOrOffset();
    if (length > inline) {
      at = place(inline == 8 ? bytes.getLong(at) : Integer.toUnsignedLong(bytes.getInt(at)));
    }
    if (length > bytes.limit() - at) {
      throw new IOException("field %s ends after the file".formatted(tag));
    }
    return Optional.of(bytes.slice(at, length).order(bytes.order()));
  }

  /**
   * Returns the whole numbers of a field; none if there is no such field.
   *
   * @throws IOException if they are not within the file, or no whole numbers
   */
  public long[] numbers(int tag) throws IOException {
    Optional<ByteBuffer> field = bytes(tag);
    if (field.isEmpty()) {
      return new long[0];
    }
    ByteBuffer values = field.get();
    int type = entries.get(tag).type();
    long[] numbers = new long[values.limit() / SIZES[type]];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] =
          switch (type) {
            case 1, 7 -> values.get(i) & 0xff;
            case 3 -> values.getChar(2 * i);
            case 6 -> values.get(i);
            case 8 -> values.getShort(2 * i);
            case 9 -> values.getInt(4 * i);
            case 4, 13 -> Integer.toUnsignedLong(values.getInt(4 * i));
            case 16, 18 -> values.getLong(8 * i);
            default -> throw new IOException("field %s of type %s".formatted(tag, type));
          };
    }
    return numbers;
  }

  /** Returns the first number of a field, or another if there is none. */
  public long number(int tag, long otherwise) throws IOException {
    long[] numbers = numbers(tag);
    return numbers.length == 0 ? otherwise : numbers[0];
  }

  /** Returns the orientation that is stated; one of bytes says nothing, as in Pillow. */
  public Optional<Integer> orientation() throws IOException {
    if (!has(ORIENTATION)) {
      return Optional.empty();
    }
    return Optional.of(
        entries.get(ORIENTATION).type() == BYTES
            ? UPRIGHT
            : known((int) number(ORIENTATION, UPRIGHT)));
  }

  /** Returns an orientation, or {@link #UPRIGHT} for a number that is none. */
  public static int known(int orientation) {
    return orientation >= 1 && orientation <= 8 ? orientation : UPRIGHT;
  }

  /**
   * Returns the file as a classic TIFF with these of its fields alone, as numbers of 16 or 32 bits.
   */
  public byte[] with(Map<Integer, long[]> fields) {
    int more = 0;
    for (long[] values : fields.values()) {
      more += 12 + 4 * values.length;
    }
    int directory = bytes.limit();
    ByteBuffer file = ByteBuffer.allocate(directory + 6 + more).order(bytes.order());
    file.put(bytes.slice(0, directory));
    file.putChar(2, (char) 42).putInt(4, directory);
    file.putChar((char) fields.size());
    int next = directory + 6 + 12 * fields.size();
    for (Map.Entry<Integer, long[]> field : fields.entrySet()) {
      long[] values = field.getValue();
      boolean small = values.length == 1 && values[0] < 1 << 16;
      file.putChar((char) (int) field.getKey()).putChar((char) (small ? 3 : 4));
      file.putInt(values.length);
      if (small) {
        file.putChar((char) values[0]).putChar((char) 0);
      } else if (values.length == 1) {
        file.putInt((int) values[0]);
      } else {
        file.putInt(next);
        for (long value : values) {
          file.putInt(next, (int) value);
          next += 4;
        }
      }
    }
    file.putInt(0);
    return file.array();
  }
}
