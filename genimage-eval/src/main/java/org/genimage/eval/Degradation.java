package org.genimage.eval;

import org.genimage.data.image.Filter;
import org.genimage.data.image.Transform;
import org.genimage.data.image.Transforms;

/**
 * What happens to a test image before the detector's own preprocessing, as in table 5 of the paper.
 * The paper gives kinds and levels, not the procedure; these are the plain readings.
 *
 * @param kind such as {@code JPEG}
 * @param level how much of it; the axis of the report's curves
 * @param unit of the level, such as {@code quality}
 * @param transform what happens to the pixels; it draws no random numbers
 */
public record Degradation(String kind, double level, String unit, Transform transform) {

  /** Leaves the images as they are. */
  public static final Degradation NONE = new Degradation("", 0, "", Transform.IDENTITY);

  /** Returns the shrinking to a square of this side in pixels, bilinear. */
  public static Degradation lowResolution(int side) {
    return new Degradation(
        "Low resolution", side, "pixels", Transforms.lowResolution(side, Filter.BILINEAR));
  }

  /** Returns the trip through a JPEG file of this quality. */
  public static Degradation jpeg(int quality) {
    return new Degradation("JPEG", quality, "quality", Transforms.jpeg(quality));
  }

  /** Returns Gaussian blur with this standard deviation in pixels. */
  public static Degradation gaussianBlur(double sigma) {
    return new Degradation("Blur", sigma, "σ in pixels", Transforms.gaussianBlur(sigma));
  }

  /** Returns kind and level, such as {@code JPEG 65}; empty where nothing happens. */
  public String name() {
    return kind.isEmpty() ? "" : kind + " " + Decimals.plain(level);
  }

  @Override
  public String toString() {
    return name();
  }
}
