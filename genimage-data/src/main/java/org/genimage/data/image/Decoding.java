package org.genimage.data.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.List;

/**
 * Options of decoding, where decoders differ. {@link #PILLOW} is what the detectors' published code
 * does.
 *
 * @param orientation whether an image is rotated as its metadata say
 * @param truncated what happens to a file that ends too early or is damaged
 * @param maxPixels the largest width x height; a header that claims more is refused before memory
 *     is allocated
 * @param shorterSide in pixels: a JPEG file is decoded at a half, a quarter or an eighth of its
 *     size if its shorter side is then at least as long; 0 for never
 */
public record Decoding(
    Orientation orientation, Truncated truncated, long maxPixels, int shorterSide) {

  /** Whether an image is rotated as its metadata say. */
  public enum Orientation {
    /**
     * The pixels as stored, as in Pillow's {@code open} and the loaders of torchvision and timm.
     */
    IGNORED,
    /** Rotated upright, as EXIF data or else XMP say: Pillow's {@code exif_transpose}. */
    APPLIED
  }

  /** What happens to a file that ends too early or is damaged. */
  public enum Truncated {
    /** The file is refused. */
    REFUSED,
    /**
     * The part that can be decoded is used; the rest is grey in a JPEG file and black in a PNG
     * file. Equals Pillow's {@code LOAD_TRUNCATED_IMAGES}, which CNNSpot's code sets. Files of
     * other formats are refused.
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

  /** Returns these options with another treatment of EXIF's orientation. */
  public Decoding orientation(Orientation orientation) {
    return new Decoding(orientation, truncated, maxPixels, shorterSide);
  }

  /** Returns these options with another treatment of incomplete files. */
  public Decoding truncated(Truncated truncated) {
    return new Decoding(orientation, truncated, maxPixels, shorterSide);
  }

  /**
   * Returns these options with another limit of pixels.
   *
   * @throws IllegalArgumentException if the limit is not from 1 to 715,827,882
   */
  public Decoding maxPixels(long maxPixels) {
    return new Decoding(orientation, truncated, maxPixels, shorterSide);
  }

  /**
   * Returns these options with a faster decoding of JPEG files: at an eighth, a quarter or a half
   * of their size, if the shorter side then still has this many pixels, as Pillow's {@code draft}
   * does. Large photographs are read several times faster. Their pixels differ from those of an
   * image that is decoded in full and resized, so score and train with the same decoding.
   *
   * @param pixels the shorter side that the image will be resized to
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
