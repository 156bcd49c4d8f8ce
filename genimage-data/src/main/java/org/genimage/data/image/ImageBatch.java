package org.genimage.data.image;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Several images of one size, 8-bit RGB, immutable: {@code [count, height, width, 3]}, row-major.
 */
public final class ImageBatch {

  private final int count;
  private final int height;
  private final int width;
  private final byte[] bytes;

  private ImageBatch(int count, int height, int width, byte[] bytes) {
    this.count = count;
    this.height = height;
    this.width = width;
    this.bytes = bytes;
  }

  /**
   * Returns a batch of these images.
   *
   * @throws IllegalArgumentException if there is none or their sizes differ
   */
  public static ImageBatch of(List<Image> images) {
    Builder builder = builder(images.size());
    for (int i = 0; i < images.size(); i++) {
      builder.put(i, images.get(i));
    }
    return builder.build();
  }

  /**
   * Returns a builder, into which several threads may put images at the same time.
   *
   * @param places for images
   * @throws IllegalArgumentException if there are fewer than 0
   */
  public static Builder builder(int places) {
    checkArgument(places >= 0, "places for images must not be negative, got %s", places);
    return new Builder(places);
  }

  /** Takes the images of a batch one by one, and keeps none of them. */
  public static final class Builder {

    private static final String BUILT = "this batch is built; take a new builder";

    private final boolean[] taken;
    private final Image[] others; // those that do not have the size of the first one that came
    private int width;
    private int height;
    private byte[] bytes;
    private boolean built;

    private Builder(int places) {
      this.taken = new boolean[places];
      this.others = new Image[places];
    }

    /**
     * Puts an image into a place. Threads may use different places at the same time; whoever builds
     * the batch has to wait for them.
     *
     * @param place from 0 to the number of places less 1
     * @throws IllegalArgumentException if there is no such place, or it is taken
     * @throws IllegalStateException if the batch is built
     */
    public void put(int place, Image image) {
      checkState(!built, BUILT);
      checkArgument(
          place >= 0 && place < taken.length,
          "place must be from 0 to %s, got %s",
          taken.length - 1,
          place);
      checkArgument(!taken[place], "place %s has an image", place);
      taken[place] = true;
      if (fits(image)) {
        System.arraycopy(image.rgb(), 0, bytes, place * image.rgb().length, image.rgb().length);
      } else {
        others[place] = image;
      }
    }

    private synchronized boolean fits(Image image) {
      if (bytes == null) {
        bytes = new byte[Math.multiplyExact(taken.length, image.rgb().length)];
        width = image.width();
        height = image.height();
      }
      return image.width() == width && image.height() == height;
    }

    /**
     * Returns the batch of all images, in the order of their places; empty places are left out. The
     * builder cannot be used any more.
     *
     * @throws IllegalArgumentException if there is none or their sizes differ
     * @throws IllegalStateException if the batch is built
     */
    public ImageBatch build() {
      checkState(!built, BUILT);
      int[] places = IntStream.range(0, taken.length).filter(place -> taken[place]).toArray();
      checkArgument(places.length > 0, "a batch needs at least one image, got none");
      for (int i = 1; i < places.length; i++) {
        checkArgument(
            width(places[i]) == width(places[0]) && height(places[i]) == height(places[0]),
            "images of a batch must have one size: image 0 is %sx%s, image %s is %sx%s",
            width(places[0]),
            height(places[0]),
            i,
            width(places[i]),
            height(places[i]));
      }
      built = true;
      int length = 3 * width * height;
      for (int i = 0; i < places.length; i++) {
        if (places[i] > i) {
          System.arraycopy(bytes, places[i] * length, bytes, i * length, length);
        }
      }
      byte[] all =
          places.length == taken.length ? bytes : Arrays.copyOf(bytes, places.length * length);
      return new ImageBatch(places.length, height, width, all);
    }

    private int width(int place) {
      return others[place] == null ? width : others[place].width();
    }

    private int height(int place) {
      return others[place] == null ? height : others[place].height();
    }
  }

  /** Returns the number of images. */
  public int count() {
    return count;
  }

  /** Returns the height of each image in pixels. */
  public int height() {
    return height;
  }

  /** Returns the width of each image in pixels. */
  public int width() {
    return width;
  }

  /**
   * Returns a copy of one image.
   *
   * @param index from 0 to {@code count() - 1}
   * @throws IllegalArgumentException if there is no such image
   */
  public Image image(int index) {
    checkArgument(
        index >= 0 && index < count, "image index must be from 0 to %s, got %s", count - 1, index);
    byte[] rgb = new byte[3 * height * width];
    System.arraycopy(bytes, index * rgb.length, rgb, 0, rgb.length);
    return Image.wrap(width, height, rgb);
  }

  /** Returns a copy of the bytes, {@code [count, height, width, 3]}, 0 to 255 unsigned. */
  public byte[] toArray() {
    return bytes.clone();
  }

  /** Returns the same pixels as numbers in [0, 1]: the bytes divided by 255. */
  public Pixels toPixels() {
    float[] values = new float[bytes.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (bytes[i] & 0xff) / 255f;
    }
    return Pixels.wrap(count, height, width, values);
  }
}
