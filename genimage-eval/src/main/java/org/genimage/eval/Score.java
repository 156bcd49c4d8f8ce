package org.genimage.eval;

import static com.google.common.base.Preconditions.checkArgument;

import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.genimage.data.Sample;

/**
 * A detector's score of one image.
 *
 * @param name the image's name, as {@link Sample#name()}
 * @param generator the subset that it belongs to
 * @param label what it is
 * @param value the detector's probability of {@link Label#AI}, in [0, 1]
 */
public record Score(String name, Generator generator, Label label, double value) {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if the value is outside [0, 1] or not a number
   */
  public Score {
    checkArgument(value >= 0 && value <= 1, "score of %s must be in [0, 1], got %s", name, value);
  }

  /**
   * Which image a score is of.
   *
   * @param name the image's name
   * @param generator the subset that it belongs to
   * @param label what it is
   */
  public record Key(String name, Generator generator, Label label) {}

  /** Returns which image this is the score of. */
  public Key key() {
    return new Key(name, generator, label);
  }

  /** Returns the score of a sample. */
  static Score of(Sample sample, double value) {
    return new Score(sample.name(), sample.generator(), sample.label(), value);
  }

  /**
   * Returns the decision: AI if the score is above the threshold.
   *
   * @param threshold in [0, 1]
   */
  public Label decision(double threshold) {
    return value > threshold ? Label.AI : Label.NATURE;
  }

  /**
   * Returns whether the decision is right.
   *
   * @param threshold in [0, 1]
   */
  public boolean correct(double threshold) {
    return decision(threshold) == label;
  }
}
