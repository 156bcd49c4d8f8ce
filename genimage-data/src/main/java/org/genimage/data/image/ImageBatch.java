package org.genimage.data.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;

/**
 * Several images of one size, 8-bit RGB, immutable: {@code [count, height, width, 3]}, row-major.
 */
public final class ImageBatch {

  private final int count;
  private final int height;
  private final int width;
  private final byte[] bytes;

  private ImageBatch(int count, int height, int width, byte[] bytes) {
    this.count = count;
    this.height = height;
    this.width = width;
    this.bytes = bytes;
  }

  /**
   * Returns a batch of these images.
   *
   * @throws IllegalArgumentException if there is none or their sizes differ
   */
  public static ImageBatch of(List<Image> images) {
    checkArgument(!images.isEmpty(), "a batch needs at least one image, got none");
    Image first = images.get(0);
    byte[] bytes = new byte[Math.multiplyExact(images.size(), first.rgb().length)];
    for (int i = 0; i < images.size(); i++) {
      Image image = images.get(i);
      checkArgument(
          image.width() == first.width() && image.height() == first.height(),
          "images of a batch must have one size: image 0 is %sx%s, image %s is %sx%s",
          first.width(),
          first.height(),
          i,
          image.width(),
          image.height());
      System.arraycopy(image.rgb(), 0, bytes, i * image.rgb().length, image.rgb().length);
    }
    return new ImageBatch(images.size(), first.height(), first.width(), bytes);
  }

  /** Returns the number of images. */
  public int count() {
    return count;
  }

  /** Returns the height of each image in pixels. */
  public int height() {
    return height;
  }

  /** Returns the width of each image in pixels. */
  public int width() {
    return width;
  }

  /**
   * Returns a copy of one image.
   *
   * @param index from 0 to {@code count() - 1}
   * @throws IllegalArgumentException if there is no such image
   */
  public Image image(int index) {
    checkArgument(
        index >= 0 && index < count, "image index must be from 0 to %s, got %s", count - 1, index);
    byte[] rgb = new byte[3 * height * width];
    System.arraycopy(bytes, index * rgb.length, rgb, 0, rgb.length);
    return Image.wrap(width, height, rgb);
  }

  /** Returns a copy of the bytes, {@code [count, height, width, 3]}, 0 to 255 unsigned. */
  public byte[] toArray() {
    return bytes.clone();
  }

  /** Returns the same pixels as numbers in [0, 1]: the bytes divided by 255. */
  public Pixels toPixels() {
    float[] values = new float[bytes.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (bytes[i] & 0xff) / 255f;
    }
    return Pixels.wrap(count, height, width, values);
  }
}
