package org.genimage.data.internal;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * Lines of JSON objects, each with a CRC32C of the text of all lines up to it as its last value. A
 * changed, missing, doubled or moved line fits its checksum no more. Checksums and line ends are
 * not part of the sum.
 */
public final class CheckedLines {

  private static final String KEY = ",\"crc32c\":\"";
  private static final String END = "\"}";
  private static final int SUFFIX = KEY.length() + 8 + END.length();

  private final CRC32C sum = new CRC32C();

  /**
   * Returns the next line with its checksum.
   *
   * @param json an object that is not empty, in one line
   */
  public String seal(String json) {
    String text = json.substring(0, json.length() - 1);
    return text + KEY + add(text) + END;
  }

  /**
   * Adds the next line of a file.
   *
   * @param line without its line end
   * @return whether it has the right checksum
   */
  public boolean accept(String line) {
    int end = line.length() - SUFFIX;
    if (end < 0 || !line.startsWith(KEY, end)) {
      return false;
    }
    String text = line.substring(0, end);
    return line.equals(text + KEY + add(text) + END);
  }

  private String add(String text) {
    sum.update(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().toHexDigits((int) sum.getValue());
  }
}
