package org.genimage.data.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.random.RandomGenerator;
import org.genimage.data.image.WindowTransform.Window;

/**
 * Copies of a small image beside and below each other; of an image that is large enough, a crop
 * after it reads its own window alone.
 *
 * @param size that the shorter side has at least, in pixels
 */
record Tile(int size) implements Transform {

  Tile {
    checkArgument(size > 0, "size to tile to must be positive, got %s", size);
  }

  @Override
  public Image apply(Image image, RandomGenerator random) {
    if (changesNothing(image.width(), image.height())) {
      return image;
    }
    long width = (size + image.width() - 1L) / image.width() * image.width();
    long height = (size + image.height() - 1L) / image.height() * image.height();
    if (width * height > Decoding.PILLOW.maxPixels()) {
      throw new UnreadableImageException(
          "expected an image of at most %s pixels when it is repeated to %s, found %sx%s, which"
                  .formatted(Decoding.PILLOW.maxPixels(), size, image.width(), image.height())
              + " would be %sx%s; leave it out".formatted(width, height));
    }
    byte[] rgb = new byte[Math.toIntExact(3 * width * height)];
    int row = 3 * image.width();
    for (int y = 0; y < height; y++) {
      for (int start = 0; start < 3 * width; start += row) {
        int target = Math.toIntExact(3 * width * y) + start;
        System.arraycopy(image.rgb(), y % image.height() * row, rgb, target, row);
      }
    }
    return Image.wrap((int) width, (int) height, rgb);
  }

  @Override
  public Transform then(Transform next) {
    return next instanceof WindowTransform crop
        ? (WindowTransform)
            (width, height, random) ->
                changesNothing(width, height)
                    ? crop.window(width, height, random)
                    : whole(width, height)
                        .then((image, r) -> crop.apply(apply(image, r), r), random)
        : Transform.super.then(next);
  }

  private boolean changesNothing(int width, int height) {
    return Math.min(width, height) >= size;
  }

  private static Window whole(int width, int height) {
    return Crop.window(width, height, new Box(0, 0, width, height));
  }
}
