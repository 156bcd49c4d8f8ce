package org.genimage.data.claims;

import static org.assertj.core.api.Assertions.assertThat;
import static org.genimage.data.claims.ClaimFiles.ascii;
import static org.genimage.data.claims.ClaimFiles.chunk;
import static org.genimage.data.claims.ClaimFiles.png;
import static org.genimage.data.claims.ClaimFiles.text;
import static org.genimage.data.claims.ClaimFiles.xmp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.genimage.data.fuzz.Fuzzer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged metadata give warnings, and never a failure. */
@Tag("fuzz")
class ClaimsFuzzTest {

  private static final byte[] SIGNATURE =
      Stores.signature(Stores.certificate("A", "B"), Stores.claim(), "20260304050607Z");

  private static final byte[] STORE =
      Stores.store(
          Stores.superbox(
              "c2cm",
              "urn:b",
              ClaimFiles.box(
                  "brob", ClaimFiles.brotli(Stores.manifest("urn:b", Stores.created(Stores.AI))))),
          Stores.signed(
              "urn:a",
              Stores.claim(),
              SIGNATURE,
              Stores.opened(),
              Stores.ingredient("parentOf", "urn:b")));

  private static final byte[] XMP =
      ClaimFiles.utf8(
          xmp("<dc:description><rdf:Alt><rdf:li>a</rdf:li></rdf:Alt></dc:description>"));

  private static final byte[] EXIF =
      ClaimFiles.tiff(
          ByteOrder.LITTLE_ENDIAN,
          Map.of(ClaimFiles.MAKE, ascii("Canon"), 700, XMP, ClaimFiles.C2PA_TAG, STORE),
          Map.of(ClaimFiles.USER_COMMENT, ascii("UNICODE\0S\0t\0e\0p\0s\0")));

  @ParameterizedTest
  @ValueSource(strings = {"JPEG", "PNG", "WebP", "TIFF", "GIF", "AVIF", "JPEG XL", "SVG"})
  void of_damagedFile_saysSomethingOrNothing(String container) {
    Fuzzer.of(files(container).toArray(new byte[0][]))
        .run("claims in " + container, ClaimsFuzzTest::check);
  }

  /** The seeds' bytes are all in one store, so that damage hits its boxes and not the container. */
  @Test
  void of_damagedStore_isReadOrNot() {
    Fuzzer.of(STORE).run("C2PA stores", store -> check(png(chunk("caBX", store))));
  }

  @Test
  void of_damagedXmp_isReadOrNot() {
    Fuzzer.of(XMP)
        .run("XMP", xmp -> check(png(chunk("iTXt", ascii("XML:com.adobe.xmp\0\0\0\0\0"), xmp))));
  }

  @Test
  void of_damagedSignature_isReadOrNot() {
    Fuzzer.of(SIGNATURE)
        .run(
            "signatures of C2PA",
            signature ->
                Signatures.read(
                    ByteBuffer.wrap(signature), ByteBuffer.wrap(Stores.claim()), new Warnings()));
  }

  private static void check(byte[] file) {
    FileClaims claims = Claims.of(file);
    assertThat(claims.summary()).isNotEmpty();
    for (Claim claim : claims.claims()) {
      assertThat(claim.text().getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(4096);
      assertThat(claim.sentence()).isNotEmpty();
    }
  }

  private static List<byte[]> files(String container) {
    byte[] extended =
        ClaimFiles.segment(
            ClaimFiles.APP1,
            ascii("http://ns.adobe.com/xmp/extension/\0" + "A".repeat(32)),
            ClaimFiles.number(XMP.length),
            ClaimFiles.number(0),
            XMP);
    return switch (container) {
      case "JPEG" ->
          List.of(
              ClaimFiles.jpeg(
                  ClaimFiles.exifSegment(EXIF),
                  ClaimFiles.xmpSegment(xmp("xmpNote:HasExtendedXMP='" + "A".repeat(32) + "'")),
                  extended,
                  ClaimFiles.segment(
                      ClaimFiles.APP13,
                      ascii("Photoshop 3.0\08BIM\4\4\0\0\0\0\0\6"),
                      ascii("\u001c\2\u006e\0\1a")),
                  Stores.segment(STORE, 1, 1, 8, 100),
                  Stores.segment(STORE, 1, 2, 100, STORE.length)));
      case "PNG" ->
          List.of(
              png(
                  text("parameters", "a\nSteps: 20, Sampler: b"),
                  chunk(
                      "zTXt",
                      ascii("prompt\0\0"),
                      ClaimFiles.deflated(ascii("{\"1\":{\"class_type\":1}}"))),
                  chunk("eXIf", EXIF),
                  chunk("caBX", STORE)),
              ClaimFiles.pngFile(
                  new byte[] {0, 0, 0, 40, 0, 0, 0, 40, 8, 6, 0, 0, 0},
                  ClaimFiles.deflated(new byte[40 * 161])));
      case "WebP" ->
          List.of(
              ClaimFiles.webP(
                  ClaimFiles.riff("EXIF", EXIF),
                  ClaimFiles.riff("XMP ", XMP),
                  ClaimFiles.riff("C2PA", STORE)));
      case "TIFF" -> List.of(EXIF);
      case "GIF" -> List.of(ClaimFiles.gif("C2PA_GIF\1\0\0", STORE));
      case "AVIF" -> List.of(ClaimFiles.avif(EXIF, XMP));
      case "JPEG XL" ->
          List.of(
              ClaimFiles.jpegXl(
                  STORE,
                  ClaimFiles.box("xml ", XMP),
                  ClaimFiles.box("brob", ascii("Exif"), ClaimFiles.brotli(EXIF))));
      default ->
          List.of(
              ClaimFiles.utf8(
                  "<svg xmlns='http://www.w3.org/2000/svg'><metadata>"
                      + "<c:manifest xmlns:c='http://c2pa.org/manifest'>AAAA</c:manifest>"
                      + "</metadata></svg>"));
    };
  }
}
