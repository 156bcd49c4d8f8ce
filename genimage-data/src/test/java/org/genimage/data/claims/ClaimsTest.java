package org.genimage.data.claims;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.genimage.data.claims.ClaimFiles.ascii;
import static org.genimage.data.claims.ClaimFiles.chunk;
import static org.genimage.data.claims.ClaimFiles.exifSegment;
import static org.genimage.data.claims.ClaimFiles.jpeg;
import static org.genimage.data.claims.ClaimFiles.png;
import static org.genimage.data.claims.ClaimFiles.segment;
import static org.genimage.data.claims.ClaimFiles.text;
import static org.genimage.data.claims.ClaimFiles.tiff;
import static org.genimage.data.claims.ClaimFiles.utf8;
import static org.genimage.data.claims.ClaimFiles.webP;
import static org.genimage.data.claims.ClaimFiles.xmp;
import static org.genimage.data.claims.ClaimFiles.xmpChunk;
import static org.genimage.data.claims.ClaimFiles.xmpSegment;

import com.google.common.primitives.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.genimage.data.claims.FileClaims.Camera;
import org.genimage.data.image.UnreadableImageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What texts, EXIF, XMP and IPTC say, in files of every container. */
class ClaimsTest {

  private static final String PARAMETERS =
      "a house\nNegative prompt: fog\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Model: v1-5";
  private static final String GRAPH =
      "{\"4\": {\"class_type\": \"CheckpointLoaderSimple\", \"inputs\": {\"ckpt_name\": \"sd.ckpt\"}}}";
  private static final String AI_TERM =
      "Iptc4xmpExt:DigitalSourceType='http://cv.iptc.org/newscodes/digitalsourcetype/"
          + "trainedAlgorithmicMedia'";
  private static final String UUID = "0f3c1c1e-1111-4222-8333-444455556666";

  @TempDir Path folder;

  private static byte[] camera(String make, String model) {
    return tiff(
        ByteOrder.LITTLE_ENDIAN,
        Map.of(ClaimFiles.MAKE, ascii(make + "\0"), ClaimFiles.MODEL, ascii(model + "\0")));
  }

  private static byte[] comment(ByteOrder order, byte[]... comment) {
    return tiff(order, Map.of(), Map.of(ClaimFiles.USER_COMMENT, Bytes.concat(comment)));
  }

  @Test
  void of_fileWithoutMetadata_saysNothingAndThatThisMeansNothing() {
    for (byte[] file :
        new byte[][] {png(), jpeg(), webP(), ClaimFiles.gif("NETSCAPE2.0", ascii("\1"))}) {
      FileClaims claims = Claims.of(file);

      assertThat(claims.claims()).isEmpty();
      assertThat(claims.says()).isEmpty();
      assertThat(claims.camera()).isEmpty();
      assertThat(claims.contentCredentials()).isEmpty();
      assertThat(claims.warnings()).isEmpty();
      assertThat(claims.summary())
          .startsWith("The file does not say")
          .contains("Absent claims mean nothing", "not verified");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "BM", "%PDF-1.7", "<html></html>", "\u00ff\n"})
  void of_unknownFormat_saysThatNothingWasRead(String file) {
    FileClaims claims = Claims.of(ascii(file));

    assertThat(claims.format()).isEqualTo("unknown");
    assertThat(claims.warnings()).singleElement().asString().contains("nothing was read");
  }

  @Test
  void of_path_readsTheFile() throws Exception {
    Path file = Files.write(folder.resolve("a.png"), png(text("parameters", PARAMETERS)));

    assertThat(Claims.of(file)).isEqualTo(Claims.of(Files.readAllBytes(file)));
    assertThatThrownBy(() -> Claims.of(folder.resolve("none.png")))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageContaining("none.png");
  }

  static Stream<Arguments> pngTexts() {
    return Stream.of(
        Arguments.of("Stable Diffusion web UI", "parameters", PARAMETERS + ", Version: v1.10.1"),
        Arguments.of(
            "Stable Diffusion web UI (Forge)", "parameters", PARAMETERS + ", Version: f2.0"),
        Arguments.of(
            "Stable Diffusion web UI (Forge)", "parameters", PARAMETERS + ", Version: neo"),
        Arguments.of(
            "SD.Next", "parameters", "a\nSteps: 20, Seed: 1, App: SD.Next, Version: 56a8aea"),
        Arguments.of("Civitai", "parameters", PARAMETERS + ", Civitai resources: []"),
        Arguments.of("ComfyUI", "prompt", GRAPH),
        Arguments.of("ComfyUI", "workflow", "{\"nodes\": [], \"links\": []}"),
        Arguments.of("SwarmUI", "parameters", "{\"sui_image_params\": {}}"),
        Arguments.of("RuinedFooocus", "parameters", "{\"software\": \"RuinedFooocus\"}"),
        Arguments.of("Fooocus", "parameters", "{\"prompt\": \"a\", \"base_model\": \"b\"}"),
        Arguments.of(
            "Hugging Face Space", "parameters", "{\"Model\": \"a\", \"resolution\": \"b\"}"),
        Arguments.of("Hugging Face Space", "hf-job-id", "0123"),
        Arguments.of("InvokeAI", "invokeai_metadata", "{\"positive_prompt\": \"a\"}"),
        Arguments.of("InvokeAI", "sd-metadata", "{\"app_id\": \"invoke-ai/InvokeAI\"}"),
        Arguments.of("InvokeAI", "Dream", "\"a house\" -s 50 -S 1234"),
        Arguments.of("TensorArt", "generation_data", "{\"prompt\": \"a\"}"),
        Arguments.of("Stability Matrix", "parameters-json", "{\"PositivePrompt\": \"a\"}"),
        Arguments.of("Easy Diffusion", "use_stable_diffusion_model", "sd-v1-5"),
        Arguments.of("NovelAI", "Software", "NovelAI"),
        Arguments.of("NovelAI", "Source", "NovelAI Diffusion V4.5 4BDE2A90"),
        Arguments.of("Midjourney", "Description", "a house --v 6.1 Job ID: " + UUID),
        Arguments.of("AIGC label (GB 45438)", "AIGC", "{\"Label\":\"1\"}"));
  }

  @ParameterizedTest(name = "{0} by {1}")
  @MethodSource("pngTexts")
  void of_pngText_namesItsTool(String tool, String key, String value) {
    FileClaims claims = Claims.of(png(text(key, value)));

    assertThat(claims.says()).containsExactly(ClaimKind.AI_GENERATED);
    assertThat(claims.tool()).contains(tool);
    assertThat(claims.claims())
        .singleElement()
        .satisfies(
            claim -> {
              assertThat(claim.source()).isEqualTo(ClaimSource.PNG_TEXT);
              assertThat(claim.field()).isEqualTo(key);
              assertThat(claim.text()).isEqualTo(value);
              assertThat(claim.verified()).isFalse();
              assertThat(claim.sentence())
                  .contains("a trained model made the image", tool, "not verified");
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Comment     | Not made by Midjourney, Stable Diffusion or DALL-E; Steps: 20",
        "Comment     | Created with GIMP",
        "Title       | NovelAI generated image",
        "Software    | GIMP 2.10.36",
        "Software    | Midjourney fan club",
        "Description | My Job ID: 12",
        "parameters  | Steps: 20",
        "prompt      | a house",
        "parameters  | {\"prompt\": \"a\"}",
        "AIGC        | {\"Label\":\"3\"}",
      })
  void of_pngTextThatOnlyMentions_claimsNothing(String key, String value) {
    assertThat(Claims.of(png(text(key, value))).says()).isEmpty();
  }

  @Test
  void of_graphBesideParametersWithoutAName_areOneTools() {
    FileClaims claims = Claims.of(png(text("parameters", PARAMETERS), text("prompt", GRAPH)));

    assertThat(claims.claims()).extracting(claim -> claim.tool().get()).containsOnly("ComfyUI");
    assertThat(claims.tool()).contains("ComfyUI");
    assertThat(claims.claims().get(1).model()).contains("sd.ckpt");
  }

  @Test
  void of_compressedTextBehindThePixels_isRead() {
    byte[] deflated = ClaimFiles.deflated(utf8(PARAMETERS.replace("house", "Häuschen 家")));
    byte[] end = chunk("IEND");
    byte[] file = png();

    byte[] zipped =
        Bytes.concat(
            Arrays.copyOf(file, file.length - end.length),
            chunk("zTXt", ascii("parameters\0\0"), deflated),
            end);
    byte[] international =
        Bytes.concat(
            Arrays.copyOf(file, file.length - end.length),
            chunk("iTXt", ascii("parameters\0\1\0de\0\0"), deflated),
            end);

    assertThat(Claims.of(zipped)).isEqualTo(Claims.of(international));
    assertThat(Claims.of(zipped).claims().get(0).text()).startsWith("a Häuschen 家\n");
    assertThat(Claims.of(zipped).claims().get(0).model()).contains("v1-5");
  }

  @Test
  void of_latinText_isDecodedAsLatin1() {
    byte[] file = png(chunk("tEXt", ascii("parameters\0a h\u00e4user\nSteps: 2, Seed: 1")));

    assertThat(Claims.of(file).claims().get(0).text()).startsWith("a h\u00e4user");
  }

  @Test
  void of_rawProfiles_areRead() {
    String exif = HexFormat.of().formatHex(camera("Canon", "R5"));
    byte[] profile = text("Raw profile type exif", "\nexif\n    99\n" + exif);

    assertThat(Claims.of(png(profile)).camera()).contains(new Camera("Canon", "R5"));
  }

  @Test
  void of_textHiddenInAlpha_isRead() throws Exception {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
      out.write(utf8("{\"Software\": \"NovelAI\", \"Source\": \"NovelAI Diffusion V4\"}"));
    }
    for (int height : new int[] {7, 200}) {
      FileClaims claims = Claims.of(hidden("stealth_pngcomp", zipped.toByteArray(), height));

      assertThat(claims.says()).containsExactly(ClaimKind.AI_GENERATED);
      assertThat(claims.tool()).contains("NovelAI");
      assertThat(claims.claims()).extracting(Claim::source).containsOnly(ClaimSource.ALPHA_BITS);
      assertThat(claims.warnings()).isEmpty();
    }
    assertThat(Claims.of(hidden("stealth_pnginfo", utf8(PARAMETERS), 50)).tool())
        .contains("Stable Diffusion web UI");
  }

  /** A PNG file with a text in its lowest bits of alpha, of which rows have different filters. */
  private static byte[] hidden(String name, byte[] text, int height) {
    byte[] hidden = Bytes.concat(ascii(name), ClaimFiles.number(8 * text.length), text);
    int width = (8 * hidden.length + height - 1) / height;
    ByteBuffer rows = ByteBuffer.allocate(height * (1 + 4 * width));
    int[] above = new int[width];
    for (int y = 0; y < height; y++) {
      boolean up = y % 2 == 1;
      rows.put((byte) (up ? 2 : 1));
      int left = 0;
      for (int x = 0; x < width; x++) {
        int index = x * height + y;
        int bit = index / 8 < hidden.length ? hidden[index / 8] >> (7 - index % 8) & 1 : 0;
        int alpha = 254 + bit;
        rows.put(new byte[] {9, 9, 9, (byte) (alpha - (up ? above[x] : left))});
        above[x] = alpha;
        left = alpha;
      }
    }
    byte[] header =
        ByteBuffer.allocate(13).putInt(width).putInt(height).put((byte) 8).put((byte) 6).array();
    return ClaimFiles.pngFile(header, ClaimFiles.deflated(rows.array()));
  }

  @Test
  void of_camera_isNamedWithoutAnAiClaim() {
    FileClaims claims = Claims.of(jpeg(exifSegment(camera("Canon", "Canon EOS R5"))));

    assertThat(claims.says()).containsExactly(ClaimKind.CAMERA);
    assertThat(claims.camera()).contains(new Camera("Canon", "Canon EOS R5"));
    assertThat(claims.tool()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Black Forest Labs | flux-dev          | FLUX",
        "Ideogram AI       | Ideogram          | Ideogram",
        "workflow:{\"nodes\":[],\"links\":[]} | prompt:{\"1\":{\"class_type\":\"A\"}} | ComfyUI",
      })
  void of_makeThatIsAGenerator_isNoCamera(String make, String model, String tool) {
    FileClaims claims = Claims.of(webP(ClaimFiles.riff("EXIF", camera(make, model))));

    assertThat(claims.says()).containsExactly(ClaimKind.AI_GENERATED);
    assertThat(claims.camera()).isEmpty();
    assertThat(claims.tool()).contains(tool);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "NovelAI Diffusion V4.5 C02D4F98      |         | NovelAI",
        "Adobe Firefly                        |         | Adobe Firefly",
        "Fooocus v2.5.5                       |         | Fooocus",
        "AI generated;img2img;flux            |         | FLUX",
        "56c0ca36-7be1-4bce-a593-949f3ae4322e | ai      | Civitai",
      })
  void of_softwareOfAGenerator_isAClaim(String software, String artist, String tool) {
    byte[] exif =
        tiff(
            ByteOrder.BIG_ENDIAN,
            artist == null
                ? Map.of(ClaimFiles.SOFTWARE, ascii(software))
                : Map.of(ClaimFiles.SOFTWARE, ascii(software), ClaimFiles.ARTIST, ascii(artist)));

    assertThat(Claims.of(jpeg(exifSegment(exif))).says()).containsExactly(ClaimKind.AI_GENERATED);
    assertThat(Claims.of(png(chunk("eXIf", exif))).tool()).contains(tool);
  }

  @Test
  void of_signatureWithAUuidAsArtist_isGroks() {
    byte[] exif =
        tiff(
            ByteOrder.BIG_ENDIAN,
            Map.of(
                ClaimFiles.IMAGE_DESCRIPTION,
                ascii("Signature: " + "Ab+/".repeat(16)),
                ClaimFiles.ARTIST,
                ascii(UUID)));

    assertThat(Claims.of(jpeg(exifSegment(exif))).tool()).contains("Grok");
  }

  @Test
  void of_softwareOfAnEditor_isADetail() {
    byte[] exif =
        tiff(ByteOrder.BIG_ENDIAN, Map.of(ClaimFiles.SOFTWARE, ascii("Adobe Photoshop 26")));

    FileClaims claims = Claims.of(jpeg(exifSegment(exif)));

    assertThat(claims.says()).isEmpty();
    assertThat(claims.claims()).extracting(Claim::kind).containsExactly(ClaimKind.DETAIL);
  }

  /** Writers disagree about the byte order of a comment: it is not always the structure's. */
  @Test
  void of_userComment_isReadInEveryEncoding() {
    String text = "灯台, " + PARAMETERS;
    for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
      for (byte[] exif :
          new byte[][] {
            comment(order, ascii("UNICODE\0"), text.getBytes(StandardCharsets.UTF_16BE)),
            comment(order, ascii("UNICODE\0"), text.getBytes(StandardCharsets.UTF_16LE)),
            comment(order, ascii("UNICODE\0"), text.getBytes(StandardCharsets.UTF_16)),
            comment(order, ascii("ASCII\0\0\0"), utf8(text)),
            comment(order, new byte[8], utf8(text)),
            comment(order, utf8(text))
          }) {
        FileClaims claims = Claims.of(jpeg(exifSegment(exif)));

        assertThat(claims.claims()).extracting(Claim::text).containsExactly(text);
        assertThat(claims.says()).containsExactly(ClaimKind.AI_GENERATED);
        assertThat(claims.warnings()).isEmpty();
      }
    }
    byte[] japanese =
        comment(ByteOrder.BIG_ENDIAN, ascii("UNICODE\0"), "灯台".getBytes(StandardCharsets.UTF_16BE));
    assertThat(
            ExifReader.comment(
                ByteBuffer.wrap(
                    Bytes.concat(ascii("UNICODE\0"), "灯台".getBytes(StandardCharsets.UTF_16BE)))))
        .isEqualTo("灯台");
    assertThat(Claims.of(jpeg(exifSegment(japanese))).says()).isEmpty();
  }

  @Test
  void of_jpegComment_isRead() {
    assertThat(Claims.of(jpeg(segment(ClaimFiles.COMMENT, utf8(GRAPH)))).tool())
        .contains("ComfyUI");
  }

  @Test
  void of_exifDirectoryWithoutAnEnd_givesNoWarning() {
    byte[] whole = comment(ByteOrder.BIG_ENDIAN, ascii("ASCII\0\0\0"), ascii(PARAMETERS));
    // Some writers leave out the number at the end of EXIF's directory.
    byte[] exif = whole.clone();
    int directory = ByteBuffer.wrap(exif).getInt(8 + 2 + 8);
    ByteBuffer.wrap(exif).putInt(directory + 14, 0x6120686f);

    assertThat(Claims.of(jpeg(exifSegment(exif))).warnings()).isEmpty();
  }

  static Stream<Arguments> sourceTypes() {
    String cv = "http://cv.iptc.org/newscodes/digitalsourcetype/";
    return Stream.of(
        Arguments.of(cv + "trainedAlgorithmicMedia", ClaimKind.AI_GENERATED),
        Arguments.of("https" + cv.substring(4) + "trainedAlgorithmicMedia", ClaimKind.AI_GENERATED),
        Arguments.of("digsrctype:trainedAlgorithmicMedia", ClaimKind.AI_GENERATED),
        Arguments.of(cv + "compositeWithTrainedAlgorithmicMedia", ClaimKind.PARTLY_AI),
        Arguments.of(cv + "compositeSynthetic", ClaimKind.PARTLY_AI),
        Arguments.of(cv + "algorithmicMedia", ClaimKind.ALGORITHMIC),
        Arguments.of(cv + "digitalCapture", ClaimKind.CAMERA),
        Arguments.of(" " + cv + "computationalCapture", ClaimKind.CAMERA),
        Arguments.of(
            "http://c2pa.org/digitalsourcetype/trainedAlgorithmicData", ClaimKind.AI_GENERATED),
        Arguments.of(cv + "composite", ClaimKind.DETAIL),
        Arguments.of(cv + "digitalCreation", ClaimKind.DETAIL),
        Arguments.of("javascript:trainedAlgorithmicMedia", ClaimKind.DETAIL));
  }

  @ParameterizedTest
  @MethodSource("sourceTypes")
  void of_digitalSourceType_saysWhatTheTermMeans(String term, ClaimKind kind) {
    String property = "Iptc4xmpExt:DigitalSourceType";
    String[] forms = {
      property + "='" + term + "'",
      "<" + property + ">" + term + "</" + property + ">",
      "<" + property + " rdf:resource='" + term + "'/>",
      "<" + property + "><rdf:Bag><rdf:li>" + term + "</rdf:li></rdf:Bag></" + property + ">"
    };
    for (String form : forms) {
      String xmp =
          xmp(form).replace("Iptc4xmpExt:", "other:").replace("xmlns:Iptc4xmpExt", "xmlns:other");
      for (byte[] file : new byte[][] {jpeg(xmpSegment(xmp(form))), jpeg(xmpSegment(xmp))}) {
        FileClaims claims = Claims.of(file);

        assertThat(claims.claims())
            .singleElement()
            .satisfies(
                claim -> {
                  assertThat(claim.kind()).isEqualTo(kind);
                  assertThat(claim.field()).isEqualTo(property);
                  assertThat(claim.text()).isEqualTo(term.strip());
                });
        assertThat(claims.warnings()).isEmpty();
      }
    }
  }

  @Test
  void of_xmpInEveryContainer_isRead() {
    byte[] xmp = utf8(xmp(AI_TERM));
    byte[] exif = tiff(ByteOrder.BIG_ENDIAN, Map.of(ClaimFiles.SOFTWARE, ascii("An editor")));
    byte[] gif = xmpInGif(xmp);
    byte[][] files = {
      jpeg(xmpSegment(xmp(AI_TERM))),
      png(xmpChunk(AI_TERM)),
      webP(ClaimFiles.riff("XMP ", xmp)),
      tiff(ByteOrder.LITTLE_ENDIAN, Map.of(700, xmp)),
      gif,
      ClaimFiles.avif(exif, xmp),
      ClaimFiles.jpegXl(ClaimFiles.box("xml ", xmp)),
      ClaimFiles.jpegXl(ClaimFiles.box("brob", ascii("xml "), ClaimFiles.brotli(xmp))),
      utf8(
          "<svg xmlns='http://www.w3.org/2000/svg'><metadata>"
              + xmp(AI_TERM).replaceAll("<\\?[^>]*>", "")
              + "</metadata></svg>")
    };
    for (byte[] file : files) {
      FileClaims claims = Claims.of(file);

      assertThat(claims.says()).as(claims.toString()).containsExactly(ClaimKind.AI_GENERATED);
      assertThat(claims.warnings()).as(claims.toString()).isEmpty();
    }
    assertThat(Claims.of(files[5]).claims()).extracting(Claim::text).contains("An editor");
  }

  /** XMP lies in a GIF file as it is; 258 bytes behind it end it as sub-blocks. */
  private static byte[] xmpInGif(byte[] xmp) {
    byte[] trailer = new byte[258];
    trailer[0] = 1;
    for (int i = 1; i <= 256; i++) {
      trailer[i] = (byte) (256 - i);
    }
    byte[] gif = ClaimFiles.gif("XMP DataXMP", new byte[0]);
    int start = 13 + 3 + 11;
    byte[] end = Arrays.copyOfRange(gif, start + 1, gif.length);
    return Bytes.concat(Arrays.copyOf(gif, start), xmp, trailer, end);
  }

  /** Newer versions have wide numbers, and items within the box of metadata. */
  @Test
  void of_itemsOfHeif_areReadFromTheBoxOfData() {
    byte[] xmp = utf8(xmp(AI_TERM));
    byte[] items =
        ClaimFiles.box(
            "iinf",
            ascii("\1\0\0\0\0\0\0\1"),
            ClaimFiles.box("infe", ascii("\3\0\0\0\0\0\0\7\0\0mime\0application/rdf+xml\0")));
    byte[] locations =
        ClaimFiles.box(
            "iloc",
            ascii("\2\0\0\0\u0044\0\0\0\0\1"), // an offset and a length of four bytes
            ascii("\0\0\0\7\0\1\0\0\0\2"), // item 7, within, two parts
            ClaimFiles.number(3),
            ClaimFiles.number(100),
            ClaimFiles.number(103),
            ClaimFiles.number(xmp.length - 100));
    byte[] file =
        Bytes.concat(
            ClaimFiles.box("ftyp", ascii("heic\0\0\0\0mif1")),
            ClaimFiles.box(
                "meta", new byte[4], locations, items, ClaimFiles.box("idat", new byte[3], xmp)));

    assertThat(Claims.of(file).format()).isEqualTo("HEIC");
    assertThat(Claims.of(file).says()).containsExactly(ClaimKind.AI_GENERATED);
    assertThat(Claims.of(file).warnings()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Iptc4xmpExt:AISystemUsed='Painter'",
        "Iptc4xmpExt:AIPromptInformation='a house'",
        "photoshop:Credit='Made with Google AI'",
        "TC260:AIGC='{\"Label\":\"1\"}'",
        "xmp:CreatorTool='Draw Things'",
        "exif:UserComment='{\"c\": \"a\", \"uc\": \"\", \"sampler\": \"b\"}'",
      })
  void of_otherPropertiesOfXmp_areClaims(String property) {
    assertThat(Claims.of(png(xmpChunk(property))).says()).containsExactly(ClaimKind.AI_GENERATED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "photoshop:Credit='Not Made with Google AI'",
        "xmp:CreatorTool='Adobe Photoshop 26.9'",
        "<dc:description><rdf:Alt><rdf:li>by Midjourney</rdf:li></rdf:Alt></dc:description>",
        // Of an image within this one.
        "<xmp:Thumbnails rdf:parseType='Resource'><Iptc4xmpExt:AISystemUsed>a"
            + "</Iptc4xmpExt:AISystemUsed></xmp:Thumbnails>",
      })
  void of_propertiesThatDoNotClaim_sayNothing(String property) {
    FileClaims claims = Claims.of(png(xmpChunk(property)));

    assertThat(claims.says()).isEmpty();
    assertThat(claims.warnings()).isEmpty();
  }

  @Test
  void of_extendedXmp_isJoinedInAnyOrder() {
    byte[] whole = utf8(xmp(AI_TERM));
    String id = "0123456789ABCDEF0123456789ABCDEF";
    byte[] main = xmpSegment(xmp("xmpNote:HasExtendedXMP='" + id + "'"));
    byte[] first = extended(id, whole, 0, 100);
    byte[] second = extended(id, whole, 100, whole.length);

    assertThat(Claims.of(jpeg(second, main, first)).says()).containsExactly(ClaimKind.AI_GENERATED);
    assertThat(Claims.of(jpeg(main, first)).warnings())
        .singleElement()
        .asString()
        .contains("missing");
    assertThat(Claims.of(jpeg(first, second)).says()).isEmpty();
  }

  private static byte[] extended(String id, byte[] whole, int start, int end) {
    return segment(
        ClaimFiles.APP1,
        ascii("http://ns.adobe.com/xmp/extension/\0" + id),
        ClaimFiles.number(whole.length),
        ClaimFiles.number(start),
        Arrays.copyOfRange(whole, start, end));
  }

  @Test
  void of_iptcCredit_isAClaim() {
    byte[] credit = utf8("Edited with Google AI");
    byte[] iptc = Bytes.concat(ascii("\u001c\2\u006e\0" + (char) credit.length), credit);
    byte[] resource =
        Bytes.concat(
            ascii("8BIM\4\4\0\0"), ClaimFiles.number(iptc.length), iptc, new byte[iptc.length % 2]);
    byte[] file = jpeg(segment(ClaimFiles.APP13, ascii("Photoshop 3.0\0"), resource));

    assertThat(Claims.of(file).says()).containsExactly(ClaimKind.PARTLY_AI);
    assertThat(Claims.of(file).claims().get(0).source()).isEqualTo(ClaimSource.IPTC);
  }

  @Test
  void of_editorsBlockBehindTheImage_isRead() {
    String name = "PhotoEditor_Re_Edit_Data";
    byte[] content = utf8("{\"genAIType\": 1}");
    ByteBuffer trailer =
        ByteBuffer.allocate(8 + name.length() + content.length + 24 + 8)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(0x0ba10000)
            .putInt(name.length())
            .put(ascii(name))
            .put(content);
    int size = trailer.position();
    trailer.put(ascii("SEFH")).putInt(107).putInt(1).putInt(0x0ba10000).putInt(size).putInt(size);
    trailer.putInt(24).put(ascii("SEFT"));
    FileClaims claims = Claims.of(Bytes.concat(jpeg(), trailer.array()));

    assertThat(claims.says()).containsExactly(ClaimKind.PARTLY_AI);
    assertThat(claims.tool()).contains("Galaxy AI");
    assertThat(claims.warnings()).isEmpty();
  }

  @Test
  void of_addressOfAManifest_isReportedAlone() {
    FileClaims claims = Claims.of(png(xmpChunk("dcterms:provenance='http://example.invalid/1'")));

    assertThat(claims.remoteManifest()).contains("http://example.invalid/1");
    assertThat(claims.says()).isEmpty();
    assertThat(claims.contentCredentials()).isEmpty();
  }

  @Test
  void of_fieldThatOccursTwice_isReadTwice() {
    byte[] parameters = png(text("parameters", "a house"), text("parameters", PARAMETERS));
    byte[] credits =
        png(
            xmpChunk("photoshop:Credit='Anna'"),
            xmpChunk("photoshop:Credit='Made with Google AI'"));

    assertThat(Claims.of(parameters).says()).containsExactly(ClaimKind.AI_GENERATED);
    assertThat(Claims.of(credits).says()).containsExactly(ClaimKind.AI_GENERATED);
  }

  @Test
  void says_generatedAndPartly_isGenerated() {
    FileClaims claims =
        Claims.of(
            png(
                text("parameters", PARAMETERS),
                xmpChunk("photoshop:Credit='Edited with Google AI'")));

    assertThat(claims.claims()).extracting(Claim::kind).contains(ClaimKind.PARTLY_AI);
    assertThat(claims.says()).containsExactly(ClaimKind.AI_GENERATED);
  }

  @Test
  void visible_charactersThatDeceive_areEscapes() {
    assertThat(Claims.visible("a\u001b[2J\u202eb\r\nc\td\u200db"))
        .isEqualTo("a\\u001b[2J\\u202eb\nc\td\u200db");
    FileClaims claims = Claims.of(png(text("parameters", "\u202e<b>\u001b" + PARAMETERS)));

    assertThat(claims.claims().get(0).text()).startsWith("\u202e<b>\u001b");
    assertThat(claims.warnings()).singleElement().asString().contains("control characters");
    assertThat(claims.summary() + claims.claims().get(0).sentence() + claims.warnings())
        .doesNotContain("\u202e", "\u001b");
  }
}
