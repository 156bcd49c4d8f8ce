package org.genimage.eval;

import org.genimage.data.image.Filter;
import org.genimage.data.image.Transform;
import org.genimage.data.image.Transforms;
import org.genimage.models.SecondView;

/**
 * A degradation of test images before the detector's own preprocessing, as in table 5 of the paper.
 * The paper gives kinds and levels but no procedure; these are the simplest readings.
 *
 * @param kind such as {@code JPEG}
 * @param level the strength in its unit: the horizontal axis of the report's curves
 * @param unit of the level, such as {@code quality}; empty if there is no level
 * @param transform applied to the image; draws no random numbers
 */
public record Degradation(String kind, double level, String unit, Transform transform) {

  /** No degradation. */
  public static final Degradation NONE = new Degradation("", 0, "", Transform.IDENTITY);

  /**
   * Returns the resize to a small square, bilinear.
   *
   * @param side in pixels
   * @throws IllegalArgumentException if it is not positive
   */
  public static Degradation lowResolution(int side) {
    return new Degradation(
        "Low resolution", side, "pixels", Transforms.lowResolution(side, Filter.BILINEAR));
  }

  /**
   * Returns JPEG compression.
   *
   * @param quality 1 to 100
   * @throws IllegalArgumentException if it is out of range
   */
  public static Degradation jpeg(int quality) {
    return new Degradation("JPEG", quality, "quality", Transforms.jpeg(quality));
  }

  /**
   * Returns Gaussian blur.
   *
   * @param sigma the standard deviation in pixels, 0 to 1000
   * @throws IllegalArgumentException if it is out of range
   */
  public static Degradation gaussianBlur(double sigma) {
    return new Degradation("Blur", sigma, "σ in pixels", Transforms.gaussianBlur(sigma));
  }

  /** Returns a rule's second view of an image as a degradation. */
  public static Degradation of(SecondView view) {
    return switch (view) {
      case CROP -> new Degradation("Crop", 90, "% of each side", view.transform());
      case RESCALE -> new Degradation("Rescale", 75, "% of each side", view.transform());
      case RECOMPRESSION -> new Degradation("JPEG", 75, "quality", view.transform());
    };
  }

  /**
   * Returns this degradation followed by another. Its kind is both names, its level and unit are
   * the other's.
   */
  public Degradation then(Degradation other) {
    return kind.isEmpty()
        ? other
        : other.kind.isEmpty()
            ? this
            : new Degradation(
                name() + ", then " + other.kind,
                other.level,
                other.unit,
                transform.then(other.transform));
  }

  /** Returns kind and level, such as {@code JPEG 65}; the kind alone if the level has no unit. */
  public String name() {
    return unit.isEmpty() ? kind : kind + " " + Decimals.plain(level);
  }

  @Override
  public String toString() {
    return name();
  }
}
