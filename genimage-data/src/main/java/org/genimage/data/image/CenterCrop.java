package org.genimage.data.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.random.RandomGenerator;

/**
 * A centre crop to a square; a smaller image is padded with black first.
 *
 * @param size in pixels
 * @param floored whether the offset is rounded down, as in transformers, or half to even, as in
 *     torchvision
 */
record CenterCrop(int size, boolean floored) implements WindowTransform {

  CenterCrop {
    checkArgument(size > 0, "crop size must be positive, got %s", size);
  }

  @Override
  public Window window(int width, int height, RandomGenerator random) {
    return Crop.window(width, height, box(width, height));
  }

  /** Returns the part that is kept; it reaches beyond the edges of a smaller image. */
  Box box(int width, int height) {
    return new Box(offset(width), offset(height), size, size);
  }

  private int offset(int side) {
    if (side < size) {
      return -((size - side) / 2);
    }
    return floored ? (side - size) / 2 : (int) Math.rint((side - size) / 2.0);
  }
}
