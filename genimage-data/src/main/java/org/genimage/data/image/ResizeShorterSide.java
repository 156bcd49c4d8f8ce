package org.genimage.data.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.random.RandomGenerator;

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
    int width = width(image);
    int height = height(image);
    if ((long) width * height > Decoding.PILLOW.maxPixels()) {
      throw tooThin(image, Math.max(width, height));
    }
    return Resampling.resize(image, width, height, filter);
  }

  @Override
  public Transform then(Transform next) {
    return next instanceof CenterCrop crop && crop.size() <= size
        ? (image, random) -> resizeAndCrop(image, crop)
        : Transform.super.then(next);
  }

  private Image resizeAndCrop(Image image, CenterCrop crop) {
    int width = width(image);
    int height = height(image);
    Box all = new Box(0, 0, image.width(), image.height());
    return Resampling.resize(image, all, width, height, filter, crop.box(width, height));
  }

  private int width(Image image) {
    return image.width() <= image.height() ? size : longer(image);
  }

  private int height(Image image) {
    return image.height() <= image.width() ? size : longer(image);
  }

  private int longer(Image image) {
    int shorter = Math.min(image.width(), image.height());
    long longer = (long) size * Math.max(image.width(), image.height()) / shorter;
    if (longer > Integer.MAX_VALUE) {
      throw tooThin(image, longer);
    }
    return (int) longer;
  }

  private UnreadableImageException tooThin(Image image, long longer) {
    return new UnreadableImageException(
        "expected an image of at most %s pixels when its shorter side is %s, found %sx%s, whose"
                .formatted(Decoding.PILLOW.maxPixels(), size, image.width(), image.height())
            + " longer side would be %s; leave it out".formatted(longer));
  }
}
