package org.genimage.data.claims;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Inflates texts of one file. Each expands to a mebibyte at most, and all together to 16, so that a
 * small file cannot take much memory or time.
 */
final class Inflation {

  private final Warnings warnings;
  private int left = Limits.EXPANDED;

  Inflation(Warnings warnings) {
    this.warnings = warnings;
  }

  /**
   * Returns the expanded bytes, as many as the limits allow and as could be read.
   *
   * @param name what is inflated, for warnings
   * @param wrapped whether it has zlib's header; gzip's must be removed before
   */
  ByteBuffer inflate(ByteBuffer deflated, String name, boolean wrapped) {
    Inflater inflater = new Inflater(!wrapped);
    try {
      inflater.setInput(deflated.duplicate());
      int limit = Math.min(left, Limits.TEXT);
      byte[] text = new byte[Math.min(limit, 4096)];
      int length = 0;
      while (!inflater.finished()) {
        if (length == limit) {
          warnings.add(
              "%s expands to more than %s bytes; the rest is not read.".formatted(name, limit));
          break;
        }
        if (length == text.length) {
          text = Arrays.copyOf(text, (int) Math.min(limit, 2L * length));
        }
        int more = inflater.inflate(text, length, text.length - length);
        if (more == 0 && !inflater.finished()) {
          warnings.add("%s ends before its compressed data do.".formatted(name));
          break;
        }
        length += more;
      }
      left -= length;
      return ByteBuffer.wrap(text, 0, length).slice();
    } catch (DataFormatException e) {
      warnings.add("%s has damaged compressed data and is not read.".formatted(name));
      return ByteBuffer.allocate(0);
    } finally {
      inflater.end();
    }
  }
}
