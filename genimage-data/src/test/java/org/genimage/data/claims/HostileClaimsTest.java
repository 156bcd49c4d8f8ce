package org.genimage.data.claims;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.genimage.data.claims.ClaimFiles.ascii;
import static org.genimage.data.claims.ClaimFiles.box;
import static org.genimage.data.claims.ClaimFiles.chunk;
import static org.genimage.data.claims.ClaimFiles.exifSegment;
import static org.genimage.data.claims.ClaimFiles.jpeg;
import static org.genimage.data.claims.ClaimFiles.png;
import static org.genimage.data.claims.ClaimFiles.text;
import static org.genimage.data.claims.ClaimFiles.utf8;
import static org.genimage.data.claims.ClaimFiles.xmp;
import static org.genimage.data.claims.ClaimFiles.xmpSegment;

import com.google.common.primitives.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Stream;
import org.genimage.data.fuzz.Allocations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Small files whose metadata claim much, nest deeply, or refer to themselves or elsewhere. */
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileClaimsTest {

  private static final long MEBIBYTE = 1 << 20;

  private static final String MANY = "more than";

  /** Files, and a part of the warning that they must give. */
  static Stream<Arguments> hostileFiles() {
    byte[] zeros = new byte[64 << 20];
    return Stream.of(
        Arguments.of(
            "zTXt of 64 MiB",
            png(chunk("zTXt", ascii("parameters\0\0"), ClaimFiles.deflated(zeros))),
            "expands to"),
        Arguments.of(
            "iTXt XMP of 64 MiB",
            png(chunk("iTXt", ascii("XML:com.adobe.xmp\0\1\0\0\0"), ClaimFiles.deflated(zeros))),
            "expands to"),
        Arguments.of(
            "30 texts of 1 MiB",
            png(
                repeated(
                    30,
                    chunk("zTXt", ascii("prompt\0\0"), ClaimFiles.deflated(new byte[1 << 20])))),
            "expands to"),
        Arguments.of("2000 texts", png(repeated(2000, text("parameters", "a"))), MANY),
        Arguments.of(
            "chunk of 2 GB",
            png(Bytes.concat(ClaimFiles.number(Integer.MAX_VALUE), ascii("tEXt"))),
            "claims 2147483647"),
        Arguments.of(
            "chunk of 4 GB",
            png(Bytes.concat(ClaimFiles.number(-1), ascii("caBX"))),
            "claims 4294967295"),
        Arguments.of(
            "chunk WebP of 4 GB",
            Bytes.concat(ascii("RIFF\u00ff\u00ff\u00ff\u00ffWEBPEXIF"), ClaimFiles.number(-8)),
            "claims"),
        Arguments.of("EXIF text of 4 GB", jpeg(exifSegment(entry(2, -1, 0))), "claims 4294967295"),
        Arguments.of(
            "EXIF text behind the block", jpeg(exifSegment(entry(2, 20, 1 << 30))), "ends behind"),
        Arguments.of(
            "EXIF directory of 65535 fields",
            jpeg(exifSegment(directoryOf(65535))),
            "claims 65535"),
        Arguments.of("EXIF directory that is its own next", jpeg(exifSegment(next(8))), "twice"),
        Arguments.of("EXIF directory behind the block", jpeg(exifSegment(next(1 << 30))), "behind"),
        Arguments.of("TIFF, a thousand directories in each other", overlapping(), MANY),
        Arguments.of("store of boxes in each other", store(nested(4000)), MANY),
        Arguments.of("store of 5000 boxes", store(Stores.store(repeated(5000, box("free")))), MANY),
        Arguments.of("box of 2 GiB", store(sized(Integer.MAX_VALUE)), "claims 2147483647"),
        Arguments.of("box of 4 bytes", store(sized(4)), "claims 4"),
        Arguments.of("box of 2^63-1 bytes", store(sizedXl()), "claims 9223372036854775807"),
        Arguments.of(
            "100 manifests", store(Stores.store(repeated(100, Stores.manifest("a")))), MANY),
        Arguments.of(
            "1000 actions",
            store(
                Stores.store(
                    Stores.manifest(
                        "a",
                        Stores.assertion(
                            "c2pa.actions",
                            Map.of("actions", Collections.nCopies(1000, Map.of("action", "a"))))))),
            MANY),
        Arguments.of(
            "1000 ingredients",
            store(
                Stores.store(
                    Stores.manifest("a", repeated(1000, Stores.ingredient("parentOf", "a"))))),
            MANY),
        Arguments.of("CBOR text of 2^63-1 bytes", store(claim("7b7fffffffffffffff61")), "CBOR"),
        Arguments.of("CBOR bytes of 4 GB", store(claim("5affffffff61")), "CBOR"),
        Arguments.of("CBOR list of 2^32-1 items", store(claim("9affffffff")), "CBOR"),
        Arguments.of("CBOR lists in each other", store(claim("81".repeat(100_000))), "CBOR"),
        Arguments.of("CBOR without an end", store(claim("bf6161" + "9f".repeat(9))), "CBOR"),
        Arguments.of(
            "CBOR of a million maps", store(claim("9f" + "a0".repeat(1_000_000) + "ff")), "CBOR"),
        Arguments.of("CBOR of 2 MiB", store(claim("5a00200000" + "00".repeat(2 << 20))), "at most"),
        Arguments.of(
            "XMP of elements in each other", jpeg(xmpSegment(xmp("<a>".repeat(4500)))), MANY),
        Arguments.of("XMP of 200000 elements", png(xmpText("<a/>".repeat(200_000))), MANY),
        Arguments.of("XMP of 9 MiB", png(xmpText(" ".repeat(9 << 20))), "at most"),
        Arguments.of("XMP of 1000 namespaces", png(xmpText("<a " + namespaces(1000) + "/>")), MANY),
        Arguments.of(
            "extended XMP of 2 GiB",
            jpeg(
                xmpSegment(xmp("xmpNote:HasExtendedXMP='" + "A".repeat(32) + "'")),
                extended(Integer.MAX_VALUE, 0)),
            "at most"),
        Arguments.of(
            "extended XMP behind its end",
            jpeg(
                xmpSegment(xmp("xmpNote:HasExtendedXMP='" + "A".repeat(32) + "'")), extended(9, 5)),
            "contradict"),
        Arguments.of("AVIF, item of 4 GB", items(0x4444, 1, -1), "outside"),
        Arguments.of("AVIF, 65535 empty parts of 1000 items", items(0, 1000, 0), MANY),
        Arguments.of(
            "AVIF, box of 4 GB",
            Bytes.concat(box("ftyp", ascii("avif\0\0\0\0")), ClaimFiles.number(-1), ascii("meta")),
            "claims 4294967295"),
        Arguments.of(
            "GIF that ends in an extension",
            Arrays.copyOf(ClaimFiles.gif("C2PA_GIF\1\0\0", new byte[900]), 300),
            "ends before"),
        Arguments.of("10000 fields of one tag, a mebibyte each", sharing(10_000), MANY),
        Arguments.of("10000 blocks of Samsung's, a mebibyte each", samsung(10_000), "editor"),
        Arguments.of(
            "AVIF, an item 5000 times",
            Bytes.concat(items(0x4444, 5000, 1 << 20), box("free", new byte[1 << 20])),
            "byte order mark"),
        Arguments.of(
            "JPEG XL, 1000 compressed boxes",
            ClaimFiles.jpegXl(
                repeated(1000, box("brob", ascii("xml "), ClaimFiles.brotli(new byte[65_536])))),
            MANY),
        Arguments.of(
            "20000 credits",
            jpeg(
                ClaimFiles.segment(
                    ClaimFiles.APP13,
                    ascii("Photoshop 3.0\08BIM\4\4\0\0"),
                    ClaimFiles.number(60_000),
                    repeated(10_000, ascii("\u001c\2\u006e\0\1a")))),
            MANY),
        Arguments.of(
            "two damaged compressed manifests",
            store(
                Stores.store(repeated(2, Stores.superbox("c2cm", "a", box("brob", ascii("abc")))))),
            "enough was expanded"),
        Arguments.of("hidden text of 2^32-1 bits", hidden(), "more bits"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostileFiles")
  void of_hostileFile_isReadInLittleMemoryAndWarns(String kind, byte[] file, String warning) {
    FileClaims[] claims = new FileClaims[1];
    long allocated = Allocations.during(() -> claims[0] = Claims.of(file));

    assertThat(claims[0].warnings()).anySatisfy(one -> assertThat(one).contains(warning));
    assertThat(claims[0].says()).isEmpty();
    assertThat(allocated).isLessThan(96 * MEBIBYTE);
  }

  /** A document type is refused before a parser sees it. */
  @Test
  void of_xmpWithADocumentType_readsNoFileAndExpandsNothing() {
    String entities =
        "<!DOCTYPE x [<!ENTITY a 'http://cv.iptc.org/newscodes/digitalsourcetype/"
            + "trainedAlgorithmicMedia'><!ENTITY f SYSTEM 'file:///etc/hostname'>"
            + "<!ENTITY r SYSTEM 'http://example.invalid/'>]>";
    String property = "<Iptc4xmpExt:DigitalSourceType>&a;&f;&r;</Iptc4xmpExt:DigitalSourceType>";

    FileClaims claims = Claims.of(jpeg(xmpSegment(entities + xmp(property))));
    FileClaims undefined = Claims.of(jpeg(xmpSegment(xmp(property))));

    assertThat(claims.claims()).isEmpty();
    assertThat(claims.warnings()).singleElement().asString().contains("document type");
    assertThat(undefined.claims()).isEmpty();
    assertThat(undefined.warnings()).hasSize(1);
  }

  @Test
  void expand_brotliBeyondTheLimit_isRefused() throws IOException {
    byte[] compressed = ClaimFiles.brotli(new byte[1000]);

    assertThat(Brotli.expand(ByteBuffer.wrap(compressed), 1000).limit()).isEqualTo(1000);
    assertThatThrownBy(() -> Brotli.expand(ByteBuffer.wrap(compressed), 999))
        .isInstanceOf(DamagedException.class)
        .hasMessageContaining("more than 999 bytes");
  }

  @Test
  void of_longText_isRecognisedAsAWholeAndShownCut() {
    String text = "\u00e4".repeat(300_000) + "\nSteps: 20, Sampler: a";

    FileClaims claims = Claims.of(png(text("parameters", text)));

    assertThat(claims.says()).containsExactly(ClaimKind.AI_GENERATED);
    assertThat(claims.claims().get(0).text().getBytes(StandardCharsets.UTF_8)).hasSize(4096);
    assertThat(claims.warnings()).containsExactly("Shown cut to 4096 bytes: parameters.");
  }

  /** A long text must not make a pattern try every place twice. */
  @ParameterizedTest
  @MethodSource("longTexts")
  @Timeout(value = 5, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void of_textMadeForPatterns_isReadInTime(String key, String text) {
    FileClaims claims = Claims.of(png(text(key, text)));

    assertThat(claims.says()).isEmpty();
  }

  static Stream<Arguments> longTexts() {
    return Stream.of(
        Arguments.of("parameters", "\n".repeat(1_000_000)),
        Arguments.of("parameters", "\n ".repeat(500_000)),
        Arguments.of("Software", "v1".repeat(500_000) + "\n!"),
        Arguments.of("Description", "Job ID: ".repeat(120_000)),
        Arguments.of("parameters", "{" + "\"a\":[".repeat(150_000)),
        Arguments.of("prompt", "{\"ckpt_name".repeat(90_000)));
  }

  @Test
  void of_wrongChecksum_isReportedWithTheClaim() {
    byte[] chunk = text("parameters", "a\nSteps: 20, Sampler: a");
    chunk[chunk.length - 1]++;

    FileClaims claims = Claims.of(png(chunk));

    assertThat(claims.says()).containsExactly(ClaimKind.AI_GENERATED);
    assertThat(claims.warnings()).singleElement().asString().contains("checksum");
  }

  /** A search for words would find a store here. */
  @Test
  void of_wordsOfAStore_areNone() {
    byte[] words = ascii("jumbjumdc2pac2pa.claim trainedAlgorithmicMedia");

    assertThat(Claims.of(jpeg(ClaimFiles.segment(ClaimFiles.APP11, words))).contentCredentials())
        .isEmpty();
    assertThat(Claims.of(png(text("Comment", new String(words, StandardCharsets.US_ASCII)))).says())
        .isEmpty();
  }

  @Test
  void of_manyDifferentWarnings_areCut() {
    byte[][] chunks = new byte[200][];
    for (int i = 0; i < chunks.length; i++) {
      chunks[i] = chunk("iTXt", utf8("\u00e4".repeat(100) + i));
    }

    assertThat(Claims.of(png(chunks)).warnings()).hasSizeLessThanOrEqualTo(51);
  }

  private static byte[] repeated(int times, byte[] part) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < times; i++) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static byte[] store(byte[] store) {
    return png(chunk("caBX", store));
  }

  private static byte[] nested(int depth) {
    byte[] description =
        box("jumd", ascii("c2pa\0\u0011\0\u0010\u0080\0\0\u00aa\0\u0038\u009b\u0071\3a\0"));
    ByteBuffer boxes = ByteBuffer.allocate(depth * (8 + description.length));
    while (boxes.hasRemaining()) {
      boxes.putInt(boxes.remaining()).put(ascii("jumb")).put(description);
    }
    return boxes.array();
  }

  /** A store with a box of a false size. */
  private static byte[] sized(int size) {
    return Stores.store(Bytes.concat(ClaimFiles.number(size), ascii("cbor")));
  }

  private static byte[] sizedXl() {
    byte[] size = ByteBuffer.allocate(8).putLong(Long.MAX_VALUE).array();
    return Stores.store(Bytes.concat(ClaimFiles.number(1), ascii("cbor"), size));
  }

  /** A store whose claim is this CBOR. */
  private static byte[] claim(String digits) {
    byte[] cbor = HexFormat.of().parseHex(digits);
    return Stores.store(Stores.signed("a", cbor, new byte[0], Stores.created(Stores.AI)));
  }

  private static byte[] xmpText(String content) {
    return chunk(
        "iTXt", ascii("XML:com.adobe.xmp\0\0\0\0\0"), utf8(xmp("<dc:a>" + content + "</dc:a>")));
  }

  private static String namespaces(int count) {
    StringBuilder namespaces = new StringBuilder();
    for (int i = 0; i < count; i++) {
      namespaces.append(" xmlns:a").append(i).append("='b'");
    }
    return namespaces.toString();
  }

  private static byte[] extended(int length, int offset) {
    return ClaimFiles.segment(
        ClaimFiles.APP1,
        ascii("http://ns.adobe.com/xmp/extension/\0" + "A".repeat(32)),
        ClaimFiles.number(length),
        ClaimFiles.number(offset),
        new byte[9]);
  }

  private static byte[] entry(int type, int count, int offset) {
    return ByteBuffer.allocate(26)
        .put(ascii("MM\0\u002a\0\0\0\u0008\0\1"))
        .putChar((char) ClaimFiles.SOFTWARE)
        .putChar((char) type)
        .putInt(count)
        .putInt(offset)
        .array();
  }

  private static byte[] directoryOf(int count) {
    return ByteBuffer.allocate(40)
        .put(ascii("MM\0\u002a\0\0\0\u0008"))
        .putChar((char) count)
        .array();
  }

  private static byte[] next(int directory) {
    return ByteBuffer.allocate(14)
        .put(ascii("MM\0\u002a\0\0\0\u0008\0\0"))
        .putInt(directory)
        .array();
  }

  /** Directories that share their bytes: each has all the fields behind it. */
  private static byte[] overlapping() {
    ByteBuffer file = ByteBuffer.allocate(1 << 17).put(ascii("MM\0\u002a")).putInt(8);
    // Fields that point at EXIF directories, which are the same bytes from other places on.
    file.position(8);
    int fields = 5000;
    file.putChar((char) fields);
    for (int i = 0; i < fields; i++) {
      file.putChar((char) ClaimFiles.EXIF_DIRECTORY).putChar((char) 4).putInt(1).putInt(100 + i);
    }
    return file.array();
  }

  /** Fields of one tag that share a mebibyte. */
  private static byte[] sharing(int count) {
    ByteBuffer file = ByteBuffer.allocate(1 << 21).put(ascii("MM\0\u002a\0\0\0\u0008"));
    file.putChar((char) count);
    for (int i = 0; i < count; i++) {
      file.putChar((char) ClaimFiles.SOFTWARE).putChar((char) 2).putInt(1 << 20).putInt(1 << 19);
    }
    return file.array();
  }

  /** Entries of a directory at the file's end that share one block, which is too long. */
  private static byte[] samsung(int count) {
    byte[] block = new byte[(1 << 20) + 100];
    ByteBuffer.wrap(block)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(0)
        .putInt(24)
        .put(ascii("PhotoEditor_Re_Edit_Data"));
    ByteBuffer directory = ByteBuffer.allocate(12 * (count + 1) + 8).order(ByteOrder.LITTLE_ENDIAN);
    directory.put(ascii("SEFH")).putInt(1).putInt(count);
    for (int i = 0; i < count; i++) {
      directory.putInt(0).putInt(block.length).putInt(block.length);
    }
    directory.putInt(12 * (count + 1)).put(ascii("SEFT"));
    return Bytes.concat(jpeg(), block, directory.array());
  }

  /** AVIF with one wanted item, and locations with these sizes of their numbers. */
  private static byte[] items(int sizes, int count, int length) {
    ByteArrayOutputStream locations = new ByteArrayOutputStream();
    for (int i = 0; i < count; i++) {
      locations.writeBytes(ascii("\0\1\0\0"));
      if (sizes == 0) {
        locations.writeBytes(ascii("\u00ff\u00ff"));
      } else {
        locations.writeBytes(ClaimFiles.number(0)); // the base
        locations.writeBytes(ascii("\0\1"));
        locations.writeBytes(ClaimFiles.number(0));
        locations.writeBytes(ClaimFiles.number(length));
      }
    }
    byte[] head =
        ByteBuffer.allocate(8)
            .putInt(0)
            .putChar((char) (sizes & 0xfff0))
            .putChar((char) count)
            .array();
    return Bytes.concat(
        box("ftyp", ascii("avif\0\0\0\0")),
        box(
            "meta",
            new byte[4],
            box("iinf", ascii("\0\0\0\0\0\1"), box("infe", ascii("\2\0\0\0\0\1\0\0Exif\0"))),
            box("iloc", head, locations.toByteArray())));
  }

  private static byte[] hidden() {
    byte[] text = Bytes.concat(ascii("stealth_pngcomp"), ClaimFiles.number(-1));
    int height = 8 * text.length;
    byte[] rows = new byte[5 * height];
    for (int y = 0; y < height; y++) {
      rows[5 * y + 4] = (byte) (text[y / 8] >> (7 - y % 8) & 1);
    }
    byte[] header =
        ByteBuffer.allocate(13).putInt(1).putInt(height).put((byte) 8).put((byte) 6).array();
    return ClaimFiles.pngFile(header, ClaimFiles.deflated(rows));
  }
}
