package org.genimage.data.image;

import com.google.common.collect.Streams;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DirectColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Reads with the JDK's codecs what TensorFlow's lack: GIF and BMP files, and fax compression in
 * TIFF files. Samples are converted to colours by Pillow's rules; Java's treat grey as linear
 * light.
 */
final class JdkCodec {

  /** The fewest bytes per pixel: a code of 12 bits stands for at most 4095. */
  private static final double LEAST_LZW = 1.5 / 4095;

  private static final String GIF_METADATA = "javax_imageio_gif_image_1.0";

  private JdkCodec() {}

  /** Reads one file. */
  private interface Decoder<T> {
    T from(ImageReader reader) throws IOException;
  }

  /** Decodes the first frame of a GIF file, on a canvas of its palette's first colour. */
  static Image gif(byte[] file, SizeLimit limit) throws IOException {
    GifRows rows = GifRows.of(file);
    return read("gif", rows.asStored(), reader -> gif(reader, file, rows, limit));
  }

  /** Decodes a BMP file of which {@link Bmp} has checked the header. */
  static Image bmp(byte[] file) throws IOException {
    return read("bmp", file, reader -> image(reader.read(0)));
  }

  /** Decodes a TIFF file of one bit per pixel: 0 or 1 for each, as stored. */
  static byte[] bilevelTiff(byte[] file) throws IOException {
    return read(
        "tiff",
        file,
        reader -> {
          Raster raster = reader.read(0).getRaster();
          int width = raster.getWidth();
          byte[] levels = new byte[width * raster.getHeight()];
          int[] row = new int[width];
          for (int y = 0; y < raster.getHeight(); y++) {
            raster.getSamples(0, y, width, 1, 0, row);
            for (int x = 0; x < width; x++) {
              levels[y * width + x] = (byte) row[x];
            }
          }
          return levels;
        });
  }

  private static <T> T read(String format, byte[] file, Decoder<T> reading) throws IOException {
    // The JDK's own reader, whatever plug-ins the application has registered.
    ImageReader reader =
        Streams.stream(ImageIO.getImageReadersByFormatName(format))
            .filter(r -> r.getClass().getModule() == ImageIO.class.getModule())
            .findFirst()
            .orElseThrow();
    try (var input = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      reader.setInput(input);
      return reading.from(reader);
    } finally {
      reader.dispose();
    }
  }

  private static Image gif(ImageReader reader, byte[] file, GifRows rows, SizeLimit limit)
      throws IOException {
    int screenWidth = file[6] & 0xff | (file[7] & 0xff) << 8;
    int screenHeight = file[8] & 0xff | (file[9] & 0xff) << 8;
    IIOMetadata metadata = reader.getImageMetadata(0);
    var tree = (IIOMetadataNode) metadata.getAsTree(GIF_METADATA);
    int left = number(tree, "ImageDescriptor", "imageLeftPosition");
    int top = number(tree, "ImageDescriptor", "imageTopPosition");
    int width = Math.max(screenWidth, left + reader.getWidth(0));
    int height = Math.max(screenHeight, top + reader.getHeight(0));
    limit.check(width, height);
    limit.checkContent(reader.getWidth(0), reader.getHeight(0), LEAST_LZW);
    BufferedImage picture = reader.read(0);
    Image frame = rows.seen(image(picture));
    if (width == frame.width() && height == frame.height()) {
      return frame;
    }
    boolean transparent =
        "TRUE".equals(text(tree, "GraphicControlExtension", "transparentColorFlag"));
    int background =
        transparent ? number(tree, "GraphicControlExtension", "transparentColorIndex") : 0;
    int colour = ((IndexColorModel) picture.getColorModel()).getRGB(background);
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < width * height; i++) {
      set(rgb, i, colour >> 16, colour >> 8, colour);
    }
    for (int y = 0; y < frame.height(); y++) {
      System.arraycopy(
          frame.rgb(),
          3 * y * frame.width(),
          rgb,
          3 * ((top + y) * width + left),
          3 * frame.width());
    }
    return Image.wrap(width, height, rgb);
  }

  private static int number(IIOMetadataNode tree, String node, String attribute) {
    return Integer.parseInt(text(tree, node, attribute));
  }

  private static String text(IIOMetadataNode tree, String node, String attribute) {
    var nodes = tree.getElementsByTagName(node);
    return nodes.getLength() == 0 ? "" : ((IIOMetadataNode) nodes.item(0)).getAttribute(attribute);
  }

  private static Image image(BufferedImage picture) throws IOException {
    Raster raster = picture.getRaster();
    ColorModel model = picture.getColorModel();
    int type = raster.getTransferType();
    boolean packed = model instanceof DirectColorModel || model instanceof IndexColorModel;
    if (!packed && type != DataBuffer.TYPE_BYTE) {
      throw new IIOException("samples of %s bits".formatted(DataBuffer.getDataTypeSize(type)));
    }
    int bands = raster.getNumBands();
    int width = raster.getWidth();
    int height = raster.getHeight();
    byte[] rgb = new byte[Math.multiplyExact(3, width * height)];
    int[] row = new int[Math.multiplyExact(bands, width)];
    for (int i = 0; i < width * height; i++) {
      if (i % width == 0) {
        raster.getPixels(0, i / width, width, 1, row);
      }
      int at = bands * (i % width);
      if (model instanceof IndexColorModel index) {
        int colour = index.getRGB(row[at]);
        set(rgb, i, colour >> 16, colour >> 8, colour);
      } else if (model instanceof DirectColorModel) {
        set(
            rgb,
            i,
            scaled(row[at], model.getComponentSize(0)),
            scaled(row[at + 1], model.getComponentSize(1)),
            scaled(row[at + 2], model.getComponentSize(2)));
      } else if (bands < 3) {
        int grey = scaled(row[at], model.getComponentSize(0));
        set(rgb, i, grey, grey, grey);
      } else {
        set(rgb, i, row[at], row[at + 1], row[at + 2]);
      }
    }
    return Image.wrap(width, height, rgb);
  }

  private static int scaled(int sample, int bits) {
    return bits == 8 ? sample : sample * 255 / ((1 << bits) - 1);
  }

  private static void set(byte[] rgb, int pixel, int red, int green, int blue) {
    rgb[3 * pixel] = (byte) red;
    rgb[3 * pixel + 1] = (byte) green;
    rgb[3 * pixel + 2] = (byte) blue;
  }

  /**
   * The order of rows in the first frame of a GIF file (GIF89a, appendix E). The JDK's reader loses
   * rows of interlaced frames with fewer rows than passes, so it is given the rows as they are
   * stored.
   */
  private static final class GifRows {

    private static final int HEADER = 13;
    private static final int EXTENSION = 0x21;
    private static final int FRAME = 0x2c;
    private static final int FLAGS = 9; // of a frame, after its position and size
    private static final int INTERLACED = 0x40;
    private static final int[] FIRST_ROWS = {0, 4, 2, 1};
    private static final int[] STEPS = {8, 8, 4, 2};

    private final byte[] file;
    private final int frame;

    private GifRows(byte[] file, int frame) {
      this.file = file;
      this.frame = frame;
    }

    /**
     * Finds the first frame.
     *
     * @throws IOException if there is none
     */
    static GifRows of(byte[] file) throws IOException {
      try {
        return new GifRows(file, frame(file));
      } catch (IndexOutOfBoundsException e) {
        throw new IOException("no complete frame", e);
      }
    }

    private static int frame(byte[] file) throws IOException {
      int at = HEADER + palette(file[10]);
      while (file[at] == EXTENSION) {
        at += 2;
        while (file[at] != 0) {
          at += 1 + (file[at] & 0xff);
        }
        at++;
      }
      if (file[at] != FRAME || at + FLAGS >= file.length) {
        throw new IOException("no complete frame");
      }
      return at;
    }

    private static int palette(int flags) {
      return (flags & 0x80) == 0 ? 0 : 3 * (2 << (flags & 7));
    }

    private boolean isInterlaced() {
      return (file[frame + FLAGS] & INTERLACED) != 0;
    }

    /** Returns the file with its rows declared as in order. */
    byte[] asStored() {
      if (!isInterlaced()) {
        return file;
      }
      byte[] stored = file.clone();
      stored[frame + FLAGS] &= (byte) ~INTERLACED;
      return stored;
    }

    /** Puts the rows of the frame as it is stored into the order that they are seen in. */
    Image seen(Image stored) {
      if (!isInterlaced()) {
        return stored;
      }
      int length = 3 * stored.width();
      byte[] rgb = new byte[stored.rgb().length];
      int row = 0;
      for (int pass = 0; pass < STEPS.length; pass++) {
        for (int y = FIRST_ROWS[pass]; y < stored.height(); y += STEPS[pass]) {
          System.arraycopy(stored.rgb(), length * row++, rgb, length * y, length);
        }
      }
      return Image.wrap(stored.width(), stored.height(), rgb);
    }
  }
}
