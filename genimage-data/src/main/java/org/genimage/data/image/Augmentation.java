package org.genimage.data.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;

/**
 * How one image becomes one or several network inputs of one size.
 *
 * @param shared what happens first and once
 * @param splits what happens then, each on its own copy; timm's AugMix splits are a clean one
 *     followed by augmented ones (paper: Hendrycks et al. 2020)
 */
public record Augmentation(Transform shared, List<Transform> splits) {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if there is no split
   */
  public Augmentation {
    splits = List.copyOf(splits);
    checkArgument(!splits.isEmpty(), "an augmentation needs at least one split, got none");
  }

  /** Returns the augmentation that makes one input of an image. */
  public static Augmentation of(Transform transform) {
    return new Augmentation(transform, List.of(Transform.IDENTITY));
  }
}
