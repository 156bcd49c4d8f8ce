package org.genimage.data.image;

/** Cutting rectangles out of images. */
final class Crop {

  private Crop() {}

  /** Returns the pixels of a box that may reach over the edges; outside the image is black. */
  static Image of(Image image, Box box) {
    int left = Math.max(0, box.x());
    int right = Math.min(image.width(), box.x() + box.width());
    int top = Math.max(0, box.y());
    int bottom = Math.min(image.height(), box.y() + box.height());
    byte[] rgb = new byte[Math.multiplyExact(3 * box.width(), box.height())];
    for (int y = top; y < bottom; y++) {
      int target = (y - box.y()) * box.width() + left - box.x();
      int source = y * image.width() + left;
      System.arraycopy(image.rgb(), 3 * source, rgb, 3 * target, 3 * (right - left));
    }
    return Image.wrap(box.width(), box.height(), rgb);
  }
}
