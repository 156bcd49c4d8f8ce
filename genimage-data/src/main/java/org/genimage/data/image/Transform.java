package org.genimage.data.image;

import java.util.random.RandomGenerator;

/** A function from an image to an image, perhaps random. */
@FunctionalInterface
public interface Transform {

  /** Returns the image unchanged. */
  Transform IDENTITY = Identity.INSTANCE;

  /**
   * Transforms an image.
   *
   * @param image the image
   * @param random the only source of random numbers: the same stream gives the same result
   */
  Image apply(Image image, RandomGenerator random);

  /** Returns this transform followed by another. */
  default Transform then(Transform next) {
    return next == IDENTITY ? this : (image, random) -> next.apply(apply(image, random), random);
  }
}
