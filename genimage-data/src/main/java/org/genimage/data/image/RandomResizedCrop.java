package org.genimage.data.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The random crop of Inception (Szegedy et al. 2015) as timm and torchvision draw it, resized to a
 * square. Only the crop is resampled; pixels outside it take no part.
 */
record RandomResizedCrop(int size, double minArea, double maxArea, List<Filter> filters)
    implements WindowTransform {

  private static final double MIN_ASPECT = 3 / 4.0;
  private static final double MAX_ASPECT = 4 / 3.0;
  private static final int ATTEMPTS = 10;

  RandomResizedCrop {
    checkArgument(size > 0, "crop size must be positive, got %s", size);
    checkArgument(
        minArea > 0 && minArea <= maxArea && maxArea <= 1,
        "cropped area must be a range within (0, 1], got %s to %s",
        minArea,
        maxArea);
    checkArgument(!filters.isEmpty(), "a resized crop needs at least one filter, got none");
  }

  @Override
  public Window window(int width, int height, RandomGenerator random) {
    Box box = box(width, height, random);
    Filter filter = filters.get(random.nextInt(filters.size()));
    return Resampling.window(box, size, size, Resampling.kernel(filter), new Box(0, 0, size, size));
  }

  /** Draws the part that is kept of an image of this size. */
  Box box(int width, int height, RandomGenerator random) {
    double minLog = Math.log(MIN_ASPECT);
    double maxLog = Math.log(MAX_ASPECT);
    for (int i = 0; i < ATTEMPTS; i++) {
      double share = minArea + (maxArea - minArea) * random.nextDouble();
      double area = share * width * height;
      double aspect = Math.exp(minLog + (maxLog - minLog) * random.nextDouble());
      int boxWidth = Math.max(1, (int) Math.rint(Math.sqrt(area * aspect)));
      int boxHeight = Math.max(1, (int) Math.rint(Math.sqrt(area / aspect)));
      if (boxWidth <= width && boxHeight <= height) {
        int y = random.nextInt(height - boxHeight + 1);
        int x = random.nextInt(width - boxWidth + 1);
        return new Box(x, y, boxWidth, boxHeight);
      }
    }
    return center(width, height);
  }

  /** Returns the largest central part that is neither too high nor too wide. */
  private static Box center(int width, int height) {
    double aspect = (double) width / height;
    int boxWidth = aspect > MAX_ASPECT ? (int) Math.rint(height * MAX_ASPECT) : width;
    int boxHeight = aspect < MIN_ASPECT ? (int) Math.rint(width / MIN_ASPECT) : height;
    return new Box((width - boxWidth) / 2, (height - boxHeight) / 2, boxWidth, boxHeight);
  }
}
