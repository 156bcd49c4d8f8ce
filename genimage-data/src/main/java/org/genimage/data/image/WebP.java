package org.genimage.data.image;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ServiceLoader;
import javax.imageio.IIOImage;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.spi.IIOServiceProvider;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.spi.ImageWriterSpi;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.genimage.data.formats.FileFormat;

/**
 * WebP files, read and written by libwebp. com.github.usefulness:webp-imageio contains it for every
 * system that TensorFlow runs on. (The Java decoder of TwelveMonkeys 3.12 is correct for lossless
 * files only.) Only the bitstream of the first frame is decoded: alpha, animation and metadata are
 * in other chunks, and none changes a colour (RFC 9649).
 */
final class WebP {

  private static final String READER = "com.luciad.imageio.webp.WebPImageReaderSpi";
  private static final String WRITER = "com.luciad.imageio.webp.WebPImageWriterSpi";
  private static final int LONGEST_SIDE = 16_383; // the header has 14 bits for it
  private static final int LOSSY = 0x20385056; // "VP8 ", read as a little-endian number
  private static final int LOSSLESS = 0x4c385056; // "VP8L"
  private static final int EXTENDED = 0x58385056; // "VP8X"
  private static final int FRAME = 0x464d4e41; // "ANMF"
  private static final int FILE_HEADER = 12;
  private static final int CHUNK_HEADER = 8;

  private final ByteBuffer bytes;
  private int bitstream = -1;
  private int left;
  private int top;
  private int canvasWidth;
  private int canvasHeight;

  private WebP(byte[] file) throws IOException {
    this.bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    try {
      find(FILE_HEADER);
    } catch (IndexOutOfBoundsException e) {
      throw new IOException("no complete frame", e);
    }
  }

  static Image decode(byte[] file, SizeLimit limit) throws IOException {
    WebP webP = new WebP(file);
    return withLibrary(() -> webP.decode(limit));
  }

  /**
   * Returns what a lossy WebP file of an image decodes to. All settings but the quality are
   * libwebp's own, method 4 among them; Pillow leaves them, too.
   *
   * @param quality of libwebp, 0 to 100
   * @throws UnreadableImageException if a side is longer than the format allows, or libwebp cannot
   *     encode the image
   */
  static Image recode(Image image, int quality) {
    if (Math.max(image.width(), image.height()) > LONGEST_SIDE) {
      throw new UnreadableImageException(
          "expected an image with sides of at most %s pixels to encode as WebP, found %sx%s"
                  .formatted(LONGEST_SIDE, image.width(), image.height())
              + "; leave it out");
    }
    try {
      byte[] file = withLibrary(() -> encoded(image, quality));
      return decode(file, new SizeLimit("", FileFormat.WEBP, Long.MAX_VALUE, file.length));
    } catch (IOException e) {
      throw new UnreadableImageException(
          "expected an image of %sx%s pixels that libwebp encodes, found that it does not (%s)"
                  .formatted(image.width(), image.height(), e.getMessage())
              + "; leave it out",
          e);
    }
  }

  private static byte[] encoded(Image image, int quality) throws IOException {
    ImageWriter writer = plugIn(ImageWriterSpi.class, WRITER).createWriterInstance();
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (var output = new MemoryCacheImageOutputStream(file)) {
      ImageWriteParam settings = writer.getDefaultWriteParam();
      settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      settings.setCompressionType("Lossy");
      settings.setCompressionQuality(quality / 100f);
      writer.setOutput(output);
      write(writer, new IIOImage(picture(image), null, null), settings);
    } finally {
      writer.dispose();
    }
    return file.toByteArray();
  }

  private static void write(ImageWriter writer, IIOImage image, ImageWriteParam settings)
      throws IOException {
    try {
      writer.write(null, image, settings);
    } catch (NullPointerException e) { // libwebp returned no file, and the plug-in does not ask
      throw new IOException("too much detail or too little memory", e);
    }
  }

  /** Returns the image's own pixels, not a copy, since images may be large. */
  private static BufferedImage picture(Image image) {
    byte[] rgb = image.rgb();
    return new BufferedImage(
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_sRGB),
            false,
            false,
            Transparency.OPAQUE,
            DataBuffer.TYPE_BYTE),
        Raster.createInterleavedRaster(
            new DataBufferByte(rgb, rgb.length),
            image.width(),
            image.height(),
            3 * image.width(),
            3,
            new int[] {0, 1, 2},
            null),
        false,
        null);
  }

  private static <T> T withLibrary(Codec.Step<T> work) throws IOException {
    try {
      return work.run();
    } catch (UnsatisfiedLinkError e) {
      throw new IllegalStateException(
          "WebP needs libwebp, found that com.github.usefulness:webp-imageio has none that loads on"
              + " %s (%s); leave WebP out, or use another system"
                  .formatted(System.getProperty("os.name"), System.getProperty("os.arch")),
          e);
    } catch (LinkageError e) {
      throw new IllegalStateException(
          "WebP needs Kotlin's library, found no "
              + e.getMessage()
              + "; on the module path, start java with --add-modules kotlin.stdlib",
          e);
    }
  }

  /** Walks the chunks up to the first bitstream. */
  private void find(int start) {
    for (int at = start; bitstream < 0; ) {
      int kind = bytes.getInt(at);
      int content = at + CHUNK_HEADER;
      long length = Integer.toUnsignedLong(bytes.getInt(at + 4));
      switch (kind) {
        case LOSSY, LOSSLESS -> bitstream = at;
        case EXTENDED -> {
          canvasWidth = 1 + number24(content + 4);
          canvasHeight = 1 + number24(content + 7);
        }
        case FRAME -> {
          left = 2 * number24(content);
          top = 2 * number24(content + 3);
          length = 16; // its own chunks follow its header
        }
        default -> {}
      }
      // Beyond the file, the next round finds nothing there.
      at = (int) Math.min(bytes.limit(), content + length + (length & 1));
    }
  }

  private int number24(int at) {
    return bytes.getInt(at) & 0xffffff;
  }

  private Image decode(SizeLimit limit) throws IOException {
    byte[] frame = frame();
    ImageReader reader = plugIn(ImageReaderSpi.class, READER).createReaderInstance();
    try (var input = new MemoryCacheImageInputStream(new ByteArrayInputStream(frame))) {
      reader.setInput(input);
      int width = reader.getWidth(0);
      int height = reader.getHeight(0);
      limit.check(Math.max(width, canvasWidth), Math.max(height, canvasHeight));
      Image image = Image.of(reader.read(0));
      return canvasWidth == 0
          ? image
          : Crop.of(image, new Box(-left, -top, canvasWidth, canvasHeight));
    } finally {
      reader.dispose();
    }
  }

  /** Returns the bitstream as a file of its own. */
  private byte[] frame() throws IOException {
    long claimed = CHUNK_HEADER + Integer.toUnsignedLong(bytes.getInt(bitstream + 4));
    if (claimed > bytes.limit() - bitstream) {
      throw new IOException("a frame of " + claimed + " bytes that ends after the file");
    }
    int length = (int) claimed;
    ByteBuffer file = ByteBuffer.allocate(FILE_HEADER + length).order(ByteOrder.LITTLE_ENDIAN);
    file.put(bytes.slice(0, 4)).putInt(4 + length).put(bytes.slice(8, 4));
    return file.put(bytes.slice(bitstream, length)).array();
  }

  private static <T extends IIOServiceProvider> T plugIn(Class<T> kind, String name) {
    // Not ImageIO's registry: it is the application's, and may prefer another codec.
    return ServiceLoader.load(kind, WebP.class.getClassLoader()).stream()
        .filter(provider -> provider.type().getName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "WebP needs com.github.usefulness:webp-imageio, found no "
                        + name
                        + " on the class path or module path; add the artifact"))
        .get();
  }
}
