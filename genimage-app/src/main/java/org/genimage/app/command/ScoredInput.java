package org.genimage.app.command;

import java.util.Optional;
import org.genimage.data.claims.FileClaims;
import org.genimage.models.Verdict;

/**
 * What is said of an input: a score, or why there is none.
 *
 * @param name as the user gave it
 * @param outcome score and verdict, if there is a score
 * @param problem why there is none
 * @param claims what the file says of itself; empty if it cannot be read
 */
record ScoredInput(
    String name, Optional<Outcome> outcome, Optional<String> problem, Optional<FileClaims> claims) {

  /**
   * A score.
   *
   * @param score the model's probability of AI, in [0, 1]
   * @param verdict what it counts as
   * @param width of the image in pixels
   * @param height of the image in pixels
   */
  record Outcome(double score, Verdict verdict, int width, int height) {}

  boolean failed() {
    return outcome.isEmpty();
  }
}
