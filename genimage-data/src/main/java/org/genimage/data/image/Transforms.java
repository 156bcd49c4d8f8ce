package org.genimage.data.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.genimage.data.resampling.Kernel;

/**
 * The transforms of the detectors, and the degradations of the paper's robustness test. Resampling
 * equals Pillow's in every byte, or OpenCV's where the name says so. Random transforms have the
 * distributions of torchvision, timm and the papers' code, but other random streams.
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
   * Returns OpenCV's bilinear {@code cv2.resize} to a size, whatever the shape. It interpolates
   * between four pixels even when an image shrinks a lot, so fine detail aliases; Pillow smooths.
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
   * {@code size * longer / shorter}, rounded down (torchvision's {@code Resize}). An image of that
   * size is not changed. If {@link #centerCrop} follows directly, only the pixels that it keeps are
   * computed. If not, an image so thin that the result would have more pixels than {@link
   * Decoding#PILLOW} reads is refused with an {@link UnreadableImageException}.
   *
   * @param size in pixels
   * @throws IllegalArgumentException if the size is not positive
   */
  public static Transform resizeShorterSide(int size, Filter filter) {
    return new ResizeShorterSide(size, filter);
  }

  /**
   * Returns the crop of a square from the centre (torchvision's {@code CenterCrop}). The offset is
   * rounded half to even. A smaller image gets black edges; an odd one is larger at the right and
   * at the bottom.
   *
   * @param size in pixels
   * @throws IllegalArgumentException if the size is not positive
   */
  public static Transform centerCrop(int size) {
    return new CenterCrop(size, false);
  }

  /**
   * Returns the crop of a square from the centre as {@link #centerCrop} does, with the offset
   * rounded down (transformers' {@code center_crop}).
   *
   * @param size in pixels
   * @throws IllegalArgumentException if the size is not positive
   */
  public static Transform flooredCenterCrop(int size) {
    return new CenterCrop(size, true);
  }

  /**
   * Returns the crop of the middle of an image that keeps a share of each side, at least one pixel.
   * Sides and offsets are rounded half to even.
   *
   * @param share of each side, above 0 and at most 1
   * @throws IllegalArgumentException if the share is out of its range
   */
  public static Transform centerCropShare(double share) {
    checkArgument(share > 0 && share <= 1, "share of each side must be in (0, 1], got %s", share);
    return (WindowTransform)
        (wholeWidth, wholeHeight, random) -> {
          int width = Math.max(1, (int) Math.rint(share * wholeWidth));
          int height = Math.max(1, (int) Math.rint(share * wholeHeight));
          int x = (int) Math.rint((wholeWidth - width) / 2.0);
          int y = (int) Math.rint((wholeHeight - height) / 2.0);
          return Crop.window(wholeWidth, wholeHeight, new Box(x, y, width, height));
        };
  }

  /**
   * Returns the resize of each side to a share of it, at least one pixel, rounded half to even.
   *
   * @param share of each side, above 0 and at most 1
   * @throws IllegalArgumentException if the share is out of its range
   */
  public static Transform shrink(double share, Filter filter) {
    checkArgument(share > 0 && share <= 1, "share of each side must be in (0, 1], got %s", share);
    return (image, random) ->
        Resampling.resize(
            image,
            Math.max(1, (int) Math.rint(share * image.width())),
            Math.max(1, (int) Math.rint(share * image.height())),
            filter);
  }

  /**
   * Returns the crop of a square from a random place, uniformly distributed (torchvision's {@code
   * RandomCrop}). A smaller image, which torchvision refuses, gets black edges as in {@link
   * #centerCrop}.
   *
   * @param size in pixels
   * @throws IllegalArgumentException if the size is not positive
   */
  public static Transform randomCrop(int size) {
    checkArgument(size > 0, "crop size must be positive, got %s", size);
    CenterCrop centerCrop = new CenterCrop(size, false);
    return (WindowTransform)
        (width, height, random) -> {
          Box centre = centerCrop.box(width, height);
          int y = height < size ? centre.y() : random.nextInt(height - size + 1);
          int x = width < size ? centre.x() : random.nextInt(width - size + 1);
          return Crop.window(width, height, new Box(x, y, size, size));
        };
  }

  /**
   * Returns {@link #randomCrop} as torchvision's {@code RandomCrop} does it with {@code
   * pad_if_needed}: a smaller image gets black edges as wide as what it lacks, on both sides, so
   * that it is found at any place in the crop.
   *
   * @param size in pixels
   * @throws IllegalArgumentException if the size is not positive
   */
  public static Transform randomPaddedCrop(int size) {
    checkArgument(size > 0, "crop size must be positive, got %s", size);
    return (WindowTransform)
        (width, height, random) -> {
          int lackX = Math.max(0, size - width);
          int lackY = Math.max(0, size - height);
          int y = random.nextInt(height + 2 * lackY - size + 1) - lackY;
          int x = random.nextInt(width + 2 * lackX - size + 1) - lackX;
          return Crop.window(width, height, new Box(x, y, size, size));
        };
  }

  /**
   * Returns the rotation by an angle drawn uniformly, about the centre and without resampling
   * (torchvision's {@code RandomRotation}): each pixel is the nearest one of the image, or black
   * where there is none. The size stays.
   *
   * @param degrees the largest angle in either direction, 0 to 180
   * @throws IllegalArgumentException if the angle is out of its range
   */
  public static Transform randomRotation(double degrees) {
    checkArgument(
        degrees >= 0 && degrees <= 180, "largest angle must be from 0 to 180, got %s", degrees);
    return (image, random) -> rotate(image, degrees * (2 * random.nextDouble() - 1));
  }

  /** Rotates counter-clockwise; equals Pillow's {@code rotate} on every byte. */
  static Image rotate(Image image, double degrees) {
    return AffineMap.rotation(degrees, image).nearest(image);
  }

  /**
   * Returns random changes of brightness, contrast and saturation, one after the other in random
   * order (torchvision's {@code ColorJitter}). Each is a blend with black, with the mean grey or
   * with the grey image, by a factor drawn uniformly from 1 - amount (but at least 0) to 1 +
   * amount; a factor of 1 changes nothing, an amount of 0 leaves the change out.
   *
   * @param brightness the amount, at least 0
   * @param contrast the amount, at least 0
   * @param saturation the amount, at least 0
   * @throws IllegalArgumentException if an amount is negative
   */
  public static Transform colourJitter(double brightness, double contrast, double saturation) {
    checkArgument(
        brightness >= 0 && contrast >= 0 && saturation >= 0,
        "amounts of a colour jitter must not be negative, got %s, %s, %s",
        brightness,
        contrast,
        saturation);
    List<RandAugmentOp> ops =
        List.of(
            RandAugmentOp.BRIGHTNESS_INCREASING,
            RandAugmentOp.CONTRAST_INCREASING,
            RandAugmentOp.COLOR_INCREASING);
    List<Double> amounts = List.of(brightness, contrast, saturation);
    return (image, random) -> {
      List<Integer> left = new ArrayList<>(List.of(0, 1, 2));
      Image changed = image;
      while (!left.isEmpty()) {
        int next = left.remove(random.nextInt(left.size()));
        double amount = amounts.get(next);
        double least = Math.max(0, 1 - amount);
        double factor = least + (1 + amount - least) * random.nextDouble();
        changed = amount == 0 ? changed : ops.get(next).apply(changed, factor, Filter.BILINEAR);
      }
      return changed;
    };
  }

  /**
   * Returns black squares with a probability, as SAFE (Li et al. 2025) trains with: of a grid of
   * squares, as many different ones as make up a share of the image, drawn uniformly and rounded
   * down, become black. What is left of the image beside the grid stays.
   *
   * @param probability 0 to 1
   * @param maxShare the largest share of the image, 0 to 1
   * @param side of a square in pixels
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public static Transform randomMask(double probability, double maxShare, int side) {
    checkProbability("mask", probability);
    checkArgument(
        maxShare >= 0 && maxShare <= 1,
        "largest share of a mask must be from 0 to 1, got %s",
        maxShare);
    checkArgument(side > 0, "side of a mask's squares must be positive, got %s", side);
    return (image, random) -> {
      if (random.nextDouble() >= probability) {
        return image;
      }
      int columns = image.width() / side;
      int cells = columns * (image.height() / side);
      double area = maxShare * random.nextDouble() * image.width() * image.height();
      int count = Math.min(cells, (int) (area / ((double) side * side)));
      byte[] rgb = image.toArray();
      Set<Integer> masked = new HashSet<>();
      while (masked.size() < count) {
        int cell = random.nextInt(cells);
        if (masked.add(cell)) {
          blacken(rgb, image.width(), cell % columns * side, cell / columns * side, side);
        }
      }
      return Image.wrap(image.width(), image.height(), rgb);
    };
  }

  private static void blacken(byte[] rgb, int width, int left, int top, int side) {
    for (int y = top; y < top + side; y++) {
      int start = 3 * (y * width + left);
      Arrays.fill(rgb, start, start + 3 * side, (byte) 0);
    }
  }

  /**
   * Returns copies of a small image beside and below each other, until its shorter side has at
   * least so many pixels: {@code ceil(size / width)} by {@code ceil(size / height)} of them. An
   * image whose shorter side is not below that is not changed. NPR (Tan et al. 2024) sees GenImage
   * so, since resizing would destroy what it looks at.
   *
   * <p>An image so thin that the result would have more pixels than {@link Decoding#PILLOW} reads
   * is refused with an {@link UnreadableImageException}.
   *
   * @param size in pixels
   * @throws IllegalArgumentException if the size is not positive
   */
  public static Transform tile(int size) {
    return new Tile(size);
  }

  /**
   * Returns the image without its last rows and columns, as many as are beyond a multiple of a
   * number.
   *
   * @param number that height and width of the result are a multiple of
   * @throws IllegalArgumentException if the number is not positive
   */
  public static Transform cropToMultiple(int number) {
    checkArgument(number > 0, "sides must be a multiple of a positive number, got %s", number);
    return (image, random) -> {
      int width = image.width() - image.width() % number;
      int height = image.height() - image.height() % number;
      if (width == 0 || height == 0) {
        throw new UnreadableImageException(
            "expected an image of at least %s pixels on each side, found %sx%s; leave it out"
                .formatted(number, image.width(), image.height()));
      }
      return width == image.width() && height == image.height()
          ? image
          : Crop.of(image, new Box(0, 0, width, height));
    };
  }

  /**
   * Returns a turn by 0, 90, 180 or 270 degrees, each as likely. No pixel is resampled, so fine
   * traces remain; images that are not square change their shape.
   */
  public static Transform randomQuarterTurn() {
    return (image, random) -> quarterTurns(image, random.nextInt(4));
  }

  /** Turns counter-clockwise, as NumPy's {@code rot90} does. */
  static Image quarterTurns(Image image, int turns) {
    int width = image.width();
    int height = image.height();
    if (turns % 4 == 0) {
      return image;
    }
    byte[] pixels = image.toArray();
    boolean sideways = turns % 2 != 0;
    int newWidth = sideways ? height : width;
    int newHeight = sideways ? width : height;
    byte[] turned = new byte[pixels.length];
    for (int y = 0; y < newHeight; y++) {
      for (int x = 0; x < newWidth; x++) {
        int fromX =
            switch (turns % 4) {
              case 1 -> width - 1 - y;
              case 2 -> width - 1 - x;
              default -> y;
            };
        int fromY =
            switch (turns % 4) {
              case 1 -> x;
              case 2 -> height - 1 - y;
              default -> height - 1 - x;
            };
        System.arraycopy(pixels, 3 * (fromY * width + fromX), turned, 3 * (y * newWidth + x), 3);
      }
    }
    return Image.of(newWidth, newHeight, turned);
  }

  /**
   * Returns a horizontal flip with a probability.
   *
   * @param probability 0 to 1
   * @throws IllegalArgumentException if the probability is out of its range
   */
  public static Transform horizontalFlip(double probability) {
    checkProbability("flip", probability);
    return (image, random) -> random.nextDouble() < probability ? mirror(image) : image;
  }

  /**
   * Returns Inception's random crop (Szegedy et al. 2015), as in timm and torchvision, resized to a
   * square. It draws an area from a range and a log-uniform width / height from 3/4 to 4/3. After
   * ten crops that do not fit, it takes the largest central crop of such a shape. The detectors'
   * recipes use areas from 0.08 to 1.
   *
   * @param size of the result in pixels
   * @param minArea the least area, as a share of the image's, above 0
   * @param maxArea the largest area, as a share of the image's, at most 1
   * @param filters one is drawn at each call, all equally likely; timm's {@code random} is {@link
   *     Filter#BILINEAR} and {@link Filter#BICUBIC}
   * @throws IllegalArgumentException if an argument is out of its range or there is no filter
   */
  public static Transform randomResizedCrop(
      int size, double minArea, double maxArea, Filter... filters) {
    return new RandomResizedCrop(size, minArea, maxArea, List.of(filters));
  }

  /**
   * Returns RandAugment (Cubuk et al. 2020) with timm's fifteen increasing operations. Operations
   * are drawn with replacement. Each is applied with probability 1/2, with its own random magnitude
   * and, if it has one, a random sign. Pixels from outside the image have ImageNet's mean colour.
   * timm's {@code rand-m9-mstd0.5-inc1} is {@code randAugment(2, 9, 0.5, ...)}.
   *
   * @param operations the number of operations drawn
   * @param magnitude the mean magnitude, 0 to 10
   * @param deviation the standard deviation of the magnitude, which is clipped to 0 to 10
   * @param filters of the geometric operations, bilinear or bicubic; one is drawn at each call, all
   *     equally likely
   * @throws IllegalArgumentException if an argument is out of its range or there is no filter
   */
  public static Transform randAugment(
      int operations, double magnitude, double deviation, Filter... filters) {
    return new RandAugment(operations, magnitude, deviation, List.of(filters));
  }

  /**
   * Returns JPEG compression: the image is encoded as by Pillow's and OpenCV's defaults, with
   * chroma at half the size, and decoded again. Equals both in every byte. An image with a side of
   * more than 65,500 pixels is refused with an {@link UnreadableImageException}.
   *
   * @param quality of libjpeg, 1 to 100
   * @throws IllegalArgumentException if the quality is out of its range
   */
  public static Transform jpeg(int quality) {
    checkQuality(quality);
    return (image, random) -> NativeCodec.recodeJpeg(image, quality);
  }

  /**
   * Returns {@link #jpeg} with a probability, and with a quality drawn uniformly from a range.
   * CNNSpot (Wang et al. 2020) trains with 0.5 and 30 to 100.
   *
   * @param probability 0 to 1
   * @param minQuality the least quality, at least 1
   * @param maxQuality the largest quality, at most 100
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public static Transform randomJpeg(double probability, int minQuality, int maxQuality) {
    checkProbability("JPEG", probability);
    checkQuality(minQuality);
    checkQuality(maxQuality);
    checkArgument(
        minQuality <= maxQuality,
        "JPEG quality must be a range, got %s to %s",
        minQuality,
        maxQuality);
    return (image, random) ->
        random.nextDouble() < probability
            ? NativeCodec.recodeJpeg(image, random.nextInt(minQuality, maxQuality + 1))
            : image;
  }

  /**
   * Returns Gaussian blur as in CNNSpot's code, which runs SciPy's {@code gaussian_filter} on 8-bit
   * channels: the kernel ends at four sigma, the border is mirrored, and both passes truncate to 8
   * bits, which darkens an image by one level on average. Equals SciPy in every byte, except for
   * sigmas whose weights differ between processors in NumPy itself: there, flat areas may differ by
   * up to two levels.
   *
   * @param sigma the standard deviation in pixels, 0 to 1000; below 1/8 the image is not changed
   * @throws IllegalArgumentException if sigma is out of its range
   */
  public static Transform gaussianBlur(double sigma) {
    return GaussianBlur.scipy(sigma);
  }

  /**
   * Returns {@link #gaussianBlur} without its darkening: SciPy's {@code gaussian_filter} on
   * floating-point numbers, rounded once.
   *
   * @param sigma the standard deviation in pixels, 0 to 1000; below 1/8 the image is not changed
   * @throws IllegalArgumentException if sigma is out of its range
   */
  public static Transform gaussianBlurRounded(double sigma) {
    return GaussianBlur.scipyRounded(sigma);
  }

  /**
   * Returns OpenCV's {@code GaussianBlur(image, (0, 0), sigma)}, equal in every byte: the kernel
   * ends at three sigma and has weights of 8 bits.
   *
   * @param sigma the standard deviation in pixels, 0 to 1000; below 1/12 the image is not changed
   * @throws IllegalArgumentException if sigma is out of its range
   */
  public static Transform gaussianBlurOpenCv(double sigma) {
    return GaussianBlur.openCv(sigma);
  }

  /**
   * Returns {@link #gaussianBlur} with a probability, and with a sigma drawn uniformly. CNNSpot
   * (Wang et al. 2020) trains with 0.5 and 0 to 3.
   *
   * @param probability 0 to 1
   * @param minSigma the least standard deviation in pixels, at least 0
   * @param maxSigma the largest standard deviation in pixels, at most 1000
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public static Transform randomGaussianBlur(double probability, double minSigma, double maxSigma) {
    checkProbability("blur", probability);
    checkArgument(
        minSigma >= 0 && minSigma <= maxSigma && maxSigma <= GaussianBlur.MAX_SIGMA,
        "sigma of a blur must be a range from 0 to 1000, got %s to %s",
        minSigma,
        maxSigma);
    return (image, random) ->
        random.nextDouble() < probability
            ? GaussianBlur.scipy(minSigma + (maxSigma - minSigma) * random.nextDouble())
                .apply(image, random)
            : image;
  }

  /**
   * Returns the loss of resolution of the paper's robustness test (GenImage, table 5: 112 and 64
   * pixels). The image is resized to a small square, whatever its shape; the detector's own
   * preprocessing enlarges it again. The paper does not give the procedure. This is the simplest
   * reading; {@link #lowResolutionShorterSide} keeps the shape.
   *
   * @param side of the square in pixels
   * @throws IllegalArgumentException if the side is not positive
   */
  public static Transform lowResolution(int side, Filter filter) {
    return resize(side, side, filter);
  }

  /**
   * Returns the loss of resolution that keeps the shape: the shorter side becomes {@code side}.
   *
   * @param side in pixels
   * @throws IllegalArgumentException if the side is not positive
   */
  public static Transform lowResolutionShorterSide(int side, Filter filter) {
    return resizeShorterSide(side, filter);
  }

  /**
   * Returns {@link #resizeOpenCv} to a square whose side is drawn uniformly from a range. GramNet
   * (Liu et al. 2020) trains on 64 to 256, followed by {@code resizeOpenCv(512, 512)}.
   *
   * @param minSide the least side in pixels, above 0
   * @param maxSide the largest side in pixels
   * @throws IllegalArgumentException if the range is empty or reaches below 1
   */
  public static Transform randomSquareOpenCv(int minSide, int maxSide) {
    checkArgument(
        minSide > 0 && minSide <= maxSide && maxSide < Integer.MAX_VALUE,
        "sides to draw from must be a range above 0, got %s to %s",
        minSide,
        maxSide);
    return (image, random) -> {
      int side = random.nextInt(minSide, maxSide + 1);
      return OpenCvResampling.resize(image, side, side);
    };
  }

  private static void checkProbability(String what, double probability) {
    checkArgument(
        probability >= 0 && probability <= 1,
        "%s probability must be from 0 to 1, got %s",
        what,
        probability);
  }

  private static void checkQuality(int quality) {
    checkArgument(
        quality >= 1 && quality <= 100, "JPEG quality must be from 1 to 100, got %s", quality);
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
            image, whole(image), width, height, Kernel.BOX, new Box(0, 0, width, height));
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

  /**
   * Returns lossy WebP: {@code save} with {@code format="WEBP"} and a quality, read again. Equals
   * Pillow 12.3 in every byte; both have libwebp 1.6.0. An image with a side of more than 16,383
   * pixels is refused with an {@link UnreadableImageException}.
   *
   * <p>It needs {@code com.github.usefulness:webp-imageio}, as reading WebP does, and throws an
   * {@link IllegalStateException} where that has no library for the system.
   *
   * @param quality of libwebp, 0 to 100
   * @throws IllegalArgumentException if the quality is out of its range
   */
  public static Transform webP(int quality) {
    checkArgument(
        quality >= 0 && quality <= 100,
        "expected a WebP quality from 0 to 100, found %s; choose such a number",
        quality);
    return (image, random) -> WebP.recode(image, quality);
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
}
