package org.genimage.data.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.random.RandomGenerator;
import org.genimage.data.image.WindowTransform.Window;

/** torchvision's resize to a shorter side; followed by a centre crop, it computes no more. */
record ResizeShorterSide(int size, Filter filter) implements Transform {

  ResizeShorterSide {
    checkArgument(size > 0, "shorter side must be positive, got %s", size);
  }

  @Override
  public Image apply(Image image, RandomGenerator random) {
    if (Math.min(image.width(), image.height()) == size) {
      return image;
    }
    int width = width(image.width(), image.height());
    int height = height(image.width(), image.height());
    if ((long) width * height > Decoding.PILLOW.maxPixels()) {
      throw tooThin(image.width(), image.height(), Math.max(width, height));
    }
    return Resampling.resize(image, width, height, filter);
  }

  @Override
  public Transform then(Transform next) {
    return next instanceof CenterCrop crop && crop.size() <= size
        ? (WindowTransform) (width, height, random) -> resizeAndCrop(width, height, crop)
        : Transform.super.then(next);
  }

  private Window resizeAndCrop(int fromWidth, int fromHeight, CenterCrop crop) {
    int width = width(fromWidth, fromHeight);
    int height = height(fromWidth, fromHeight);
    Box all = new Box(0, 0, fromWidth, fromHeight);
    Box keep = crop.box(width, height);
    return Resampling.window(all, width, height, Resampling.kernel(filter), keep);
  }

  private int width(int width, int height) {
    return width <= height ? size : longer(width, height);
  }

  private int height(int width, int height) {
    return height <= width ? size : longer(width, height);
  }

  private int longer(int width, int height) {
    long longer = (long) size * Math.max(width, height) / Math.min(width, height);
    if (longer > Integer.MAX_VALUE) {
      throw tooThin(width, height, longer);
    }
    return (int) longer;
  }

  private UnreadableImageException tooThin(int width, int height, long longer) {
    return new UnreadableImageException(
        "expected an image of at most %s pixels when its shorter side is %s, found %sx%s, whose"
                .formatted(Decoding.PILLOW.maxPixels(), size, width, height)
            + " longer side would be %s; leave it out".formatted(longer));
  }
}
