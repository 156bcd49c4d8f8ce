package org.genimage.data.image;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * A rectangle of pixels, which may reach beyond an image.
 *
 * @param x the first column, from 0 at the left
 * @param y the first row, from 0 at the top
 * @param width in pixels
 * @param height in pixels
 */
public record Box(int x, int y, int width, int height) {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if a side is not positive
   */
  public Box {
    checkArgument(width > 0 && height > 0, "box sides must be positive, got %sx%s", width, height);
  }
}
