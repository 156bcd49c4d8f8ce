package org.genimage.train.recipe;

import java.util.Optional;
import org.genimage.train.GradientTrainer;

/**
 * What weights a recipe starts from. A recipe cannot bring them: without {@link
 * GradientTrainer#from} every training starts from random weights, says so in the log where the
 * recipe wants others, and the trained weights' provenance names the departure.
 *
 * @param backbone the published file of ImageNet weights, if training does not start from scratch
 */
public record Start(Optional<String> backbone) {

  /** All weights are random. */
  public static final Start SCRATCH = new Start(Optional.empty());

  /** Returns the start from published weights; what they do not have is random. */
  public static Start imageNet(String file) {
    return new Start(Optional.of(file));
  }

  /**
   * Returns what a training started from.
   *
   * @param given whether it was given weights
   */
  public String describe(boolean given) {
    if (given) {
      return "given weights";
    }
    return backbone
        .map(file -> "random weights; the recipe starts from ImageNet weights, " + file)
        .orElse("random weights");
  }
}
