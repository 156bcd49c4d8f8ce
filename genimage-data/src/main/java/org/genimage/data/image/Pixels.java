package org.genimage.data.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.List;

/**
 * One number per pixel and channel of several images of one size, immutable: {@code [count, height,
 * width, 3]}, row-major, RGB. Images have values in [0, 1]; a gradient with respect to them has the
 * same shape and any values.
 */
public final class Pixels {

  private final int count;
  private final int height;
  private final int width;
  private final float[] values;

  private Pixels(int count, int height, int width, float[] values) {
    this.count = count;
    this.height = height;
    this.width = width;
    this.values = values;
  }

  /**
   * Returns pixels of these values.
   *
   * @param values {@code [count, height, width, 3]}, row-major; copied
   * @throws IllegalArgumentException if a side is not positive or the array has another length
   */
  public static Pixels of(int count, int height, int width, float[] values) {
    return wrap(count, height, width, values.clone());
  }

  /** As {@link #of}, without the copy. */
  static Pixels wrap(int count, int height, int width, float[] values) {
    checkArgument(
        count > 0 && height > 0 && width > 0 && values.length == 3L * count * height * width,
        "pixels of shape [%s, %s, %s, 3] need as many values, got %s",
        count,
        height,
        width,
        values.length);
    return new Pixels(count, height, width, values);
  }

  /** Returns the number of images. */
  public int count() {
    return count;
  }

  /** Returns the height in pixels. */
  public int height() {
    return height;
  }

  /** Returns the width in pixels. */
  public int width() {
    return width;
  }

  /** Returns a copy of the values, {@code [count, height, width, 3]}. */
  public float[] toArray() {
    return values.clone();
  }

  /** Returns 8-bit images: each value is rounded to the nearest of 256 levels and clipped. */
  public ImageBatch toImages() {
    int length = 3 * height * width;
    List<Image> images = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] rgb = new byte[length];
      for (int j = 0; j < length; j++) {
        double level = Math.rint(values[i * length + j] * 255.0);
        rgb[j] = (byte) Math.max(0, Math.min(255, level));
      }
      images.add(Image.wrap(width, height, rgb));
    }
    return ImageBatch.of(images);
  }
}
