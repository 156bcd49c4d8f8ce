package org.genimage.attacks;

import com.google.common.io.ByteSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.Transform;
import org.genimage.data.image.Transforms;

/** What an attacked image goes through before the victim sees it. */
public enum Storage {
  /** Nothing: numbers in [0, 1], which no file holds. */
  FLOATS("as computed", Transform.IDENTITY),
  /** Rounded to 256 levels. */
  EIGHT_BITS("8 bits", Transform.IDENTITY),
  /** Written as a PNG file and read again. */
  PNG("PNG", (image, random) -> Image.read("attacked PNG", ByteSource.wrap(image.toPng()))),
  /** Compressed by JPEG of quality 95, which blurs small changes away. */
  JPEG_95("JPEG 95", Transforms.jpeg(95)),
  /** Compressed by JPEG of quality 75. */
  JPEG_75("JPEG 75", Transforms.jpeg(75));

  private final String display;
  private final Transform transform;

  Storage(String display, Transform transform) {
    this.display = display;
    this.transform = transform;
  }

  /** Returns the images as they come out. */
  ImageBatch of(ImageBatch images) {
    List<Image> stored = new ArrayList<>();
    for (int i = 0; i < images.count(); i++) {
      stored.add(transform.apply(images.image(i), new SplittableRandom(0)));
    }
    return ImageBatch.of(stored);
  }

  /** Returns what tables call it, such as {@code JPEG 95}. */
  @Override
  public String toString() {
    return display;
  }
}
