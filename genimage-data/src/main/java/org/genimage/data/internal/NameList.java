package org.genimage.data.internal;

import static com.google.common.base.Preconditions.checkElementIndex;

import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;

/**
 * File names in order, front-coded: a name is stored as the number of bytes that it shares with the
 * name before, and the rest. GenImage's names take about 10 bytes each; in a list of strings they
 * take 70. Every 16th name is stored in full, so any name is found in a few steps.
 */
public final class NameList extends AbstractList<String> implements RandomAccess {

  private static final int BLOCK = 16;
  private static final int PIECE = 1 << 20;
  private static final int LONGEST_NUMBER = 5;

  private final int size;
  private final int[] blocks;
  private final byte[] coded;

  private NameList(int size, int[] blocks, byte[] coded) {
    this.size = size;
    this.blocks = blocks;
    this.coded = coded;
  }

  /** Returns the list of these names, in this order. */
  public static NameList of(List<String> names) {
    ByteArrayOutputStream coded = new ByteArrayOutputStream();
    int[] blocks = new int[(names.size() + BLOCK - 1) / BLOCK];
    byte[] previous = {};
    int i = 0;
    for (String string : names) {
      byte[] name = string.getBytes(StandardCharsets.UTF_8);
      int shared = 0;
      if (i % BLOCK == 0) {
        blocks[i / BLOCK] = coded.size();
      } else {
        int mismatch = Arrays.mismatch(previous, name);
        shared = mismatch < 0 ? name.length : mismatch;
      }
      writeNumber(coded, shared);
      writeNumber(coded, name.length - shared);
      coded.write(name, shared, name.length - shared);
      previous = name;
      i++;
    }
    return new NameList(names.size(), blocks, coded.toByteArray());
  }

  /**
   * Reads what {@link #write} wrote, and checks it.
   *
   * @throws IOException if it ends too early, or is no list of names
   */
  public static NameList read(DataInput in) throws IOException {
    int size = in.readInt();
    if (size < 0) {
      throw new IOException("states %s names".formatted(size));
    }
    byte[] positions = bytes(in, Integer.BYTES * ((size + BLOCK - 1L) / BLOCK));
    int[] blocks = new int[positions.length / Integer.BYTES];
    ByteBuffer.wrap(positions).asIntBuffer().get(blocks);
    NameList list = new NameList(size, blocks, bytes(in, in.readInt()));
    list.check();
    return list;
  }

  /** Reads bytes piece by piece, so that a wrong length takes no more memory than there are. */
  private static byte[] bytes(DataInput in, long length) throws IOException {
    if (length < 0 || length > Integer.MAX_VALUE - 8) {
      throw new IOException("states %s bytes".formatted(length));
    }
    byte[] bytes = new byte[(int) Math.min(length, PIECE)];
    in.readFully(bytes);
    while (bytes.length < length) {
      int done = bytes.length;
      bytes = Arrays.copyOf(bytes, (int) Math.min(length, 2L * done));
      in.readFully(bytes, done, bytes.length - done);
    }
    return bytes;
  }

  /** Checks that every number leads to a place inside, so that every name can be read. */
  private void check() throws IOException {
    int at = 0;
    for (int block = 0; block < blocks.length; block++) {
      if (blocks[block] != at) {
        throw new IOException("misplaces name %s".formatted(block * BLOCK));
      }
      at = checkBlock(at, Math.min(BLOCK, size - block * BLOCK));
    }
    if (at != coded.length) {
      throw new IOException("has bytes after the last name");
    }
  }

  /** Checks some names, and returns where the next one is. */
  private int checkBlock(int start, int count) throws IOException {
    byte[] bytes = coded;
    int at = start;
    int previous = 0;
    for (int i = 0; i < count; i++) {
      int shared;
      int rest;
      if (at + 1 < bytes.length && (bytes[at] | bytes[at + 1]) >= 0) { // nearly all names
        shared = bytes[at];
        rest = bytes[at + 1];
        at += 2;
      } else {
        shared = checkedNumber(at);
        at += numberLength(shared);
        rest = checkedNumber(at);
        at += numberLength(rest);
      }
      if (shared > previous || rest > bytes.length - at) {
        throw new IOException("has an impossible length of a name");
      }
      previous = shared + rest;
      at += rest;
    }
    return at;
  }

  private int checkedNumber(int at) throws IOException {
    for (int i = at; i < Math.min(at + LONGEST_NUMBER, coded.length); i++) {
      if (coded[i] >= 0) {
        int number = number(at);
        if (number < 0 || numberLength(number) != i + 1 - at) {
          break;
        }
        return number;
      }
    }
    throw new IOException("has an impossible number");
  }

  /**
   * Writes the list: the number of names, the position of every 16th, and the coded names.
   *
   * @throws IOException if it cannot be written
   */
  public void write(DataOutput out) throws IOException {
    out.writeInt(size);
    for (int block : blocks) {
      out.writeInt(block);
    }
    out.writeInt(coded.length);
    out.write(coded);
  }

  @Override
  public String get(int index) {
    checkElementIndex(index, size, "name");
    int at = blocks[index / BLOCK];
    byte[] name = {};
    int length = 0;
    for (int i = index - index % BLOCK; i <= index; i++) {
      int shared = number(at);
      at += numberLength(shared);
      int rest = number(at);
      at += numberLength(rest);
      length = shared + rest;
      if (length > name.length) {
        name = Arrays.copyOf(name, Math.max(64, length));
      }
      System.arraycopy(coded, at, name, shared, rest);
      at += rest;
    }
    return new String(name, 0, length, StandardCharsets.UTF_8);
  }

  @Override
  public int size() {
    return size;
  }

  /** Returns the size of this list in memory, in bytes, without the headers of three objects. */
  public long bytes() {
    return coded.length + 4L * blocks.length;
  }

  /** Writes seven bits per byte, the lowest first; the top bit says that more bytes follow. */
  private static void writeNumber(ByteArrayOutputStream out, int number) {
    int rest = number;
    while (rest >= 0x80) {
      out.write(rest | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
  }

  private int number(int at) {
    int number = 0;
    int i = at;
    int shift = 0;
    while (coded[i] < 0) {
      number |= (coded[i++] & 0x7f) << shift;
      shift += 7;
    }
    return number | coded[i] << shift;
  }

  private static int numberLength(int number) {
    int length = 1;
    for (int rest = number >>> 7; rest > 0; rest >>>= 7) {
      length++;
    }
    return length;
  }
}
