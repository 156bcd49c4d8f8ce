package org.genimage.data.image;

import com.google.common.collect.Streams;
import java.awt.color.ColorSpace;
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
import javax.imageio.plugins.tiff.BaselineTIFFTagSet;
import javax.imageio.plugins.tiff.TIFFDirectory;
import javax.imageio.plugins.tiff.TIFFField;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Reads with the JDK's codecs what TensorFlow's lack: GIF, BMP and TIFF files, and JPEG files with
 * four components. Samples are converted to colours by Pillow's rules. Java's rules differ: they
 * treat grey as linear light and use a profile for inks.
 */
final class JdkCodec {

  private static final String GIF_METADATA = "javax_imageio_gif_image_1.0";

  private JdkCodec() {}

  /** Reads one file. */
  private interface Decoder {
    Image from(ImageReader reader) throws IOException;
  }

  /** Decodes the first frame of a GIF file, on a canvas of its palette's first colour. */
  static Image gif(byte[] file, SizeLimit limit) throws IOException {
    return read("gif", file, reader -> gif(reader, file, limit));
  }

  static Image bmp(byte[] file, SizeLimit limit) throws IOException {
    return read(
        "bmp",
        file,
        reader -> {
          limit.check(reader.getWidth(0), reader.getHeight(0));
          return image(reader.read(0));
        });
  }

  /** Decodes the first page of a TIFF file, upright. */
  static Image tiff(byte[] file, SizeLimit limit) throws IOException {
    return read("tiff", file, reader -> tiff(reader, limit));
  }

  /**
   * Decodes a JPEG file of four components: CMYK, or YCCK if Adobe's marker says so. Like Pillow,
   * takes all of them for inverted, as Adobe writes them.
   */
  static Image inkJpeg(byte[] file, boolean ycck) throws IOException {
    return read(
        "jpeg",
        file,
        reader -> {
          Raster raster = reader.readRaster(0, null);
          int[] ink = raster.getPixels(0, 0, raster.getWidth(), raster.getHeight(), (int[]) null);
          for (int i = 0; i < ink.length; i += 4) {
            if (ycck) {
              toCmyk(ink, i);
            }
            for (int c = 0; c < 4; c++) {
              ink[i + c] = 255 - ink[i + c];
            }
          }
          return fromCmyk(raster.getWidth(), raster.getHeight(), ink);
        });
  }

  private static Image read(String format, byte[] file, Decoder reading) throws IOException {
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

  private static Image gif(ImageReader reader, byte[] file, SizeLimit limit) throws IOException {
    int screenWidth = file[6] & 0xff | (file[7] & 0xff) << 8;
    int screenHeight = file[8] & 0xff | (file[9] & 0xff) << 8;
    IIOMetadata metadata = reader.getImageMetadata(0);
    var tree = (IIOMetadataNode) metadata.getAsTree(GIF_METADATA);
    int left = number(tree, "ImageDescriptor", "imageLeftPosition");
    int top = number(tree, "ImageDescriptor", "imageTopPosition");
    int width = Math.max(screenWidth, left + reader.getWidth(0));
    int height = Math.max(screenHeight, top + reader.getHeight(0));
    limit.check(width, height);
    BufferedImage picture = reader.read(0);
    Image frame = image(picture);
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

  private static Image tiff(ImageReader reader, SizeLimit limit) throws IOException {
    limit.check(reader.getWidth(0), reader.getHeight(0));
    TIFFDirectory directory = TIFFDirectory.createFromMetadata(reader.getImageMetadata(0));
    BufferedImage picture = reader.read(0);
    TIFFField palette = directory.getTIFFField(BaselineTIFFTagSet.TAG_COLOR_MAP);
    TIFFField orientation = directory.getTIFFField(BaselineTIFFTagSet.TAG_ORIENTATION);
    Image image = palette == null ? image(picture) : indexed(picture.getRaster(), palette);
    return Exif.upright(image, orientation == null ? Exif.UPRIGHT : orientation.getAsInt(0));
  }

  /** Looks up the high bytes of a TIFF palette, where the JDK rounds. */
  private static Image indexed(Raster raster, TIFFField palette) {
    int colours = palette.getCount() / 3;
    int[] indices = samples(raster);
    byte[] rgb = new byte[3 * indices.length];
    for (int i = 0; i < indices.length; i++) {
      for (int c = 0; c < 3; c++) {
        rgb[3 * i + c] = (byte) (palette.getAsInt(c * colours + indices[i]) >> 8);
      }
    }
    return Image.wrap(raster.getWidth(), raster.getHeight(), rgb);
  }

  private static int[] samples(Raster raster) {
    return raster.getPixels(0, 0, raster.getWidth(), raster.getHeight(), (int[]) null);
  }

  private static Image image(BufferedImage picture) throws IOException {
    Raster raster = picture.getRaster();
    ColorModel model = picture.getColorModel();
    int type = raster.getTransferType();
    boolean deep = type == DataBuffer.TYPE_USHORT;
    boolean packed = model instanceof DirectColorModel || model instanceof IndexColorModel;
    if (!packed && type != DataBuffer.TYPE_BYTE && !deep) {
      throw new IIOException("samples of %d bits".formatted(DataBuffer.getDataTypeSize(type)));
    }
    int[] samples = samples(raster);
    int bands = raster.getNumBands();
    int width = raster.getWidth();
    int height = raster.getHeight();
    byte[] rgb = new byte[Math.multiplyExact(3, width * height)];
    for (int i = 0; i < width * height; i++) {
      int at = bands * i;
      if (model instanceof IndexColorModel index) {
        int colour = index.getRGB(samples[at]);
        set(rgb, i, colour >> 16, colour >> 8, colour);
      } else if (model instanceof DirectColorModel) {
        set(
            rgb,
            i,
            scaled(samples[at], model.getComponentSize(0)),
            scaled(samples[at + 1], model.getComponentSize(1)),
            scaled(samples[at + 2], model.getComponentSize(2)));
      } else if (bands < 3) { // grey: that of 16 bits is clipped, as Pillow clips it
        int grey =
            deep ? Math.min(255, samples[at]) : scaled(samples[at], model.getComponentSize(0));
        set(rgb, i, grey, grey, grey);
      } else if (model.getColorSpace().getType() == ColorSpace.TYPE_CMYK) {
        return fromCmyk(width, height, samples);
      } else {
        int shift = deep ? 8 : 0;
        set(rgb, i, samples[at] >> shift, samples[at + 1] >> shift, samples[at + 2] >> shift);
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

  /** Turns YCCK into CMYK as libjpeg does. */
  private static void toCmyk(int[] ink, int at) {
    int y = ink[at];
    int cb = ink[at + 1] - 128;
    int cr = ink[at + 2] - 128;
    ink[at] = 255 - clipped(y + (91881 * cr + 32768 >> 16));
    ink[at + 1] = 255 - clipped(y + (-22554 * cb - 46802 * cr + 32768 >> 16));
    ink[at + 2] = 255 - clipped(y + (116130 * cb + 32768 >> 16));
  }

  private static int clipped(int level) {
    return Math.max(0, Math.min(255, level));
  }

  /** Pillow's conversion: each ink takes its share of what black leaves. */
  private static Image fromCmyk(int width, int height, int[] ink) {
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < width * height; i++) {
      int light = 255 - ink[4 * i + 3];
      for (int c = 0; c < 3; c++) {
        int product = ink[4 * i + c] * light + 128;
        rgb[3 * i + c] = (byte) Math.max(0, light - (product + (product >> 8) >> 8));
      }
    }
    return Image.wrap(width, height, rgb);
  }
}
