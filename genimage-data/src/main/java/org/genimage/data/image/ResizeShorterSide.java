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
    return Resampling.resize(image, width(image), height(image), filter);
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
    return side(image.width(), image.height());
  }

  private int height(Image image) {
    return side(image.height(), image.width());
  }

  private int side(int side, int other) {
    return side <= other ? size : Math.toIntExact((long) size * side / other);
  }
}
