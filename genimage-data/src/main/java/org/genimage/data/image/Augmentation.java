package org.genimage.data.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;

/**
 * Turns one image into one or several network inputs of one size.
 *
 * @param shared applied first, once
 * @param splits applied next, each to its own copy of the result. AugMix (Hendrycks et al. 2020) in
 *     timm has one split without augmentation, followed by augmented ones
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

  /** Returns the augmentation that makes one input from an image. */
  public static Augmentation of(Transform transform) {
    return new Augmentation(transform, List.of(Transform.IDENTITY));
  }
}
