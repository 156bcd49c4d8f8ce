package org.genimage.models;

import org.genimage.data.image.Filter;
import org.genimage.data.image.Transform;
import org.genimage.data.image.Transforms;

/**
 * A change that keeps what an image shows. A verdict that it turns into the opposite is not to be
 * relied on. Each is applied to the decoded image, before the detector's own preprocessing.
 */
public enum SecondView {
  /** The middle of the image, 90 % of each side. */
  CROP(Transforms.centerCropShare(0.9)),
  /** The image at 75 % of each side, bicubic as Pillow. */
  RESCALE(Transforms.shrink(0.75, Filter.BICUBIC)),
  /** The image saved as JPEG of quality 75 with chroma at half the size, as Pillow does. */
  RECOMPRESSION(Transforms.jpeg(75));

  private final Transform transform;

  SecondView(Transform transform) {
    this.transform = transform;
  }

  /** Returns the change; it draws no random numbers. */
  public Transform transform() {
    return transform;
  }
}
