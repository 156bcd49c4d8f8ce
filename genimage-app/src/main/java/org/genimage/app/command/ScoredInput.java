package org.genimage.app.command;

import java.util.List;
import java.util.Optional;
import org.genimage.data.claims.FileClaims;
import org.genimage.eval.explanation.TileScores;
import org.genimage.models.Verdict;

/**
 * What is said of an input: a score, or why there is none.
 *
 * @param name as the user gave it
 * @param outcome score and verdict, if there is a score
 * @param problem why there is none
 * @param claims what the file says of itself; empty if it cannot be read
 * @param decodedBy another program that decoded it; empty if genimage did
 */
record ScoredInput(
    String name,
    Optional<Outcome> outcome,
    Optional<String> problem,
    Optional<FileClaims> claims,
    Optional<String> decodedBy) {

  /**
   * A score.
   *
   * @param score the model's probability of AI, in [0, 1]
   * @param verdict what it counts as
   * @param width of the image in pixels
   * @param height of the image in pixels
   * @param warnings what the detector did not see of it
   * @param tiles the scores of its tiles, if they were asked for
   */
  record Outcome(
      double score,
      Verdict verdict,
      int width,
      int height,
      List<ImageWarnings.Warning> warnings,
      Optional<TileScores> tiles) {}

  /** Returns the same with the scores of its tiles. */
  ScoredInput tiles(TileScores scores) {
    return new ScoredInput(
        name,
        outcome.map(
            found ->
                new Outcome(
                    found.score(),
                    found.verdict(),
                    found.width(),
                    found.height(),
                    found.warnings(),
                    Optional.of(scores))),
        problem,
        claims,
        decodedBy);
  }

  /** Returns the same without a score. */
  ScoredInput failed(String reason) {
    return new ScoredInput(name, Optional.empty(), Optional.of(reason), claims, decodedBy);
  }

  boolean failed() {
    return outcome.isEmpty();
  }
}
