package org.genimage.data.image;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Binary PPM files of Netpbm with 8 bits per channel: a line of text, then the pixels. */
final class Ppm {

  private static final String GAP = "(?:\\s|#[^\\n\\r]*[\\n\\r])+";
  private static final Pattern HEADER =
      Pattern.compile("P6" + GAP + "(\\d{1,9})" + GAP + "(\\d{1,9})" + GAP + "(\\d{1,9})\\s");
  private static final int LONGEST_HEADER = 1 << 12;

  private Ppm() {}

  static Image decode(byte[] file, SizeLimit limit) throws IOException {
    int length = Math.min(file.length, LONGEST_HEADER);
    Matcher header = HEADER.matcher(new String(file, 0, length, StandardCharsets.ISO_8859_1));
    if (!header.lookingAt()) {
      throw new IOException("no PPM header");
    }
    int width = Integer.parseInt(header.group(1));
    int height = Integer.parseInt(header.group(2));
    if (Integer.parseInt(header.group(3)) != 255) {
      throw new IOException("levels up to " + header.group(3) + ", of which only 255 is read");
    }
    limit.check(width, height);
    int bytes = 3 * width * height;
    if (file.length - header.end() < bytes) {
      throw new EOFException("fewer pixels than its header claims");
    }
    return Image.wrap(width, height, Arrays.copyOfRange(file, header.end(), header.end() + bytes));
  }
}
