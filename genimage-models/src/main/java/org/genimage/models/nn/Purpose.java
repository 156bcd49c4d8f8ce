package org.genimage.models.nn;

/** What a graph is built for, which decides what a network computes; not how it is computed. */
public enum Purpose {
  /**
   * Training: batch norms use the batch's statistics, dropout and its kin draw, and every op from
   * the first parameter on has a gradient.
   */
  TRAINING,
  /** Gradients with respect to the images: running statistics, and every op has a gradient. */
  GRADIENTS,
  /** Scores: running statistics, and no gradient is asked for. */
  SCORING
}
