package org.genimage.data.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Random erasing (Zhong et al. 2020): the distribution of the rectangle, as in timm. The trainer
 * fills each pixel and channel of the rectangle with standard normal numbers, after normalisation.
 *
 * @param probability of erasing anything, 0 to 1
 * @param minArea the least area, as a share of the image's
 * @param maxArea the largest area, as a share of the image's
 * @param minLogAspect the natural logarithm of the least height / width
 * @param maxLogAspect the natural logarithm of the largest height / width
 * @param attempts the number of rectangles drawn until one fits into the image; if none does,
 *     nothing is erased
 */
public record RandomErasing(
    double probability,
    double minArea,
    double maxArea,
    double minLogAspect,
    double maxLogAspect,
    int attempts) {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if a component is out of its range or a range is empty
   */
  public RandomErasing {
    checkArgument(
        probability >= 0 && probability <= 1,
        "erasing probability must be from 0 to 1, got %s",
        probability);
    checkArgument(
        minArea > 0 && minArea <= maxArea && maxArea <= 1,
        "erased area must be a range within (0, 1], got %s to %s",
        minArea,
        maxArea);
    checkArgument(
        minLogAspect <= maxLogAspect,
        "log aspect must be a range, got %s to %s",
        minLogAspect,
        maxLogAspect);
    checkArgument(attempts > 0, "number of attempts must be positive, got %s", attempts);
  }

  /**
   * Returns timm's erasing: areas from 2 % to a third, aspects from 0.3 to 1 / 0.3, ten attempts.
   *
   * @param probability of erasing anything, 0 to 1
   * @throws IllegalArgumentException if the probability is out of its range
   */
  public static RandomErasing of(double probability) {
    return new RandomErasing(probability, 0.02, 1 / 3.0, Math.log(0.3), Math.log(1 / 0.3), 10);
  }

  /**
   * Draws what to erase of an image.
   *
   * @param width of the image in pixels
   * @param height of the image in pixels
   * @param random the source of random numbers
   * @return a rectangle inside the image, narrower and lower than it; empty if nothing is erased
   */
  public Optional<Box> box(int width, int height, RandomGenerator random) {
    if (random.nextDouble() >= probability) {
      return Optional.empty();
    }
    for (int i = 0; i < attempts; i++) {
      double share = minArea + (maxArea - minArea) * random.nextDouble();
      double area = share * width * height;
      double aspect = Math.exp(minLogAspect + (maxLogAspect - minLogAspect) * random.nextDouble());
      int boxHeight = Math.max(1, (int) Math.rint(Math.sqrt(area * aspect)));
      int boxWidth = Math.max(1, (int) Math.rint(Math.sqrt(area / aspect)));
      if (boxWidth < width && boxHeight < height) {
        int y = random.nextInt(height - boxHeight + 1);
        int x = random.nextInt(width - boxWidth + 1);
        return Optional.of(new Box(x, y, boxWidth, boxHeight));
      }
    }
    return Optional.empty();
  }
}
