package org.genimage.data.image;

import java.util.random.RandomGenerator;

/** Changes nothing, and is no step of what it is composed with. */
enum Identity implements Transform {
  INSTANCE;

  @Override
  public Image apply(Image image, RandomGenerator random) {
    return image;
  }

  @Override
  public Transform then(Transform next) {
    return next;
  }
}
