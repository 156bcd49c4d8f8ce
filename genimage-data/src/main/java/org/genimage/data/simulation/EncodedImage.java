package org.genimage.data.simulation;

import com.google.common.primitives.Bytes;
import com.google.common.primitives.Ints;
import com.google.common.primitives.Shorts;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.genimage.data.image.Image;

/** JPEG and PNG files in memory, each with a comment that says that its image is simulated. */
final class EncodedImage {

  private static final String COMMENT =
      "Simulated by genimage: neither a photograph nor a generator's image.";

  private static final int JPEG_START = 2;
  private static final int JPEG_SEGMENT_LIMIT = 65533;
  private static final int PNG_HEADER = 33;

  private EncodedImage() {}

  /**
   * Returns a JPEG file with chroma at half the size.
   *
   * @param quality 0 to 1, as libjpeg's 0 to 100
   */
  static byte[] jpeg(Image image, float quality) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ImageWriteParam parameters = writer.getDefaultWriteParam();
    parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    parameters.setCompressionQuality(quality);
    byte[] plain = written(writer, parameters, image);
    return inserted(plain, JPEG_START, jpegComment(text()));
  }

  /** Returns a PNG file. */
  static byte[] png(Image image) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    byte[] plain = written(writer, writer.getDefaultWriteParam(), image);
    byte[] body = Bytes.concat("tEXtComment\0".getBytes(StandardCharsets.US_ASCII), text());
    CRC32 checksum = new CRC32();
    checksum.update(body);
    byte[] chunk =
        Bytes.concat(
            Ints.toByteArray(body.length - 4), body, Ints.toByteArray((int) checksum.getValue()));
    return inserted(plain, PNG_HEADER, chunk);
  }

  /** Returns a JPEG file made as long as {@code length}, if it is shorter, by empty comments. */
  static byte[] padded(byte[] jpeg, int length) {
    byte[] padded = jpeg;
    int missing;
    while ((missing = length - padded.length - 4) >= 0) {
      byte[] blanks = new byte[Math.min(missing, JPEG_SEGMENT_LIMIT)];
      Arrays.fill(blanks, (byte) ' ');
      padded = inserted(padded, JPEG_START, jpegComment(blanks));
    }
    return padded;
  }

  /** Returns the image that a file of this class holds. */
  static Image decoded(byte[] file) {
    try {
      BufferedImage image =
          ImageIO.read(new MemoryCacheImageInputStream(new ByteArrayInputStream(file)));
      int width = image.getWidth();
      int height = image.getHeight();
      int[] packed = image.getRGB(0, 0, width, height, null, 0, width);
      byte[] rgb = new byte[3 * packed.length];
      for (int i = 0; i < packed.length; i++) {
        rgb[3 * i] = (byte) (packed[i] >> 16);
        rgb[3 * i + 1] = (byte) (packed[i] >> 8);
        rgb[3 * i + 2] = (byte) packed[i];
      }
      return Image.of(width, height, rgb);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] written(ImageWriter writer, ImageWriteParam parameters, Image image) {
    BufferedImage buffered =
        new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
    byte[] rgb = image.toArray();
    int[] packed = new int[rgb.length / 3];
    for (int i = 0; i < packed.length; i++) {
      packed[i] = Ints.fromBytes((byte) 0, rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]);
    }
    buffered.setRGB(0, 0, image.width(), image.height(), packed, 0, image.width());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(stream);
      writer.write(null, new IIOImage(buffered, null, null), parameters);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  private static byte[] text() {
    return COMMENT.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] jpegComment(byte[] text) {
    byte[] marker = {(byte) 0xff, (byte) 0xfe};
    return Bytes.concat(marker, Shorts.toByteArray((short) (text.length + 2)), text);
  }

  private static byte[] inserted(byte[] file, int position, byte[] part) {
    return Bytes.concat(
        Arrays.copyOf(file, position), part, Arrays.copyOfRange(file, position, file.length));
  }
}
