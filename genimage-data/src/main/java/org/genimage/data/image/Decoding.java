package org.genimage.data.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.List;

/**
 * How a file becomes an image where decoders differ. {@link #PILLOW} is what the detectors'
 * published code does.
 *
 * @param orientation whether an image is turned as its EXIF data say
 * @param truncated what happens to a file that ends too early or is damaged inside
 * @param maxPixels the largest width x height; a header that claims more is refused before memory
 *     is taken
 * @param shorterSide in pixels: a JPEG file whose shorter side stays at least as long is decoded at
 *     a half, a quarter or an eighth; 0 for never
 */
public record Decoding(
    Orientation orientation, Truncated truncated, long maxPixels, int shorterSide) {

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
      new Decoding(Orientation.IGNORED, Truncated.REFUSED, 178_956_970, 0);

  /** The most pixels whose three bytes fit into one array of Java. */
  private static final long ADDRESSABLE = Integer.MAX_VALUE / 3;

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if the limit is not from 1 to 715,827,882, or the side
   *     negative
   */
  public Decoding {
    checkArgument(
        maxPixels > 0 && maxPixels <= ADDRESSABLE,
        "largest number of pixels must be from 1 to %s, got %s",
        ADDRESSABLE,
        maxPixels);
    checkArgument(
        shorterSide >= 0, "shorter side to decode to must not be negative, got %s", shorterSide);
  }

  /** Returns this with another treatment of EXIF's orientation. */
  public Decoding orientation(Orientation orientation) {
    return new Decoding(orientation, truncated, maxPixels, shorterSide);
  }

  /** Returns this with another treatment of incomplete files. */
  public Decoding truncated(Truncated truncated) {
    return new Decoding(orientation, truncated, maxPixels, shorterSide);
  }

  /**
   * Returns this with another limit.
   *
   * @throws IllegalArgumentException if the limit is not from 1 to 715,827,882
   */
  public Decoding maxPixels(long maxPixels) {
    return new Decoding(orientation, truncated, maxPixels, shorterSide);
  }

  /**
   * Returns this in a hurry: JPEG files are decoded at an eighth, a quarter or a half where their
   * shorter side then still has this many pixels, as Pillow's {@code draft} does it. Large
   * photographs are read several times faster; their pixels are others than those of a whole image
   * that is resized, so score and train with the same decoding.
   *
   * @param pixels what the image is going to be resized to
   * @throws IllegalArgumentException if it is not positive
   */
  public Decoding reduced(int pixels) {
    checkArgument(pixels > 0, "shorter side to decode to must be positive, got %s", pixels);
    return new Decoding(orientation, truncated, maxPixels, pixels);
  }

  /** Returns in words what differs from {@link #PILLOW}; empty if nothing does. */
  public String differences() {
    List<String> words = new ArrayList<>();
    if (orientation == Orientation.APPLIED) {
      words.add("turned upright by EXIF");
    }
    if (truncated == Truncated.PADDED) {
      words.add("truncated files padded");
    }
    if (maxPixels != PILLOW.maxPixels) {
      words.add("up to " + maxPixels + " pixels");
    }
    if (shorterSide > 0) {
      words.add("JPEG decoded at a reduced scale down to " + shorterSide + " pixels");
    }
    return String.join(", ", words);
  }
}
