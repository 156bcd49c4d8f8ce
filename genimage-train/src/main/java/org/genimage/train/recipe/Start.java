package org.genimage.train.recipe;

import java.util.Optional;

/**
 * The first weights that a recipe expects. A recipe does not contain them: give them to the trainer
 * ({@code GradientTrainer.from}). Otherwise training starts from random weights; if the recipe
 * expects others, a warning is logged and the metadata of the trained weights state the difference.
 *
 * @param backbone the published file of weights; none if training starts from scratch
 */
public record Start(Optional<String> backbone) {

  /** All weights are random. */
  public static final Start SCRATCH = new Start(Optional.empty());

  /** Returns the start from published ImageNet weights; entries that they lack are random. */
  public static Start imageNet(String file) {
    return new Start(Optional.of(file));
  }

  /** Returns the start from published weights that were trained on other data than ImageNet. */
  public static Start published(String file) {
    return new Start(Optional.of(file));
  }

  /**
   * Returns a text about the first weights of a training.
   *
   * @param given whether the trainer got weights
   */
  public String describe(boolean given) {
    if (given) {
      return "given weights";
    }
    return backbone
        .map(file -> "random weights; the recipe starts from published weights, " + file)
        .orElse("random weights");
  }
}
