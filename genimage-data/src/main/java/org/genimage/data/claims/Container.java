package org.genimage.data.claims;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/** The files whose metadata are read, told apart by their first bytes. */
enum Container {
  JPEG("JPEG", "\u00ff\u00d8\u00ff", JpegFile::read),
  PNG("PNG", "\u0089PNG\r\n\u001a\n", PngFile::read),
  WEBP("WebP", "RIFF....WEBP", WebPFile::read),
  GIF("GIF", "GIF8[79]a", GifFile::read),
  TIFF("TIFF", "II[*+]\0|MM\0[*+]", TiffFile::read),
  AVIF("AVIF", "....ftypavi[fs]|....ftyp.{8}(?:.{4}){0,10}?avi[fs]", BoxFile::read),
  HEIC("HEIC", "....ftyp(?:hei[cxms]|hev[cxms]|mif[12]|msf1)", BoxFile::read),
  JPEG_XL("JPEG XL", "\0\0\0\u000cJXL \r\n\u0087\n", BoxFile::read),
  SVG(
      "SVG",
      "(?:\u00ef\u00bb\u00bf)?\\s*(?:<\\?xml[^>]*>\\s*)?(?:<!--.*?-->\\s*)*<(?:svg|!DOCTYPE svg)\\b",
      SvgFile::read);

  private static final int START = 1024;

  private final String title;
  private final Pattern start;
  private final BiConsumer<ByteBuffer, Metadata> reader;

  Container(String title, String start, BiConsumer<ByteBuffer, Metadata> reader) {
    this.title = title;
    this.start = Pattern.compile(start, Pattern.DOTALL);
    this.reader = reader;
  }

  String title() {
    return title;
  }

  /** Returns the container of a file; empty if its metadata are not read. */
  static Optional<Container> of(ByteBuffer file) {
    String start = Bytes.latin1(file.slice(0, Math.min(START, file.limit())));
    return Arrays.stream(values())
        .filter(each -> each.start.matcher(start).lookingAt())
        .findFirst();
  }

  /** Collects the blocks of metadata of a file. */
  void read(ByteBuffer file, Metadata into) {
    reader.accept(file, into);
  }
}
