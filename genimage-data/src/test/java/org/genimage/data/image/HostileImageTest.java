package org.genimage.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.ByteSource;
import com.google.common.io.Resources;
import com.google.common.primitives.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.genimage.data.fuzz.Allocations;
import org.genimage.data.image.Decoding.Orientation;
import org.genimage.data.image.Decoding.Truncated;
import org.genimage.data.reference.ReferenceData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Small files that claim much, or that made an earlier version loop. */
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileImageTest {

  private static final long MEBIBYTE = 1 << 20;
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10};

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostileFiles")
  void read_smallFileThatClaimsMuch_isRefusedWithLittleMemory(String kind, byte[] file) {
    for (Decoding decoding :
        List.of(Decoding.PILLOW, Decoding.PILLOW.orientation(Orientation.APPLIED))) {
      assertThat(Allocations.during(() -> assertRefused(file, decoding))).isLessThan(64 * MEBIBYTE);
    }
  }

  /** In a process of its own, whose heap is resident from the start: what comes is native. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void read_smallFilesThatClaimMuch_takeLittleNativeMemory() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:+AlwaysPreTouch",
                "-Xms192m",
                "-Xmx192m",
                "-cp",
                System.getProperty("java.class.path"),
                Resident.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<String> lines = process.inputReader().lines().toList();

    assertThat(process.waitFor()).isZero();
    assertThat(Long.parseLong(lines.get(lines.size() - 1))).isLessThan(64 * 1024);
  }

  /** Prints by how many KiB the peak of the resident memory grows while hostile files are read. */
  static final class Resident {

    private Resident() {}

    public static void main(String[] arguments) throws IOException {
      byte[] png = Image.of(9, 9, new byte[243]).toPng();
      byte[] jpeg = Image.of(9, 9, new byte[243]).toJpeg(50);
      Image.read("a", ByteSource.wrap(png));
      Image.read("a", ByteSource.wrap(jpeg));
      long before = peak();
      hostileFiles().forEach(Resident::read);
      System.out.println(peak() - before);
    }

    private static void read(Arguments file) {
      assertRefused((byte[]) file.get()[1], Decoding.PILLOW);
    }

    private static long peak() throws IOException {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .map(line -> line.replaceAll("\\D", ""))
          .mapToLong(Long::parseLong)
          .findFirst()
          .orElseThrow();
    }
  }

  private static Stream<Arguments> hostileFiles() {
    return Stream.of(
        Arguments.of("WebP, chunk of length -8", webP(-8)),
        Arguments.of("WebP, chunk of length -1", webP(-1)),
        Arguments.of("WebP, chunk of 2 GiB", webP(Integer.MAX_VALUE)),
        Arguments.of("WebP, frame of length -1", webPFrame()),
        Arguments.of("PNG, text of 1.8 GB", png(1, 1, 8, 2, chunk("tEXt", 1_800_000_000, "a"))),
        Arguments.of("PNG, 178956970 pixels in a row", png(178_956_970, 1, 16, 6)),
        Arguments.of("PNG, 13000x13000 without data", png(13_000, 13_000, 8, 2)),
        Arguments.of("BMP, embedded JPEG", bmp(40, 64, 64, 0, 4, 1 << 30)),
        Arguments.of("BMP, embedded PNG", bmp(40, 64, 64, 0, 5, 1 << 30)),
        Arguments.of("BMP, 13000x13000 without data", bmp(40, 13_000, 13_000, 24, 0, 0)),
        Arguments.of("BMP, palette of 1 GiB", bmp(40, 2, 2, 8, 0, 1 << 28)),
        Arguments.of("BMP, height -2^31", bmp(40, 1, Integer.MIN_VALUE, 24, 0, 0)),
        Arguments.of("PPM, blanks", ppm(" ".repeat(5000))),
        Arguments.of("PPM, comments", ppm("#\n".repeat(2500))),
        Arguments.of("PPM, one comment", ppm("\n#" + "x".repeat(5000))),
        Arguments.of("TIFF, strip of 2 GB", tiff(9, 9, 5, 273, 8, 279, Integer.MAX_VALUE)),
        Arguments.of("TIFF, strip at 2 GB", tiff(9, 9, 1, 273, Integer.MAX_VALUE, 279, 81)),
        Arguments.of("TIFF, 13000x13000 of LZW", tiff(13_000, 13_000, 5, 273, 8, 279, 9)),
        Arguments.of("TIFF, 13000x13000 of deflate", tiff(13_000, 13_000, 8, 273, 8, 279, 9)),
        Arguments.of(
            "TIFF, tiles of 4 EiB",
            tiff(9, 9, 1, 322, Integer.MAX_VALUE, 323, Integer.MAX_VALUE, 324, 8, 325, 81)),
        Arguments.of("TIFF, no strips", tiff(9, 9, 1)),
        Arguments.of("TIFF, fax of 2 GB", tiff(9, 9, 4, 273, 8, 279, Integer.MAX_VALUE)),
        Arguments.of("TIFF, directory that is its own", tiffDirectoryAt(4)),
        Arguments.of("TIFF, directory after the file", tiffDirectoryAt(-1)),
        Arguments.of("JPEG, 13000x13000 without data", jpeg(13_000, 13_000, 3)),
        Arguments.of("JPEG, CMYK of 13000x13000 without data", jpeg(13_000, 13_000, 4)),
        Arguments.of("GIF, 13000x13000 without data", gif(13_000, 13_000)));
  }

  private static void assertRefused(byte[] file, Decoding decoding) {
    assertThatThrownBy(() -> Image.read("small", ByteSource.wrap(file), decoding))
        .isInstanceOf(UnreadableImageException.class)
        .message()
        .startsWith("small: expected a ")
        .hasLineCount(1);
  }

  private static byte[] webP(int length) {
    return ByteBuffer.allocate(28)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put("RIFF".getBytes(StandardCharsets.US_ASCII))
        .putInt(20)
        .put("WEBPJUNK".getBytes(StandardCharsets.US_ASCII))
        .putInt(length)
        .array();
  }

  private static byte[] webPFrame() {
    byte[] file = webP(-1);
    System.arraycopy("VP8L".getBytes(StandardCharsets.US_ASCII), 0, file, 12, 4);
    return file;
  }

  private static byte[] chunk(String kind, int claimed, String content) {
    byte[] bytes = (kind + content).getBytes(StandardCharsets.ISO_8859_1);
    CRC32 checksum = new CRC32();
    checksum.update(bytes);
    return ByteBuffer.allocate(8 + bytes.length)
        .putInt(claimed)
        .put(bytes)
        .putInt((int) checksum.getValue())
        .array();
  }

  private static byte[] png(int width, int height, int depth, int colours, byte[]... chunks) {
    byte[] header =
        ByteBuffer.allocate(13)
            .putInt(width)
            .putInt(height)
            .put((byte) depth)
            .put((byte) colours)
            .array();
    byte[] file =
        Bytes.concat(SIGNATURE, chunk("IHDR", 13, new String(header, StandardCharsets.ISO_8859_1)));
    for (byte[] chunk : chunks) {
      file = Bytes.concat(file, chunk);
    }
    return Bytes.concat(file, chunk("IDAT", 0, ""), chunk("IEND", 0, ""));
  }

  private static byte[] bmp(
      int header, int width, int height, int bits, int compression, int colours) {
    return ByteBuffer.allocate(54)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) 'B')
        .put((byte) 'M')
        .putInt(54)
        .putInt(0)
        .putInt(54)
        .putInt(header)
        .putInt(width)
        .putInt(height)
        .putChar((char) 1)
        .putChar((char) bits)
        .putInt(compression)
        .putInt(colours) // of an embedded image, the size
        .putLong(0)
        .putInt(colours)
        .array();
  }

  private static byte[] ppm(String blanks) {
    return ("P6" + blanks + "1 1 255\nabc").getBytes(StandardCharsets.US_ASCII);
  }

  /** A TIFF of 8-bit grey with one directory, after 81 bytes of data. */
  private static byte[] tiff(int width, int height, int compression, int... more) {
    int[] fields = {256, width, 257, height, 258, 8, 259, compression, 262, 1, 277, 1};
    int[] all = new int[fields.length + more.length];
    System.arraycopy(fields, 0, all, 0, fields.length);
    System.arraycopy(more, 0, all, fields.length, more.length);
    ByteBuffer file = ByteBuffer.allocate(95 + 6 * all.length).order(ByteOrder.LITTLE_ENDIAN);
    file.put((byte) 'I').put((byte) 'I').putChar((char) 42).putInt(89);
    file.putChar(89, (char) (all.length / 2));
    for (int i = 0; i < all.length; i += 2) {
      int at = 91 + 6 * i;
      file.putChar(at, (char) all[i]).putChar(at + 2, (char) 4).putInt(at + 4, 1);
      file.putInt(at + 8, all[i + 1]);
    }
    return file.array();
  }

  private static byte[] tiffDirectoryAt(int offset) {
    byte[] file = tiff(9, 9, 1);
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(4, offset);
    return file;
  }

  private static byte[] jpeg(int width, int height, int components) {
    ByteBuffer file = ByteBuffer.allocate(100);
    file.putInt(0xffd8ffc0).putChar((char) (8 + 3 * components)).put((byte) 8);
    file.putChar((char) height).putChar((char) width).put((byte) components);
    for (int c = 1; c <= components; c++) {
      file.put((byte) c).put((byte) 0x11).put((byte) 0);
    }
    return file.array();
  }

  private static byte[] gif(int width, int height) {
    ByteBuffer file = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
    file.put("GIF89a".getBytes(StandardCharsets.US_ASCII));
    file.putChar((char) width).putChar((char) height).put((byte) 0x80).putChar((char) 0);
    file.put(new byte[6]); // two colours
    file.put((byte) 0x2c).putInt(0).putChar((char) width).putChar((char) height).put((byte) 0);
    return file.put((byte) 2).put((byte) 1).put((byte) 5).put((byte) 0).put((byte) 0x3b).array();
  }

  /** Pillow pads them, at the size that the header states; this takes the pixels' memory alone. */
  @Test
  void read_pngWithoutDataPadded_isBlack() {
    byte[] file = png(1000, 999, 16, 6);

    Image image =
        Image.read("a", ByteSource.wrap(file), Decoding.PILLOW.truncated(Truncated.PADDED));

    assertThat(image.rgb()).isEqualTo(new byte[3 * 1000 * 999]);
  }

  @Test
  void read_pngWithGoodPixelsAndBadChunks_isRead() {
    byte[] text = ReferenceData.bytes("images/png_rgb.png");
    byte[] expected = Image.read("a", ByteSource.wrap(text)).rgb();
    byte[] bomb = chunk("zTXt", 3 + deflatedZeros().length, "a\0\0" + text(deflatedZeros()));
    byte[] end = chunk("eXIf", -12, "\0\0\0\0");
    Decoding upright = Decoding.PILLOW.orientation(Orientation.APPLIED);

    for (byte[] more : List.of(bomb, end, Bytes.concat(end, end))) {
      byte[] behind = Bytes.concat(text, more);
      byte[] between = Bytes.concat(Arrays.copyOf(text, 33), bomb, tail(text, 33));

      assertThat(Image.read("a", ByteSource.wrap(behind), upright).rgb()).isEqualTo(expected);
      assertThat(Image.read("a", ByteSource.wrap(between), upright).rgb()).isEqualTo(expected);
    }
  }

  private static byte[] tail(byte[] bytes, int start) {
    return Arrays.copyOfRange(bytes, start, bytes.length);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] deflatedZeros() {
    Deflater deflater = new Deflater();
    deflater.setInput(new byte[8 << 20]);
    deflater.finish();
    byte[] deflated = new byte[1 << 14];
    return Arrays.copyOf(deflated, deflater.deflate(deflated));
  }

  /** Each scan costs as much time as the image has pixels. */
  @Test
  void read_jpegOfThousandsOfScans_isRefused() throws IOException {
    byte[] file = Resources.toByteArray(Resources.getResource("formats/jpeg_grey_progressive.jpg"));
    ByteArrayOutputStream scans = new ByteArrayOutputStream();
    scans.write(file, 0, file.length - 2);
    byte[] scan = {(byte) 0xff, (byte) 0xda, 0, 8, 1, 1, 0, 1, 63, 0};
    for (int i = 0; i < 1000; i++) {
      scans.write(scan);
    }
    scans.write(new byte[] {(byte) 0xff, (byte) 0xd9});

    assertThatThrownBy(() -> Image.read("a.jpg", ByteSource.wrap(scans.toByteArray())))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageContaining("scans, of which 500 are read");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.png", "b.txt"})
  void read_errorsOfTheVirtualMachine_areTheImagesFailure(String name) {
    for (Error error :
        List.of(
            new OutOfMemoryError("Java heap space"),
            new StackOverflowError(),
            new InternalError("a fault occurred in an unsafe memory access operation"),
            new AssertionError("no"))) {
      ByteSource content =
          new ByteSource() {
            @Override
            public InputStream openStream() {
              throw error;
            }
          };

      assertThatThrownBy(() -> Image.read(name, content))
          .isInstanceOf(UnreadableImageException.class)
          .hasRootCause(error)
          .hasMessageStartingWith(name + ": expected ")
          .message()
          .hasLineCount(1);
    }
  }

  @Test
  void read_formatThatIsNotRead_isNamedWhateverTheExtension(@TempDir Path folder)
      throws IOException {
    List<String> starts = new ArrayList<>();
    starts.add("AVIF:\0\0\0\u001cftypavif\0\0\0\0avifmif1miaf");
    starts.add("AVIF:\0\0\0 ftypavis\0\0\0\0avifavismsf1");
    starts.add("AVIF:\0\0\0\u001cftypmif1\0\0\0\0mif1avif");
    starts.add("HEIC:\0\0\0\u0018ftypheic\0\0\0\0mif1heic");
    starts.add("HEIC:\0\0\0\u001cftypmif1\0\0\0\0mif1heicmiaf");
    starts.add("HEIC:\0\0\0\u0018ftypmsf1\0\0\0\0msf1hevc");
    starts.add("JPEG XL:\0\0\0\fJXL \r\n\u0087\n");
    starts.add("JPEG XL:\u00ff\n\0\0");
    starts.add("JPEG 2000:\0\0\0\fjP  \r\n\u0087\n");
    starts.add("a video in an MP4 file:\0\0\0\u0018ftypisom");
    starts.add("a Photoshop file:8BPS\0\1");
    starts.add("a PDF file:%PDF-1.7");
    starts.add("a page of HTML:<!DOCTYPE html><html>");
    starts.add("a page of HTML:\n\n<HTML>");
    starts.add("an SVG drawing:<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    starts.add("a Netpbm image that is not binary PPM:P5\n1 1\n255\n");
    starts.add("a Git LFS pointer:version https://git-lfs.github.com/spec/v1");
    for (String extension : List.of(".jpg", ".png", ".webp", ".avif")) {
      for (String start : starts) {
        int colon = start.indexOf(':');
        String format = start.substring(0, colon);
        byte[] content = start.substring(colon + 1).getBytes(StandardCharsets.ISO_8859_1);
        Path file = Files.write(folder.resolve("a" + extension), content);

        assertThatThrownBy(() -> Image.read(file))
            .isInstanceOf(UnreadableImageException.class)
            .hasMessage(
                file
                    + ": expected a JPEG, PNG, WebP, GIF, BMP, TIFF or PPM image, found "
                    + format
                    + ", which is not read; convert it to PNG or leave it out");
      }
    }
  }
}
