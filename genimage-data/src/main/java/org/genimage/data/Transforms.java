package org.genimage.data;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * The transforms of the seven detectors. Those that resample are equal to Pillow's on every byte;
 * laws of chance are torchvision's and timm's, their random streams are not.
 */
public final class Transforms {

  private Transforms() {}

  /**
   * Returns the resize to a size, whatever the shape.
   *
   * @param width in pixels
   * @param height in pixels
   * @throws IllegalArgumentException if a side is not positive
   */
  public static Transform resize(int width, int height, Filter filter) {
    checkArgument(
        width > 0 && height > 0, "sides to resize to must be positive, got %sx%s", width, height);
    return (image, random) -> Resampling.resize(image, width, height, filter);
  }

  /**
   * Returns the resize that keeps the shape: the shorter side becomes {@code size}, the longer one
   * {@code size * longer / shorter}, rounded down (torchvision's {@code Resize}). An image that
   * fits is left as it is. Directly followed by {@link #centerCrop}, only what the crop keeps is
   * computed.
   *
   * @param size in pixels
   * @throws IllegalArgumentException if the size is not positive
   */
  public static Transform resizeShorterSide(int size, Filter filter) {
    return new ResizeShorterSide(size, filter);
  }

  /**
   * Returns the crop of a square from the centre (torchvision's {@code CenterCrop}): an odd rest is
   * divided half to even; a smaller image gets black edges, the odd one right and below.
   *
   * @param size in pixels
   * @throws IllegalArgumentException if the size is not positive
   */
  public static Transform centerCrop(int size) {
    return new CenterCrop(size);
  }
}
