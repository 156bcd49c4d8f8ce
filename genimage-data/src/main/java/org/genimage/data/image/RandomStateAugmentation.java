package org.genimage.data.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import org.genimage.data.resampling.Kernel;

/**
 * The augmentation of Community Forensics (Park and Owens 2025), {@code RandomStateAugmentation} in
 * its authors' code. Of eleven operations each is drawn 0 to {@code times} times, all equally
 * likely; then all that were drawn are applied in random order: JPEG compression, a shorter side of
 * random length, a random crop, a horizontal flip, a vertical flip, a crop of random size and
 * shape, a rotation, a translation, a shear, a grey border, a grey rectangle. Geometric operations
 * are bilinear and leave black where there is no image.
 *
 * <p>Two things in the authors' code are unusual. The crop of random size keeps its shape: its
 * shorter side becomes the input's; this does so, too. And where they resize an image with a grey
 * border back to its size, they exchange width and height, which distorts images that are not
 * square; this does not.
 *
 * @param times the most times that an operation is applied
 * @param minQuality the least JPEG quality; the largest is 100
 * @param largest the largest shorter side, as a multiple of the input's; the least is one pixel
 *     more than the input's
 * @param minArea the least area of the crop, as a share of the image's; the largest is 1
 * @param degrees the largest angle of the rotation, and of the shear along each axis
 * @param shift the largest translation, as a share of the side
 * @param border the widest border on each side, as a share of the image's side
 * @param erased the probability of a rectangle where the operation was drawn
 * @param minErased the least area of the rectangle, as a share of the image's
 * @param maxErased the largest area of the rectangle, as a share of the image's
 */
public record RandomStateAugmentation(
    int times,
    int minQuality,
    double largest,
    double minArea,
    double degrees,
    double shift,
    double border,
    double erased,
    double minErased,
    double maxErased) {

  private static final int MAX_QUALITY = 100;
  private static final int LEVELS = 256;
  private static final List<Kernel> FILTERS = List.of(Kernel.values());

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if one is out of its range
   */
  public RandomStateAugmentation {
    checkArgument(times >= 0, "number of times must not be negative, got %s", times);
    checkArgument(
        minQuality >= 1 && minQuality <= MAX_QUALITY,
        "JPEG quality must be from 1 to 100, got %s",
        minQuality);
    checkArgument(
        largest >= 1 && largest <= 16,
        "largest shorter side must be from 1 to 16 times the input's, got %s",
        largest);
    checkArgument(
        minArea > 0 && minArea <= 1, "least area of a crop must be in (0, 1], got %s", minArea);
    checkArgument(
        degrees >= 0 && degrees < 90, "largest angle must be from 0 to below 90, got %s", degrees);
    checkArgument(
        shift >= 0 && shift <= 1, "largest translation must be from 0 to 1, got %s", shift);
    checkArgument(border >= 0 && border <= 1, "widest border must be from 0 to 1, got %s", border);
    checkArgument(
        erased >= 0 && erased <= 1,
        "probability of a rectangle must be from 0 to 1, got %s",
        erased);
    checkArgument(
        minErased > 0 && minErased <= maxErased && maxErased <= 1,
        "area of a rectangle must be a range within (0, 1], got %s to %s",
        minErased,
        maxErased);
  }

  /** Returns the augmentation with the numbers of the authors' code. */
  public static RandomStateAugmentation published() {
    return new RandomStateAugmentation(2, 75, 1.228, 0.9, 15, 0.1, 0.05, 0.5, 0.02, 0.06);
  }

  /**
   * Returns the transform. It takes images whose shorter side is at least that of the input, and
   * gives such images.
   *
   * @param side of the network's input in pixels
   * @throws IllegalArgumentException if the side is not positive
   */
  public Transform transform(int side) {
    checkArgument(side > 0, "side of the input must be positive, got %s", side);
    List<Transform> operations = operations(side);
    return (image, random) -> {
      Image changed = image;
      for (int operation : draw(operations.size(), random)) {
        changed = operations.get(operation).apply(changed, random);
      }
      return changed;
    };
  }

  /** Draws which operations are applied, by number, in order. */
  List<Integer> draw(int operations, RandomGenerator random) {
    List<Integer> drawn = new ArrayList<>();
    for (int operation = 0; operation < operations; operation++) {
      drawn.addAll(Collections.nCopies(random.nextInt(times + 1), operation));
    }
    for (int i = drawn.size(); i > 1; i--) {
      Collections.swap(drawn, i - 1, random.nextInt(i));
    }
    return drawn;
  }

  /** Returns the eleven operations. */
  List<Transform> operations(int side) {
    return List.of(
        Transforms.randomJpeg(1, minQuality, MAX_QUALITY),
        (image, random) -> resize(image, side, random),
        Transforms.randomCrop(side),
        Transforms.horizontalFlip(0.5),
        (image, random) -> random.nextDouble() < 0.5 ? flip(image) : image,
        crop(side),
        (image, random) -> AffineMap.rotation(angle(random), image).warp(image),
        this::translate,
        (image, random) -> shear(image, angle(random), angle(random)),
        this::pad,
        this::erase);
  }

  /** Draws an angle in degrees. */
  double angle(RandomGenerator random) {
    return degrees * (2 * random.nextDouble() - 1);
  }

  private Image resize(Image image, int side, RandomGenerator random) {
    int most = Math.max(side + 1, (int) Math.rint(side * largest));
    int drawn = random.nextInt(side + 1, most + 1);
    Filter filter = random.nextBoolean() ? Filter.BILINEAR : Filter.BICUBIC;
    return new ResizeShorterSide(drawn, filter).apply(image, random);
  }

  private Transform crop(int side) {
    RandomResizedCrop crop = crops(side);
    return (image, random) -> {
      Box box = crop.box(image.width(), image.height(), random);
      return crop(image, box, side, random.nextInt(FILTERS.size() + 1));
    };
  }

  private Image translate(Image image, RandomGenerator random) {
    return translate(image, pixels(image.width(), random), pixels(image.height(), random));
  }

  /** Draws a distance along a side, to the right or down. */
  int pixels(int side, RandomGenerator random) {
    return (int) Math.rint(shift * side * (2 * random.nextDouble() - 1));
  }

  private Image pad(Image image, RandomGenerator random) {
    int left = (int) (border * random.nextDouble() * image.width());
    int right = (int) (border * random.nextDouble() * image.width());
    int top = (int) (border * random.nextDouble() * image.height());
    int bottom = (int) (border * random.nextDouble() * image.height());
    return pad(image, left, top, right, bottom, random.nextInt(LEVELS));
  }

  private Image erase(Image image, RandomGenerator random) {
    return rectangles()
        .box(image.width(), image.height(), random)
        .map(box -> fill(image, box, random.nextInt(LEVELS)))
        .orElse(image);
  }

  /** Returns the law of the rectangle. */
  RandomErasing rectangles() {
    return new RandomErasing(erased, minErased, maxErased, Math.log(0.3), Math.log(3.3), 10);
  }

  /** Returns the law of the crop. */
  RandomResizedCrop crops(int side) {
    return new RandomResizedCrop(side, minArea, 1, List.of(Filter.BILINEAR));
  }

  /**
   * Returns a part of the image, its shorter side of this length.
   *
   * @param filter an index into Pillow's antialiased filters; the one after the last is the nearest
   *     pixel
   */
  static Image crop(Image image, Box box, int side, int filter) {
    int shorter = Math.min(box.width(), box.height());
    int width = (int) ((long) side * box.width() / shorter);
    int height = (int) ((long) side * box.height() / shorter);
    return filter == FILTERS.size()
        ? Resampling.nearest(image, box, width, height)
        : Resampling.resize(
            image, box, width, height, FILTERS.get(filter), new Box(0, 0, width, height));
  }

  /** Returns the image upside down. */
  static Image flip(Image image) {
    int row = 3 * image.width();
    byte[] rgb = new byte[image.rgb().length];
    for (int start = 0; start < rgb.length; start += row) {
      System.arraycopy(image.rgb(), start, rgb, rgb.length - row - start, row);
    }
    return Image.wrap(image.width(), image.height(), rgb);
  }

  /** Returns the image moved to the right and down by whole pixels, on black. */
  static Image translate(Image image, int right, int down) {
    return Crop.of(image, new Box(-right, -down, image.width(), image.height()));
  }

  /** Returns torchvision's shear about the centre, by angles along both axes, on black. */
  static Image shear(Image image, double degreesX, double degreesY) {
    return AffineMap.shear(degreesX, degreesY, image).warp(image);
  }

  /** Returns the image with a border of one grey, resized to its size, bilinear. */
  static Image pad(Image image, int left, int top, int right, int bottom, int grey) {
    int width = left + image.width() + right;
    int height = top + image.height() + bottom;
    Image all = Image.wrap(width, height, new byte[Math.multiplyExact(3 * width, height)]);
    Image padded = fill(all, new Box(0, 0, width, height), grey);
    int row = 3 * image.width();
    for (int y = 0; y < image.height(); y++) {
      int target = 3 * ((top + y) * width + left);
      System.arraycopy(image.rgb(), y * row, padded.rgb(), target, row);
    }
    return Resampling.resize(padded, image.width(), image.height(), Filter.BILINEAR);
  }

  /** Returns the image with a rectangle of one grey. */
  static Image fill(Image image, Box box, int grey) {
    byte[] rgb = image.toArray();
    for (int y = box.y(); y < box.y() + box.height(); y++) {
      int start = 3 * (y * image.width() + box.x());
      Arrays.fill(rgb, start, start + 3 * box.width(), (byte) grey);
    }
    return Image.wrap(image.width(), image.height(), rgb);
  }
}
