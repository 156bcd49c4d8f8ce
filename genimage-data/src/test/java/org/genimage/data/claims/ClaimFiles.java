package org.genimage.data.claims;

import com.google.common.primitives.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Small files with metadata, made byte by byte. */
final class ClaimFiles {

  static final int APP1 = 0xe1;
  static final int APP11 = 0xeb;
  static final int APP13 = 0xed;
  static final int COMMENT = 0xfe;

  static final int IMAGE_DESCRIPTION = 270;
  static final int MAKE = 271;
  static final int MODEL = 272;
  static final int SOFTWARE = 305;
  static final int ARTIST = 315;
  static final int EXIF_DIRECTORY = 0x8769;
  static final int USER_COMMENT = 0x9286;
  static final int C2PA_TAG = 0xcd41;

  private ClaimFiles() {}

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] number(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  /** A PNG file of one grey pixel with more chunks before it. */
  static byte[] png(byte[]... chunks) {
    byte[] header = {0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0};
    return pngFile(header, deflated(new byte[2]), chunks);
  }

  static byte[] pngFile(byte[] header, byte[] pixels, byte[]... chunks) {
    return Bytes.concat(
        ascii("\u0089PNG\r\n\u001a\n"),
        chunk("IHDR", header),
        Bytes.concat(chunks),
        chunk("IDAT", pixels),
        chunk("IEND"));
  }

  static byte[] chunk(String type, byte[]... contents) {
    byte[] content = Bytes.concat(ascii(type), Bytes.concat(contents));
    CRC32 sum = new CRC32();
    sum.update(content);
    return Bytes.concat(number(content.length - 4), content, number((int) sum.getValue()));
  }

  static byte[] text(String key, String value) {
    return chunk("tEXt", utf8(key + "\0" + value));
  }

  static byte[] xmpChunk(String properties) {
    return chunk("iTXt", ascii("XML:com.adobe.xmp\0\0\0\0\0"), utf8(xmp(properties)));
  }

  static byte[] deflated(byte[] content) {
    Deflater deflater = new Deflater();
    deflater.setInput(content);
    deflater.finish();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] part = new byte[4096];
    while (!deflater.finished()) {
      out.write(part, 0, deflater.deflate(part));
    }
    deflater.end();
    return out.toByteArray();
  }

  /** A JPEG file of segments and an empty scan. */
  static byte[] jpeg(byte[]... segments) {
    return Bytes.concat(
        ascii("\u00ff\u00d8"),
        Bytes.concat(segments),
        ascii("\u00ff\u00da\0\2\1\2\3\u00ff\0\4\u00ff\u00d9"));
  }

  static byte[] segment(int marker, byte[]... contents) {
    byte[] content = Bytes.concat(contents);
    ByteBuffer segment = ByteBuffer.allocate(4 + content.length);
    segment.put((byte) 0xff).put((byte) marker).putChar((char) (content.length + 2));
    return segment.put(content).array();
  }

  static byte[] exifSegment(byte[] structure) {
    return segment(APP1, ascii("Exif\0\0"), structure);
  }

  static byte[] xmpSegment(String xmp) {
    return segment(APP1, ascii("http://ns.adobe.com/xap/1.0/\0"), utf8(xmp));
  }

  /** XMP of one description with these attributes or children, in the usual namespaces. */
  static String xmp(String properties) {
    boolean children = properties.startsWith("<");
    return "<?xpacket begin='\ufeff' id='W5M0MpCehiHzreSzNTczkc9d'?>"
        + "<x:xmpmeta xmlns:x='adobe:ns:meta/'>"
        + "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        + "<rdf:Description rdf:about=''"
        + " xmlns:Iptc4xmpExt='http://iptc.org/std/Iptc4xmpExt/2008-02-29/'"
        + " xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/'"
        + " xmlns:xmp='http://ns.adobe.com/xap/1.0/'"
        + " xmlns:exif='http://ns.adobe.com/exif/1.0/'"
        + " xmlns:dc='http://purl.org/dc/elements/1.1/'"
        + " xmlns:dcterms='http://purl.org/dc/terms/'"
        + " xmlns:xmpNote='http://ns.adobe.com/xmp/note/'"
        + " xmlns:TC260='http://www.tc260.org.cn/ns/AIGC/1.0/' "
        + (children ? ">" + properties : properties + ">")
        + "</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>";
  }

  /** A WebP file of these chunks; its pixels are left out. */
  static byte[] webP(byte[]... chunks) {
    byte[] content = Bytes.concat(chunks);
    return Bytes.concat(ascii("RIFF"), little(4 + content.length), ascii("WEBP"), content);
  }

  static byte[] riff(String type, byte[] content) {
    return Bytes.concat(ascii(type), little(content.length), content, new byte[content.length % 2]);
  }

  private static byte[] little(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }

  /** A GIF file of one pixel with an application extension. */
  static byte[] gif(String application, byte[] content) {
    ByteArrayOutputStream blocks = new ByteArrayOutputStream();
    for (int at = 0; at < content.length; at += 255) {
      int length = Math.min(255, content.length - at);
      blocks.write(length);
      blocks.write(content, at, length);
    }
    return Bytes.concat(
        ascii("GIF89a\1\0\1\0\0\0\0"),
        ascii("\u0021\u00ff\u000b" + application),
        blocks.toByteArray(),
        ascii("\0"),
        ascii("\u002c\0\0\0\0\1\0\1\0\0\2\2\u0044\1\0"),
        ascii("\u003b"));
  }

  /** A structure of TIFF with texts, or other bytes, in its first directory. */
  static byte[] tiff(ByteOrder order, Map<Integer, byte[]> fields) {
    return tiff(order, fields, Map.of());
  }

  /** A structure of TIFF with a directory, and an EXIF directory unless that is empty. */
  static byte[] tiff(ByteOrder order, Map<Integer, byte[]> fields, Map<Integer, byte[]> exif) {
    int first = 8;
    int pointer = exif.isEmpty() ? 0 : 1;
    int second = first + 6 + 12 * (fields.size() + pointer) + values(fields);
    ByteBuffer bytes =
        ByteBuffer.allocate(second + (pointer == 0 ? 0 : 6 + 12 * exif.size() + values(exif)));
    bytes.put(ascii(order == ByteOrder.BIG_ENDIAN ? "MM" : "II")).order(order);
    bytes.putChar((char) 42).putInt(first);
    directory(bytes, new TreeMap<>(fields), pointer == 0 ? 0 : second);
    if (pointer != 0) {
      bytes.position(second);
      directory(bytes, new TreeMap<>(exif), 0);
    }
    return bytes.array();
  }

  private static int values(Map<Integer, byte[]> fields) {
    return fields.values().stream().mapToInt(value -> value.length <= 4 ? 0 : value.length).sum();
  }

  private static void directory(ByteBuffer bytes, Map<Integer, byte[]> fields, int exif) {
    int count = fields.size() + (exif == 0 ? 0 : 1);
    int values = bytes.position() + 6 + 12 * count;
    bytes.putChar((char) count);
    for (Map.Entry<Integer, byte[]> field : fields.entrySet()) {
      byte[] value = field.getValue();
      bytes.putChar((char) (int) field.getKey()).putChar((char) 7).putInt(value.length);
      if (value.length <= 4) {
        bytes.put(Arrays.copyOf(value, 4));
      } else {
        bytes.putInt(values);
        bytes.put(values, value);
        values += value.length;
      }
    }
    if (exif != 0) {
      bytes.putChar((char) EXIF_DIRECTORY).putChar((char) 4).putInt(1).putInt(exif);
    }
    bytes.putInt(0); // no directory follows
  }

  static byte[] box(String type, byte[]... contents) {
    byte[] content = Bytes.concat(contents);
    return Bytes.concat(number(8 + content.length), ascii(type), content);
  }

  /** An AVIF file with an item of EXIF and one of XMP, and more boxes; no pixels. */
  static byte[] avif(byte[] exif, byte[] xmp, byte[]... boxes) {
    byte[] start = Bytes.concat(box("ftyp", ascii("avif\0\0\0\0avifmif1")), Bytes.concat(boxes));
    byte[] exifItem = Bytes.concat(number(0), exif);
    byte[] items =
        box(
            "iinf",
            ascii("\0\0\0\0\0\2"),
            box("infe", ascii("\2\0\0\0\0\1\0\0Exif\0")),
            box("infe", ascii("\2\0\0\0\0\2\0\0mime\0application/rdf+xml\0")));
    int meta = 8 + 4 + items.length + 8 + 4 + 4 + 2 * 14;
    int data = start.length + meta + 8;
    byte[] locations =
        box(
            "iloc",
            ascii("\0\0\0\0\u0044\0\0\2"),
            ascii("\0\1\0\0\0\1"),
            number(data),
            number(exifItem.length),
            ascii("\0\2\0\0\0\1"),
            number(data + exifItem.length),
            number(xmp.length));
    return Bytes.concat(
        start, box("meta", new byte[4], items, locations), box("mdat", exifItem, xmp));
  }

  static byte[] jpegXl(byte[]... boxes) {
    return Bytes.concat(
        box("JXL ", ascii("\r\n\u0087\n")),
        box("ftyp", ascii("jxl \0\0\0\0jxl ")),
        Bytes.concat(boxes));
  }

  /** A stream of Brotli that stores its content as it is (RFC 7932, section 9.2). */
  static byte[] brotli(byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    // Window of 16 bits: 0. Then not last: 0, four nibbles: 00, the length, stored: 1.
    long bits = (long) (content.length - 1) << 4 | 1L << 20;
    for (int i = 0; i < 3; i++) {
      out.write((int) (bits >> 8 * i));
    }
    out.writeBytes(content);
    out.write(3); // last and empty
    return out.toByteArray();
  }
}
