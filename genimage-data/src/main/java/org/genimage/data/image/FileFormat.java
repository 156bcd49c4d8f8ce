package org.genimage.data.image;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/** The formats that are read, told apart by their first bytes. */
enum FileFormat {
  JPEG("JPEG", "\u00ff\u00d8\u00ff"),
  PNG("PNG", "\u0089PNG"),
  WEBP("WebP", "RIFF....WEBP"),
  GIF("GIF", "GIF8[79]a"),
  BMP("BMP", "BM"),
  TIFF("TIFF", "II\\*\0|MM\0\\*"),
  PPM("PPM", "P6\\s");

  private static final int LONGEST = 12;

  private final String title;
  private final Pattern start;

  FileFormat(String title, String start) {
    this.title = title;
    this.start = Pattern.compile(start, Pattern.DOTALL);
  }

  String title() {
    return title;
  }

  static Optional<FileFormat> of(byte[] file) {
    String start = new String(file, 0, Math.min(LONGEST, file.length), StandardCharsets.ISO_8859_1);
    return Arrays.stream(values()).filter(f -> f.start.matcher(start).lookingAt()).findFirst();
  }
}
