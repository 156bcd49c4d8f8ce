package org.genimage.train;

import java.util.List;

/**
 * Training diverged: the loss or a weight is no longer finite, or 16-bit gradients overflow at
 * every scale. The last good checkpoint is unchanged.
 */
public final class TrainingDivergedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  TrainingDivergedException(
      String what, int epoch, int step, double rate, double loss, List<Double> losses) {
    super(
        ("training diverged: %s of step %s in epoch %s is %s at learning rate %s, after %s;"
                + " lower the learning rate or lengthen its warm-up")
            .formatted(what, step, epoch, loss, rate, losses));
  }
}
