package org.genimage.models;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import org.genimage.data.Label;

/**
 * Two numbers for each image of a batch: one for nature, one for AI. They are a network's own
 * logits, before the temperature of a {@link org.genimage.models.weights.Calibration}, or the
 * weights of a linear function of them. Immutable.
 */
public final class Logits {

  private final float[] values;

  private Logits(float[] values) {
    this.values = values;
  }

  /**
   * Returns logits of these values.
   *
   * @param values {@code [count, 2]}, row-major: nature, AI; copied
   * @throws IllegalArgumentException if there is no image or the last one has one value only
   */
  public static Logits of(float... values) {
    checkArgument(
        values.length > 0 && values.length % 2 == 0,
        "logits need two values per image, nature and AI, got %s values",
        values.length);
    return new Logits(values.clone());
  }

  /**
   * Returns the same two numbers for every image, such as -1 and 1, the weights of the margin.
   *
   * @throws IllegalArgumentException if the count is not positive
   */
  public static Logits same(int count, float nature, float ai) {
    checkArgument(count > 0, "number of images must be positive, got %s", count);
    float[] values = new float[2 * count];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 2 == 0 ? nature : ai;
    }
    return new Logits(values);
  }

  /** Returns the number of images. */
  public int count() {
    return values.length / 2;
  }

  /** Returns an image's number for nature. */
  public float nature(int image) {
    return values[2 * image];
  }

  /** Returns an image's number for AI. */
  public float ai(int image) {
    return values[2 * image + 1];
  }

  /** Returns an image's number for a label. */
  public float of(int image, Label label) {
    return values[2 * image + label.index()];
  }

  /** Returns AI less nature: positive where the score is above 0.5. */
  public double margin(int image) {
    return (double) ai(image) - nature(image);
  }

  /** Returns a copy of the values, {@code [count, 2]}, row-major: nature, AI. */
  public float[] toArray() {
    return values.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Logits logits && Arrays.equals(values, logits.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  /** Returns the values in order. */
  @Override
  public String toString() {
    return Arrays.toString(values);
  }
}
