package org.genimage.data;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;

/**
 * The transforms of the seven detectors. Those that resample are equal to Pillow's on every byte,
 * {@link #resizeOpenCv} to OpenCV's; laws of chance are torchvision's and timm's, their random
 * streams are not.
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
   * Returns OpenCV's bilinear {@code cv2.resize} to a size, whatever the shape. It mixes the four
   * nearest pixels however far an image shrinks, so fine detail aliases where Pillow would smooth.
   *
   * @param width in pixels
   * @param height in pixels
   * @throws IllegalArgumentException if a side is not positive
   */
  public static Transform resizeOpenCv(int width, int height) {
    checkArgument(
        width > 0 && height > 0, "sides to resize to must be positive, got %sx%s", width, height);
    return (image, random) -> OpenCvResampling.resize(image, width, height);
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

  /**
   * Returns the crop of a square from a uniformly drawn place (torchvision's {@code RandomCrop}).
   * Where torchvision refuses an image that is smaller, the missing side is padded with black as
   * {@link #centerCrop} pads it.
   *
   * @param size in pixels
   * @throws IllegalArgumentException if the size is not positive
   */
  public static Transform randomCrop(int size) {
    checkArgument(size > 0, "crop size must be positive, got %s", size);
    CenterCrop centerCrop = new CenterCrop(size);
    return (image, random) -> {
      Box centre = centerCrop.box(image.width(), image.height());
      int y = image.height() < size ? centre.y() : random.nextInt(image.height() - size + 1);
      int x = image.width() < size ? centre.x() : random.nextInt(image.width() - size + 1);
      return Crop.of(image, new Box(x, y, size, size));
    };
  }

  /**
   * Returns the mirroring of left and right that happens with a probability.
   *
   * @param probability 0 to 1
   * @throws IllegalArgumentException if the probability is out of its range
   */
  public static Transform horizontalFlip(double probability) {
    checkArgument(
        probability >= 0 && probability <= 1,
        "flip probability must be from 0 to 1, got %s",
        probability);
    return (image, random) -> random.nextDouble() < probability ? mirror(image) : image;
  }

  /**
   * Returns Inception's random crop (Szegedy et al. 2015), as timm and torchvision draw it: ten
   * attempts at an area from the range and a log-uniform width / height from 3/4 to 4/3, then the
   * largest central crop of such a shape; resized to a square. The detectors' recipes draw from
   * 0.08 to 1.
   *
   * @param size of the result in pixels
   * @param minArea the least area, as a share of the image's, above 0
   * @param maxArea the largest area, as a share of the image's, at most 1
   * @param filters one is drawn at each call, each as likely; timm's {@code random} is {@link
   *     Filter#BILINEAR} and {@link Filter#BICUBIC}
   * @throws IllegalArgumentException if an argument is out of its range or there is no filter
   */
  public static Transform randomResizedCrop(
      int size, double minArea, double maxArea, Filter... filters) {
    return new RandomResizedCrop(size, minArea, maxArea, List.of(filters));
  }

  /**
   * Returns RandAugment (Cubuk et al. 2020), as timm draws it from its fifteen increasing
   * operations: some are drawn with replacement, each is then applied with probability 1/2, at a
   * magnitude drawn anew, with a random sign where it has one. What moves in from outside is
   * ImageNet's mean colour. {@code rand-m9-mstd0.5-inc1} is {@code randAugment(2, 9, 0.5, ...)}.
   *
   * @param operations how many are drawn
   * @param magnitude the mean magnitude, 0 to 10
   * @param deviation the standard deviation of the magnitude, which is clipped to 0 to 10
   * @param filters of the geometric operations, bilinear or bicubic; one is drawn at each call,
   *     each as likely
   * @throws IllegalArgumentException if an argument is out of its range or there is no filter
   */
  public static Transform randAugment(
      int operations, double magnitude, double deviation, Filter... filters) {
    return new RandAugment(operations, magnitude, deviation, List.of(filters));
  }

  private static Image mirror(Image image) {
    byte[] rgb = new byte[image.rgb().length];
    int row = 3 * image.width();
    for (int start = 0; start < rgb.length; start += row) {
      for (int i = 0; i < row; i += 3) {
        System.arraycopy(image.rgb(), start + i, rgb, start + row - 3 - i, 3);
      }
    }
    return Image.wrap(image.width(), image.height(), rgb);
  }
}
