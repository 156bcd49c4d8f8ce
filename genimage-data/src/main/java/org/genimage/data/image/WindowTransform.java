package org.genimage.data.image;

import java.util.random.RandomGenerator;

/**
 * A transform that reads only a part of an image, and knows which part before the image is decoded.
 * A decoder then need not give more.
 */
interface WindowTransform extends Transform {

  /**
   * Draws the part of an image of this size.
   *
   * @param width of the whole image, in pixels
   * @param height of the whole image, in pixels
   * @param random as for {@link Transform#apply}
   */
  Window window(int width, int height, RandomGenerator random);

  @Override
  default Image apply(Image image, RandomGenerator random) {
    return window(image.width(), image.height(), random).of(image);
  }

  @Override
  default Transform then(Transform next) {
    return next == IDENTITY
        ? this
        : (WindowTransform)
            (width, height, random) -> window(width, height, random).then(next, random);
  }

  /** What a window's transform does with its pixels. */
  @FunctionalInterface
  interface Work {
    /**
     * Transforms the window.
     *
     * @param rgb rows of pixels as in {@link Image}; not kept, since the next image may use it
     * @param rowWidth of a row in {@code rgb}, in pixels
     * @param place the window in {@code rgb}
     */
    Image apply(byte[] rgb, int rowWidth, Box place);
  }

  /**
   * The part that is read, and what becomes of it.
   *
   * @param box within the image
   * @param work on its pixels
   */
  record Window(Box box, Work work) {

    Image of(Image image) {
      return work.apply(image.rgb(), image.width(), box);
    }

    /** The same, and another transform of the result. */
    Window then(Transform next, RandomGenerator random) {
      return new Window(
          box, (rgb, rowWidth, place) -> next.apply(work.apply(rgb, rowWidth, place), random));
    }
  }
}
