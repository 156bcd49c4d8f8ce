package org.genimage.models;

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
