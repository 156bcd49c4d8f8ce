package org.genimage.models.nn;

/**
 * What a graph is built for. Two kinds of layer ask: those that behave differently in training
 * (batch norm, dropout and its kin) and those whose fastest form has no gradient (padding).
 */
public enum Mode {
  /** Batch statistics, running statistics updated after the step; every op has a gradient. */
  TRAINING,
  /** Running statistics, folded as below where parameters are constants; all ops have gradients. */
  DIFFERENTIABLE,
  /** Running statistics, folded into the convolution before; the fastest ops. */
  INFERENCE
}
