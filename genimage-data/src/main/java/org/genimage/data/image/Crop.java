package org.genimage.data.image;

import org.genimage.data.image.WindowTransform.Window;

/** Cutting rectangles out of images. */
final class Crop {

  private Crop() {}

  /** Returns the pixels of a box that may reach over the edges; outside the image is black. */
  static Image of(Image image, Box box) {
    return window(image.width(), image.height(), box).of(image);
  }

  /** Returns the part of a box that lies within an image, and the crop of this box from it. */
  static Window window(int width, int height, Box box) {
    int left = Math.max(0, box.x());
    int right = Math.min(width, box.x() + box.width());
    int top = Math.max(0, box.y());
    int bottom = Math.min(height, box.y() + box.height());
    return new Window(
        new Box(left, top, right - left, bottom - top),
        (rgb, rowWidth, place) -> {
          byte[] cropped = new byte[Math.multiplyExact(3 * box.width(), box.height())];
          for (int y = 0; y < place.height(); y++) {
            int source = (place.y() + y) * rowWidth + place.x();
            int target = (top + y - box.y()) * box.width() + left - box.x();
            System.arraycopy(rgb, 3 * source, cropped, 3 * target, 3 * place.width());
          }
          return Image.wrap(box.width(), box.height(), cropped);
        });
  }
}
