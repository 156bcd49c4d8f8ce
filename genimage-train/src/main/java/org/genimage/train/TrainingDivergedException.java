package org.genimage.train;

import java.util.List;

/** The loss is no longer a number. The last good checkpoint stays as it is. */
public final class TrainingDivergedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  TrainingDivergedException(int epoch, int step, double rate, double loss, List<Double> losses) {
    super(
        ("training diverged: the loss of step %d in epoch %d is %s at learning rate %s, after %s;"
                + " lower the learning rate or lengthen its warm-up")
            .formatted(step, epoch, loss, rate, losses));
  }
}
