package org.genimage.data.image;

import com.google.common.io.ByteArrayDataOutput;
import com.google.common.io.ByteStreams;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Repairs a PNG file: keeps the rows that can be inflated and fills the rest with zeros, which are
 * black or the palette's first colour, as Pillow does with {@code LOAD_TRUNCATED_IMAGES} (PNG,
 * third edition).
 */
final class DamagedPng {

  private static final int HEADER = 0x49484452; // "IHDR"
  private static final int PALETTE = 0x504c5445; // "PLTE"
  private static final int DATA = 0x49444154; // "IDAT"
  private static final int END = 0x49454e44; // "IEND"
  private static final int LAST_FILTER = 4;
  private static final int[] CHANNELS = {1, 0, 3, 1, 2, 0, 4}; // by colour type
  private static final int[][] PASSES = { // column, row, step across, step down
    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
  };
  private static final int[][] ONE_PASS = {{0, 0, 1, 1}};

  private DamagedPng() {}

  /**
   * Returns the repaired file; of its other chunks only the palette is kept.
   *
   * @param padded whether rows may be missing
   * @throws IOException if one is and may not
   */
  static byte[] repaired(byte[] file, boolean padded) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(file);
    ByteArrayDataOutput repaired = ByteStreams.newDataOutput(file.length);
    repaired.writeLong(bytes.getLong());
    ByteArrayOutputStream data = new ByteArrayOutputStream(file.length);
    ByteBuffer header = bytes.slice(16, 13);
    while (bytes.remaining() > 8) {
      int length = bytes.getInt();
      int kind = bytes.getInt();
      boolean cut = length < 0 || length > bytes.remaining();
      int available = cut ? bytes.remaining() : length;
      if (kind == DATA) {
        data.write(file, bytes.position(), available);
      } else if (kind == HEADER || kind == PALETTE) {
        write(repaired, kind, file, bytes.position(), available);
      }
      bytes.position(Math.min(bytes.position() + available + 4, bytes.limit()));
    }
    byte[] rows = deflated(inflated(data.toByteArray(), header, padded));
    write(repaired, DATA, rows, 0, rows.length);
    write(repaired, END, rows, 0, 0);
    return repaired.toByteArray();
  }

  /** Inflates row by row, since an error loses what came before it in the same call. */
  private static byte[] inflated(byte[] data, ByteBuffer header, boolean padded)
      throws IOException {
    int width = header.getInt(0);
    int height = header.getInt(4);
    int bits = header.get(8) * CHANNELS[header.get(9)];
    int[][] passes = header.get(12) == 0 ? ONE_PASS : PASSES;
    ByteArrayOutputStream rows = new ByteArrayOutputStream(data.length);
    Inflater inflater = new Inflater();
    inflater.setInput(data);
    try {
      boolean sound = true;
      for (int[] pass : passes) {
        int columns = Math.max(0, (width - pass[0] + pass[2] - 1) / pass[2]);
        int lines = columns == 0 ? 0 : Math.max(0, (height - pass[1] + pass[3] - 1) / pass[3]);
        int length = 1 + (int) ((columns * (long) bits + 7) / 8);
        for (int y = 0; y < lines; y++) {
          byte[] row = new byte[length];
          sound = sound && inflate(inflater, row);
          if (!sound && !padded) {
            throw new IOException("rows are missing");
          }
          rows.write(sound ? row : new byte[length]);
        }
      }
    } finally {
      inflater.end();
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

  private static byte[] deflated(byte[] rows) {
    Deflater deflater = new Deflater(Deflater.BEST_SPEED);
    deflater.setInput(rows);
    deflater.finish();
    byte[] buffer = new byte[1 << 16];
    ByteArrayOutputStream deflated = new ByteArrayOutputStream();
    while (!deflater.finished()) {
      deflated.write(buffer, 0, deflater.deflate(buffer));
    }
    deflater.end();
    return deflated.toByteArray();
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
