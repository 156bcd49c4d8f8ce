package org.genimage.eval.protocol;

import static com.google.common.base.Preconditions.checkArgument;

import org.genimage.data.ImageDataset;

/**
 * One training and one test on different images of a dataset. {@link Folds} makes them.
 *
 * @param name what is tested, such as {@code without ADM}; for tables and files
 * @param training what to train on
 * @param test what to test on; none of it is in the training images
 */
public record Fold(String name, ImageDataset training, ImageDataset test) {

  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException if it is blank
   */
  public Fold {
    checkArgument(!name.isBlank(), "the name of a fold must not be blank");
  }

  @Override
  public String toString() {
    return "%s: %s to train on, %s to test on".formatted(name, training.size(), test.size());
  }
}
