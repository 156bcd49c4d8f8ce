package org.genimage.data;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * How a file becomes an image where decoders differ. {@link #PILLOW} is what the detectors'
 * published code does.
 *
 * @param orientation whether an image is turned as its EXIF data say
 * @param truncated what happens to a file that ends too early or is damaged inside
 * @param maxPixels the largest width x height; a header that claims more is refused before memory
 *     is taken
 */
public record Decoding(Orientation orientation, Truncated truncated, long maxPixels) {

  /** Whether an image is turned as its EXIF data say. */
  public enum Orientation {
    /** The stored pixels, as Pillow's {@code open}, torchvision's and timm's loaders have them. */
    IGNORED,
    /** Turned upright, as a camera's user expects. */
    APPLIED
  }

  /** What happens to a file that ends too early or is damaged inside. */
  public enum Truncated {
    /** It cannot be read. */
    REFUSED,
    /**
     * What can be decoded, then grey in a JPEG file and black in a PNG file: Pillow's {@code
     * LOAD_TRUNCATED_IMAGES}, which CNNSpot's code sets. Files of other formats are refused.
     */
    PADDED
  }

  /** As Pillow's {@code open(file).convert("RGB")}: not turned, complete, its limit of pixels. */
  public static final Decoding PILLOW =
      new Decoding(Orientation.IGNORED, Truncated.REFUSED, 178_956_970);

  /** The most pixels whose three bytes fit into one array of Java. */
  private static final long ADDRESSABLE = Integer.MAX_VALUE / 3;

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if the limit is not from 1 to 715,827,882
   */
  public Decoding {
    checkArgument(
        maxPixels > 0 && maxPixels <= ADDRESSABLE,
        "largest number of pixels must be from 1 to %s, got %s",
        ADDRESSABLE,
        maxPixels);
  }

  /** Returns this with another treatment of EXIF's orientation. */
  public Decoding orientation(Orientation orientation) {
    return new Decoding(orientation, truncated, maxPixels);
  }

  /** Returns this with another treatment of incomplete files. */
  public Decoding truncated(Truncated truncated) {
    return new Decoding(orientation, truncated, maxPixels);
  }

  /**
   * Returns this with another limit.
   *
   * @throws IllegalArgumentException if the limit is not from 1 to 715,827,882
   */
  public Decoding maxPixels(long maxPixels) {
    return new Decoding(orientation, truncated, maxPixels);
  }
}
