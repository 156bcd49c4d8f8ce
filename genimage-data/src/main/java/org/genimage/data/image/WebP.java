package org.genimage.data.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ServiceLoader;
import javax.imageio.ImageReader;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * WebP files, decoded by libwebp. com.github.usefulness:webp-imageio contains it for every system
 * that TensorFlow runs on. (The Java decoder of TwelveMonkeys 3.12 is correct for lossless files
 * only.) Only the bitstream of the first frame is decoded: alpha, animation and metadata are in
 * other chunks, and none changes a colour (RFC 9649).
 */
final class WebP {

  private static final String READER = "com.luciad.imageio.webp.WebPImageReaderSpi";
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
    try {
      return webP.decode(limit);
    } catch (LinkageError e) {
      throw new IllegalStateException(
          "reading WebP needs libwebp for this system and Kotlin's library, found no "
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
    ImageReader reader = reader();
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

  private static ImageReader reader() throws IOException {
    // Not ImageIO's registry: it is the application's, and may prefer another decoder.
    ServiceLoader<ImageReaderSpi> readers =
        ServiceLoader.load(ImageReaderSpi.class, WebP.class.getClassLoader());
    return readers.stream()
        .filter(provider -> provider.type().getName().equals(READER))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "reading WebP needs com.github.usefulness:webp-imageio, found no "
                        + READER
                        + " on the class path or module path; add the artifact"))
        .get()
        .createReaderInstance();
  }
}
