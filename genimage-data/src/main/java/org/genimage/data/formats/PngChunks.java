package org.genimage.data.formats;

import com.google.common.io.ByteArrayDataOutput;
import com.google.common.io.ByteStreams;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;

/**
 * The chunks of a PNG file (PNG, third edition). Only those that decide the pixels are handed to
 * libpng: it takes memory for what the others claim. If it refuses them, they are repaired: the
 * rows that can be inflated are kept and the rest is filled with zeros, which are black or the
 * palette's first colour, as Pillow does with {@code LOAD_TRUNCATED_IMAGES}.
 */
public final class PngChunks {

  private static final int SIGNATURE = 8;
  private static final int SHORTEST = 33; // with a header and its checksum
  private static final int HEADER = 0x49484452; // "IHDR"
  private static final int PALETTE = 0x504c5445; // "PLTE"
  private static final int TRANSPARENCY = 0x74524e53; // "tRNS"
  private static final int DATA = 0x49444154; // "IDAT"
  private static final int END = 0x49454e44; // "IEND"
  private static final int LAST_FILTER = 4;
  private static final int[] CHANNELS = {1, 0, 3, 1, 2, 0, 4}; // by colour type
  private static final int[][] PASSES = { // column, row, step across, step down
    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
  };
  private static final int[][] ONE_PASS = {{0, 0, 1, 1}};

  private final byte[] file;
  private final ByteBuffer header;
  private final int bits;

  private PngChunks(byte[] file) throws IOException {
    this.file = file;
    this.header = ByteBuffer.wrap(file);
    if (file.length < SHORTEST || header.getInt(SIGNATURE + 4) != HEADER) {
      throw new IOException("no PNG header");
    }
    int depth = header.get(24);
    int colours = header.get(25);
    boolean known = colours >= 0 && colours < CHANNELS.length && CHANNELS[colours] > 0;
    if (!known || depth < 1 || depth > 16 || Integer.bitCount(depth) != 1) {
      throw new IOException("%s bits of colour type %s".formatted(depth, colours));
    }
    this.bits = depth * CHANNELS[colours];
  }

  /**
   * Reads the header.
   *
   * @throws IOException if there is none, or its depth and colour type are none of PNG's
   */
  public static PngChunks of(byte[] file) throws IOException {
    return new PngChunks(file);
  }

  public long width() {
    return Integer.toUnsignedLong(header.getInt(16));
  }

  public long height() {
    return Integer.toUnsignedLong(header.getInt(20));
  }

  public int bitsPerPixel() {
    return bits;
  }

  public boolean isGrey16() {
    return bits == 16 && header.get(25) == 0;
  }

  /** One chunk; a cut one has fewer bytes than it claims. */
  private record Chunk(int kind, int start, int length, long claimed) {

    boolean cut() {
      return claimed > length;
    }

    int end() {
      return start + length + 4;
    }

    boolean decidesPixels() {
      return kind == HEADER
          || kind == PALETTE
          || kind == TRANSPARENCY
          || kind == DATA
          || kind == END;
    }
  }

  private Optional<Chunk> chunk(int at) {
    if (file.length - at <= 8) {
      return Optional.empty();
    }
    long claimed = Integer.toUnsignedLong(header.getInt(at));
    int available = file.length - at - 8;
    int present = (int) Math.min(claimed, available);
    return Optional.of(new Chunk(header.getInt(at + 4), at + 8, present, claimed));
  }

  /** Returns the file without the chunks that say nothing about pixels, up to the first cut one. */
  public byte[] essential() {
    ByteArrayDataOutput essential = ByteStreams.newDataOutput(file.length);
    essential.write(file, 0, SIGNATURE);
    int at = SIGNATURE;
    boolean whole = true;
    Optional<Chunk> next;
    while ((next = chunk(at)).isPresent() && next.get().end() <= file.length) {
      Chunk chunk = next.get();
      if (chunk.decidesPixels()) {
        essential.write(file, at, chunk.end() - at);
      } else {
        whole = false;
      }
      at = chunk.end();
    }
    return whole && next.isEmpty() ? file : essential.toByteArray();
  }

  /**
   * Returns the repaired file; of its other chunks only the palette is kept.
   *
   * @param padded whether rows may be missing
   * @throws IOException if one is and may not
   */
  public byte[] repaired(boolean padded) throws IOException {
    ByteArrayDataOutput repaired = ByteStreams.newDataOutput(file.length);
    repaired.write(file, 0, SIGNATURE);
    ByteArrayOutputStream data = new ByteArrayOutputStream(file.length);
    String missing = "rows are missing";
    Optional<Chunk> next;
    for (int at = SIGNATURE; (next = chunk(at)).isPresent(); ) {
      Chunk chunk = next.get();
      if (chunk.cut() && chunk.kind() != DATA) {
        missing = "a chunk that claims %s bytes".formatted(chunk.claimed());
      }
      if (chunk.kind() == DATA) {
        data.write(file, chunk.start(), chunk.length());
      } else if (chunk.kind() == HEADER || chunk.kind() == PALETTE) {
        write(repaired, chunk.kind(), file, chunk.start(), chunk.length());
      }
      at = chunk.end();
    }
    byte[] rows = rows(data.toByteArray(), padded ? Optional.empty() : Optional.of(missing));
    write(repaired, DATA, rows, 0, rows.length);
    write(repaired, END, rows, 0, 0);
    return repaired.toByteArray();
  }

  /**
   * Inflates row by row, since an error loses what came before it in the same call, and deflates
   * again.
   *
   * @param missing what to say if a row is missing; empty if it is filled
   */
  private byte[] rows(byte[] data, Optional<String> missing) throws IOException {
    int[][] passes = header.get(28) == 0 ? ONE_PASS : PASSES;
    ByteArrayOutputStream rows = new ByteArrayOutputStream(data.length);
    Inflater inflater = new Inflater();
    inflater.setInput(data);
    Deflater fast = new Deflater(Deflater.BEST_SPEED);
    try (DeflaterOutputStream deflated = new DeflaterOutputStream(rows, fast)) {
      boolean sound = true;
      for (int[] pass : passes) {
        long columns = Math.max(0, (width() - pass[0] + pass[2] - 1) / pass[2]);
        long lines = columns == 0 ? 0 : Math.max(0, (height() - pass[1] + pass[3] - 1) / pass[3]);
        byte[] row = new byte[1 + Math.toIntExact((columns * bits + 7) / 8)];
        for (long y = 0; y < lines; y++) {
          boolean whole = sound && inflate(inflater, row);
          if (!whole && missing.isPresent()) {
            throw new IOException(missing.get());
          }
          if (!whole && (sound || y == 0)) {
            Arrays.fill(row, (byte) 0);
          }
          sound = whole;
          deflated.write(row);
        }
      }
    } finally {
      inflater.end();
      fast.end();
    }
    return rows.toByteArray();
  }

  /** Inflates one row and says whether it is whole. */
  private static boolean inflate(Inflater inflater, byte[] row) {
    try {
      for (int done = 0; done < row.length; ) {
        int more = inflater.inflate(row, done, row.length - done);
        if (more == 0) {
          return false;
        }
        done += more;
      }
    } catch (DataFormatException e) {
      return false;
    }
    return row[0] >= 0 && row[0] <= LAST_FILTER;
  }

  private static void write(
      ByteArrayDataOutput file, int kind, byte[] content, int start, int length) {
    CRC32 checksum = new CRC32();
    checksum.update(ByteBuffer.allocate(4).putInt(0, kind));
    checksum.update(content, start, length);
    file.writeInt(length);
    file.writeInt(kind);
    file.write(content, start, length);
    file.writeInt((int) checksum.getValue());
  }
}
