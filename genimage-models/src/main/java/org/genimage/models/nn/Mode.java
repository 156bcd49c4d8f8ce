package org.genimage.models.nn;

/**
 * What a graph is built for. Three kinds of layer ask: those that behave differently in training
 * (batch norm, dropout and its kin), those whose fastest form has no gradient (padding), and those
 * that oneDNN computes together with what follows (convolutions, matrix products).
 */
public enum Mode {
  /**
   * Batch statistics, running statistics updated after the step; every op from a parameter on has a
   * gradient.
   */
  TRAINING,
  /** Running statistics, folded as below where parameters are constants; all ops have gradients. */
  DIFFERENTIABLE,
  /** Running statistics, folded into the convolution before; ops that any TensorFlow has. */
  PORTABLE,
  /** Like {@link #PORTABLE}, with oneDNN's fused ops, which TensorFlow has on a CPU. */
  INFERENCE,
  /**
   * Like {@link #INFERENCE}, with bfloat16 for what convolutions and matrix products see and give.
   */
  INFERENCE_BFLOAT16;

  /**
   * Returns whether every op must have a gradient; in training those before the first parameter
   * need none.
   */
  public boolean hasGradient() {
    return this == TRAINING || this == DIFFERENTIABLE;
  }

  /** Returns whether TensorFlow has this mode's ops on this machine. */
  public boolean isAvailable() {
    return switch (this) {
      case TRAINING, DIFFERENTIABLE, PORTABLE -> true;
      case INFERENCE -> OneDnn.fuses();
      case INFERENCE_BFLOAT16 -> OneDnn.fusesBfloat16();
    };
  }

  boolean folds() {
    return !hasGradient();
  }

  boolean fuses() {
    return compareTo(INFERENCE) >= 0;
  }
}
