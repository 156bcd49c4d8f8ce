package org.genimage.models;

import static java.util.Objects.requireNonNull;

import org.genimage.data.image.Filter;
import org.genimage.data.image.Transform;
import org.genimage.data.image.Transforms;

/** What happens to an image's size before the crop. */
public sealed interface Resize {

  /** Returns the transform. */
  Transform transform();

  /**
   * The shorter side becomes {@code side} pixels, the other follows (torchvision's {@code Resize}).
   *
   * @param side in pixels
   * @param filter the filter, with Pillow's antialiasing and rounding
   */
  record ShorterSide(int side, Filter filter) implements Resize {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if the side is not from 1 to {@link InputContract#MAX_SIDE}
     */
    public ShorterSide {
      InputContract.checkSide("side to resize to", side);
      requireNonNull(filter);
    }

    @Override
    public Transform transform() {
      return Transforms.resizeShorterSide(side, filter);
    }
  }

  /**
   * The image becomes a square of {@code side} pixels, whatever its shape.
   *
   * @param side in pixels
   * @param filter the filter, with Pillow's antialiasing and rounding
   */
  record Square(int side, Filter filter) implements Resize {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if the side is not from 1 to {@link InputContract#MAX_SIDE}
     */
    public Square {
      InputContract.checkSide("side to resize to", side);
      requireNonNull(filter);
    }

    @Override
    public Transform transform() {
      return Transforms.resize(side, side, filter);
    }
  }

  /**
   * The image becomes a square of {@code side} pixels, whatever its shape, as OpenCV's bilinear
   * {@code cv2.resize} does it: without antialiasing.
   *
   * @param side in pixels
   */
  record OpenCvSquare(int side) implements Resize {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if the side is not from 1 to {@link InputContract#MAX_SIDE}
     */
    public OpenCvSquare {
      InputContract.checkSide("side to resize to", side);
    }

    @Override
    public Transform transform() {
      return Transforms.resizeOpenCv(side, side);
    }
  }

  /** The image keeps its size: its finest traces reach the network as they are. */
  record None() implements Resize {
    @Override
    public Transform transform() {
      return Transform.IDENTITY;
    }
  }
}
