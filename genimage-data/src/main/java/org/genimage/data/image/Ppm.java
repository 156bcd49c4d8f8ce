package org.genimage.data.image;

import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;

/** Binary PPM files of Netpbm with 8 bits per channel: a line of text, then the pixels. */
final class Ppm {

  private static final int LONGEST_HEADER = 1 << 12;
  private static final int LARGEST_NUMBER = 999_999_999;

  private final byte[] file;
  private int at = 2; // after "P6"

  private Ppm(byte[] file) {
    this.file = file;
  }

  static Image decode(byte[] file, SizeLimit limit) throws IOException {
    return new Ppm(file).decode(limit);
  }

  private Image decode(SizeLimit limit) throws IOException {
    int width = number();
    int height = number();
    int levels = number();
    if (!isBlank(next())) {
      throw new IOException("no PPM header");
    }
    if (levels != 255) {
      throw new IOException("levels up to " + levels + ", of which only 255 is read");
    }
    limit.check(width, height);
    int bytes = 3 * width * height;
    if (file.length - at < bytes) {
      throw new EOFException("fewer pixels than its header claims");
    }
    return Image.wrap(width, height, Arrays.copyOfRange(file, at, at + bytes));
  }

  /** Reads a number after at least one blank or comment. */
  private int number() throws IOException {
    int start = at;
    int read = next();
    while (isBlank(read) || read == '#') {
      read = read == '#' ? afterLine() : next();
    }
    if (at == start + 1) {
      throw new IOException("no PPM header");
    }
    long number = 0;
    int digits = 0;
    for (; read >= '0' && read <= '9'; read = next()) {
      number = 10 * number + read - '0';
      digits++;
      if (number > LARGEST_NUMBER) {
        throw new IOException("no PPM header");
      }
    }
    if (digits == 0) {
      throw new IOException("no PPM header");
    }
    at--;
    return (int) number;
  }

  private int afterLine() throws IOException {
    int read = next();
    while (read != '\n' && read != '\r') {
      read = next();
    }
    return next();
  }

  private int next() throws IOException {
    if (at >= Math.min(file.length, LONGEST_HEADER)) {
      throw new IOException("no PPM header");
    }
    return file[at++];
  }

  /** As Java's class of blanks in regular expressions, which is Netpbm's. */
  private static boolean isBlank(int read) {
    return read == ' ' || (read >= '\t' && read <= '\r');
  }
}
