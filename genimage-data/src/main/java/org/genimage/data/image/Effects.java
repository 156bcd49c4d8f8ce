package org.genimage.data.image;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Single changes of whole images for tests of robustness, equal to Pillow's on every byte. None
 * draws random numbers. {@link Transforms} has those that networks are trained with.
 */
public final class Effects {

  private Effects() {}

  /**
   * Returns {@code ImageEnhance.Brightness}: a blend of black and the image.
   *
   * @param factor 0 is black, 1 the image
   * @throws IllegalArgumentException if it is negative or not finite
   */
  public static Transform brightness(double factor) {
    return enhanced(RandAugmentOp.BRIGHTNESS_INCREASING, factor);
  }

  /**
   * Returns {@code ImageEnhance.Contrast}: a blend of the mean grey and the image.
   *
   * @param factor 0 is grey, 1 the image
   * @throws IllegalArgumentException if it is negative or not finite
   */
  public static Transform contrast(double factor) {
    return enhanced(RandAugmentOp.CONTRAST_INCREASING, factor);
  }

  /**
   * Returns {@code ImageEnhance.Color}: a blend of the grey image and the image.
   *
   * @param factor 0 is grey, 1 the image
   * @throws IllegalArgumentException if it is negative or not finite
   */
  public static Transform saturation(double factor) {
    return enhanced(RandAugmentOp.COLOR_INCREASING, factor);
  }

  /** Returns {@code convert("L")}, again in three equal channels. */
  public static Transform grey() {
    return saturation(0);
  }

  private static Transform enhanced(RandAugmentOp op, double factor) {
    checkArgument(
        factor >= 0 && Double.isFinite(factor),
        "expected a factor that is finite and not negative, found %s; 1 changes nothing",
        factor);
    return (image, random) -> op.apply(image, factor, Filter.BILINEAR);
  }

  /**
   * Returns {@code ImageOps.posterize}: the highest bits of every value.
   *
   * @param bits 1 to 8
   * @throws IllegalArgumentException if they are out of their range
   */
  public static Transform posterise(int bits) {
    checkArgument(
        bits >= 1 && bits <= 8, "expected 1 to 8 bits, found %s; choose such a number", bits);
    return (image, random) ->
        RandAugmentOp.POSTERIZE_INCREASING.apply(image, bits, Filter.BILINEAR);
  }

  /**
   * Returns {@code rotate(degrees, BICUBIC)}: counter-clockwise about the centre, on black, in an
   * image of the same size.
   *
   * @param degrees -360 to 360, not a multiple of 90, for which Pillow takes another way
   * @throws IllegalArgumentException if they are out of their range
   */
  public static Transform rotation(double degrees) {
    checkArgument(
        Math.abs(degrees) <= 360 && degrees % 90 != 0,
        "expected -360 to 360 degrees and no multiple of 90, found %s; choose such an angle",
        degrees);
    return (image, random) -> AffineMap.rotation(degrees, image).onBlack(image, Filter.BICUBIC);
  }

  /**
   * Returns {@code resize} with {@code NEAREST}.
   *
   * @param width in pixels
   * @param height in pixels
   * @throws IllegalArgumentException if a side is not positive
   */
  public static Transform resizeNearest(int width, int height) {
    checkSides(width, height);
    return (image, random) -> Resampling.nearest(image, whole(image), width, height);
  }

  /**
   * Returns {@code resize} with {@code BOX}: means over the area that each pixel covers.
   *
   * @param width in pixels
   * @param height in pixels
   * @throws IllegalArgumentException if a side is not positive
   */
  public static Transform resizeBox(int width, int height) {
    checkSides(width, height);
    return (image, random) ->
        Resampling.resize(
            image,
            whole(image),
            width,
            height,
            Resampling.Kernel.BOX,
            new Box(0, 0, width, height));
  }

  /**
   * Returns JPEG with chroma at full size: {@code save} with {@code subsampling=0}, read again.
   *
   * @param quality of libjpeg, 1 to 100
   * @throws IllegalArgumentException if the quality is out of its range
   */
  public static Transform jpeg444(int quality) {
    checkArgument(
        quality >= 1 && quality <= 100,
        "expected a JPEG quality from 1 to 100, found %s; choose such a number",
        quality);
    return (image, random) -> NativeCodec.recodeJpeg444(image, quality);
  }

  private static Box whole(Image image) {
    return new Box(0, 0, image.width(), image.height());
  }

  private static void checkSides(int width, int height) {
    checkArgument(
        width > 0 && height > 0,
        "expected sides that are positive, found %sx%s; choose a size",
        width,
        height);
  }

  /**
   * Returns a part of the image.
   *
   * @param left the first column
   * @param top the first row
   * @param width in pixels
   * @param height in pixels
   * @throws IllegalArgumentException if the image has no such part, when it is applied
   */
  public static Image crop(Image image, int left, int top, int width, int height) {
    checkArgument(
        left >= 0
            && top >= 0
            && width > 0
            && height > 0
            && left + width <= image.width()
            && top + height <= image.height(),
        "expected a part of an image of %sx%s pixels, found %sx%s at (%s, %s); crop inside",
        image.width(),
        image.height(),
        width,
        height,
        left,
        top);
    byte[] rgb = new byte[3 * width * height];
    for (int y = 0; y < height; y++) {
      int from = 3 * ((top + y) * image.width() + left);
      System.arraycopy(image.rgb(), from, rgb, 3 * y * width, 3 * width);
    }
    return Image.wrap(width, height, rgb);
  }
}
