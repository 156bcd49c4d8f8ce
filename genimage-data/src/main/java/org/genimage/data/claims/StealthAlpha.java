package org.genimage.data.claims;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The text that NovelAI hides in the lowest bits of a PNG file's alpha channel, column by column: a
 * name, the length in bits, and the text, compressed by gzip or as it is (nai_meta.py of
 * NovelAI/novelai-image-metadata). Rows are read until a bit contradicts the name, which for other
 * files is the first row or soon after.
 */
final class StealthAlpha {

  private static final byte[] COMPRESSED = "stealth_pngcomp".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] PLAIN = "stealth_pnginfo".getBytes(StandardCharsets.US_ASCII);
  private static final int NAME_BITS = 8 * 15;
  private static final int LENGTH_BITS = 32;
  private static final int GZIP_HEADER = 10;
  private static final int BYTES_PER_PIXEL = 4;

  /** Larger images are not searched. */
  private static final long MOST_PIXELS = 1L << 24;

  private static final int WIDEST = 1 << 16;
  private static final int HEADER = 0x49484452; // "IHDR"
  private static final int DATA = 0x49444154; // "IDAT"
  private static final int EIGHT_BIT_RGBA = 0x0806;

  private final ByteBuffer file;
  private final int width;
  private final int height;
  private final byte[] bits; // column by column, the first bit highest
  private int next; // the next chunk

  private StealthAlpha(ByteBuffer file, int width, int height) {
    this.file = file;
    this.width = width;
    this.height = height;
    this.bits = new byte[(width * height + 7) / 8];
    this.next = 8;
  }

  static void read(ByteBuffer file, Metadata into) {
    if (file.limit() < 33
        || file.getInt(12) != HEADER
        || file.getChar(24) != EIGHT_BIT_RGBA
        || file.get(28) != 0) {
      return; // no alpha, or interlaced
    }
    long width = Integer.toUnsignedLong(file.getInt(16));
    long height = Integer.toUnsignedLong(file.getInt(20));
    if (width > WIDEST
        || height > MOST_PIXELS
        || width * height > MOST_PIXELS
        || width * height < NAME_BITS + LENGTH_BITS) {
      return;
    }
    StealthAlpha alpha = new StealthAlpha(file, (int) width, (int) height);
    Inflater inflater = new Inflater();
    try {
      if (alpha.collect(inflater)) {
        alpha.decode(into);
      }
    } catch (DataFormatException e) {
      into.warnings().add("The pixels are damaged; a hidden text is not read.");
    } finally {
      inflater.end();
    }
  }

  /** Collects the lowest bit of every alpha, and returns false as soon as there is no text. */
  private boolean collect(Inflater inflater) throws DataFormatException {
    byte[] row = new byte[1 + BYTES_PER_PIXEL * width];
    byte[] above = new byte[width];
    byte[] alpha = new byte[width];
    for (int y = 0; y < height; y++) {
      if (!inflate(inflater, row) || !unfilter(row, above, alpha)) {
        return false;
      }
      for (int x = 0; x < width; x++) {
        if ((alpha[x] & 1) != 0) {
          int index = x * height + y;
          bits[index >> 3] |= (byte) (0x80 >> (index & 7));
        }
      }
      if (y < NAME_BITS && !isPossible(y)) {
        return false;
      }
      byte[] other = above;
      above = alpha;
      alpha = other;
    }
    return begins(COMPRESSED) || begins(PLAIN);
  }

  private boolean inflate(Inflater inflater, byte[] row) throws DataFormatException {
    int done = 0;
    while (done < row.length) {
      int more = inflater.inflate(row, done, row.length - done);
      done += more;
      if (more == 0 && (!inflater.needsInput() || !feed(inflater))) {
        return false;
      }
    }
    return true;
  }

  /** Feeds the pixels of the next chunk. */
  private boolean feed(Inflater inflater) {
    while (file.limit() - next >= 12) {
      long length = Integer.toUnsignedLong(file.getInt(next));
      if (length > file.limit() - next - 12) {
        return false;
      }
      int start = next + 8;
      boolean isData = file.getInt(next + 4) == DATA;
      next += (int) length + 12;
      if (isData && length > 0) {
        inflater.setInput(file.slice(start, (int) length));
        return true;
      }
    }
    return false;
  }

  /** Undoes a row's filter (PNG, section 9) for alpha alone, which depends on no colour. */
  private static boolean unfilter(byte[] row, byte[] above, byte[] alpha) {
    int filter = row[0];
    if (filter < 0 || filter > 4) {
      return false;
    }
    int left = 0;
    int upperLeft = 0;
    for (int x = 0; x < alpha.length; x++) {
      int up = above[x] & 0xff;
      int prediction =
          switch (filter) {
            case 1 -> left;
            case 2 -> up;
            case 3 -> (left + up) / 2;
            case 4 -> paeth(left, up, upperLeft);
            default -> 0;
          };
      alpha[x] = (byte) (row[BYTES_PER_PIXEL * (x + 1)] + prediction);
      left = alpha[x] & 0xff;
      upperLeft = up;
    }
    return true;
  }

  private static int paeth(int left, int up, int upperLeft) {
    int estimate = left + up - upperLeft;
    int toLeft = Math.abs(estimate - left);
    int toUp = Math.abs(estimate - up);
    int toUpperLeft = Math.abs(estimate - upperLeft);
    if (toLeft <= toUp && toLeft <= toUpperLeft) {
      return left;
    }
    return toUp <= toUpperLeft ? up : upperLeft;
  }

  /** Whether the first column's bit in this row is that of a name. */
  private boolean isPossible(int y) {
    return bit(bits, y) == bit(COMPRESSED, y) || bit(bits, y) == bit(PLAIN, y);
  }

  private static int bit(byte[] bytes, int index) {
    return bytes[index >> 3] >> (7 - (index & 7)) & 1;
  }

  private boolean begins(byte[] name) {
    return ByteBuffer.wrap(bits, 0, name.length).equals(ByteBuffer.wrap(name));
  }

  private void decode(Metadata into) {
    int start = NAME_BITS / 8;
    long length = Integer.toUnsignedLong(ByteBuffer.wrap(bits).getInt(start)) / 8;
    if (length > bits.length - start - 4) {
      into.warnings().add("A text hidden in alpha claims more bits than the image has.");
      return;
    }
    ByteBuffer text = ByteBuffer.wrap(bits).slice(start + 4, (int) length);
    if (begins(COMPRESSED)) {
      Optional<ByteBuffer> deflated = gzip(text);
      if (deflated.isEmpty()) {
        into.warnings().add("A text hidden in alpha is damaged and is not read.");
        return;
      }
      text = into.inflation().inflate(deflated.get(), "The text hidden in alpha", false);
    } else if (text.limit() > Limits.TEXT) {
      text = text.slice(0, Limits.TEXT);
    }
    fields(Texts.decode(text), into);
  }

  /** Returns what follows gzip's shortest header, which Python writes (RFC 1952). */
  private static Optional<ByteBuffer> gzip(ByteBuffer text) {
    boolean isPlain =
        text.limit() > GZIP_HEADER
            && text.getChar(0) == 0x1f8b
            && text.get(2) == 8
            && text.get(3) == 0;
    return isPlain ? Optional.of(Bytes.from(text, GZIP_HEADER)) : Optional.empty();
  }

  private static void fields(String text, Metadata into) {
    Optional<JsonNode> json = BoundedTree.json(text.strip());
    if (json.isEmpty()) {
      into.addText(new TextField(ClaimSource.ALPHA_BITS, "parameters", text.strip()));
      return;
    }
    for (Map.Entry<String, JsonNode> field : json.get().properties()) {
      JsonNode value = field.getValue();
      into.addText(
          new TextField(
              ClaimSource.ALPHA_BITS,
              field.getKey(),
              value.isValueNode() ? value.asText() : value.toString()));
    }
  }
}
