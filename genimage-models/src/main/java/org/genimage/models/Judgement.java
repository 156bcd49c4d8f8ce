package org.genimage.models;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

/**
 * The score of an image, and what it counts as.
 *
 * @param score the model's probability of AI, in [0, 1]
 * @param verdict by the detector's {@link Detector#verdictRule}, with all its views. Without a rule
 *     by {@link Detector#label(double)}, which is never unsure
 */
public record Judgement(double score, Verdict verdict) {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if the score is not from 0 to 1
   */
  public Judgement {
    checkArgument(score >= 0 && score <= 1, "a score must be from 0 to 1, got %s", score);
    requireNonNull(verdict, "verdict");
  }
}
