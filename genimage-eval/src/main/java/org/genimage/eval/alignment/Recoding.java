package org.genimage.eval.alignment;

import static com.google.common.base.Preconditions.checkArgument;

import org.genimage.data.Seed;
import org.genimage.data.image.Image;

/**
 * How the images of a label are stored again.
 *
 * @param format what they become
 * @param least the least JPEG quality, 1 to 100; 0 for other formats
 * @param most the largest JPEG quality, from {@code least} to 100; 0 for other formats. Each image
 *     has one quality, drawn uniformly
 */
public record Recoding(Format format, int least, int most) {

  /** Images stay the files that they are. */
  public static final Recoding NONE = new Recoding(Format.NONE, 0, 0);

  /** Images become PNG files, without any loss. */
  public static final Recoding PNG = new Recoding(Format.PNG, 0, 0);

  /** A format of files. */
  public enum Format {
    /** That of the image. */
    NONE,
    /** PNG. */
    PNG,
    /** JPEG as Pillow and OpenCV write it by default: baseline, chroma at half the size (4:2:0). */
    JPEG
  }

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if a quality of a JPEG file is not from 1 to 100 and in order,
   *     or there is one for another format
   */
  public Recoding {
    boolean jpeg = format == Format.JPEG;
    checkArgument(
        jpeg ? least >= 1 && least <= most && most <= 100 : least == 0 && most == 0,
        "JPEG quality must be from 1 to 100 and in order, or 0 for other formats, got %s to %s for"
            + " %s",
        least,
        most,
        format);
  }

  /**
   * Returns JPEG of one quality.
   *
   * @throws IllegalArgumentException if it is not from 1 to 100
   */
  public static Recoding jpeg(int quality) {
    return new Recoding(Format.JPEG, quality, quality);
  }

  /**
   * Returns JPEG of a random quality.
   *
   * @throws IllegalArgumentException if the qualities are not from 1 to 100 and in order
   */
  public static Recoding jpeg(int least, int most) {
    return new Recoding(Format.JPEG, least, most);
  }

  /** Returns the file of an image. */
  byte[] encode(Image image, Seed seed) {
    return format == Format.JPEG
        ? image.toJpeg(seed.random().nextInt(least, most + 1))
        : image.toPng();
  }

  /** Returns the format and quality in a few words. */
  @Override
  public String toString() {
    return switch (format) {
      case NONE -> "as published";
      case PNG -> "PNG";
      case JPEG -> "JPEG " + (least == most ? "" + least : least + " to " + most);
    };
  }
}
