package org.genimage.models;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import org.genimage.data.image.Filter;
import org.genimage.data.image.Transform;
import org.genimage.data.image.Transforms;
import org.genimage.data.image.UnreadableImageException;

/** What happens to an image's size before the crop. */
public sealed interface Resize {

  /** Returns the transform. */
  Transform transform();

  /**
   * Returns whether a centre crop follows, so that all images have one size; if not, each reaches
   * the network with its own.
   */
  default boolean crops() {
    return true;
  }

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

  /**
   * A resize and the centre crop after it, as transformers crops: the offset is rounded down, where
   * torchvision rounds half to even. A smaller image gets black edges.
   *
   * @param resize what comes before the crop
   * @param side in pixels, that of the input
   */
  record FlooredCrop(Resize resize, int side) implements Resize {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if the side is not from 1 to {@link InputContract#MAX_SIDE},
     *     or no crop can follow the resize
     */
    public FlooredCrop {
      InputContract.checkSide("side to crop to", side);
      checkArgument(
          resize.crops() && !(resize instanceof FlooredCrop),
          "a crop must follow a resize that has none itself, got %s",
          resize);
    }

    @Override
    public Transform transform() {
      return resize.transform().then(Transforms.flooredCenterCrop(side));
    }
  }

  /** The image keeps its size: its finest traces reach the network as they are. */
  record None() implements Resize {
    @Override
    public Transform transform() {
      return Transform.IDENTITY;
    }
  }

  /**
   * An image whose shorter side is too small is repeated beside and below itself; no pixel is
   * resampled (NPR's protocol on GenImage).
   *
   * @param side in pixels, which the shorter side has at least
   */
  record Tile(int side) implements Resize {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if the side is not from 1 to {@link InputContract#MAX_SIDE}
     */
    public Tile {
      InputContract.checkSide("side to repeat to", side);
    }

    @Override
    public Transform transform() {
      return Transforms.tile(side);
    }
  }

  /**
   * The image reaches the network whole, without resize and crop. So images have sizes of their own
   * and are scored one by one. Only a network that takes any size can have it, and only for scores
   * and gradients: training, attacks on datasets and exports need one size.
   *
   * @param multiple the last rows and columns are dropped, so that both sides are a multiple of
   *     this; 1 drops none
   */
  record Whole(int multiple) implements Resize {

    /** The fewest rows and columns of an image: differences of neighbours need two. */
    private static final int LEAST = 2;

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if the number is not from 1 to {@link
     *     InputContract#MAX_SIDE}
     */
    public Whole {
      InputContract.checkSide("number that sides are a multiple of", multiple);
    }

    @Override
    public Transform transform() {
      return (image, random) -> {
        if (Math.min(image.width(), image.height()) < LEAST) {
          throw new UnreadableImageException(
              "expected a whole image of at least %s pixels on each side, found %sx%s; leave it out"
                  .formatted(LEAST, image.width(), image.height()));
        }
        return Transforms.cropToMultiple(multiple).apply(image, random);
      };
    }

    @Override
    public boolean crops() {
      return false;
    }
  }
}
