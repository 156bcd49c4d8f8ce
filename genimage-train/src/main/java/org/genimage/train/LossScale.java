package org.genimage.train;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Dynamic loss scaling (Micikevicius et al. 2018): the loss is multiplied before the gradients are
 * taken, so that small ones survive 16-bit floats. As PyTorch's GradScaler does it, the factor is
 * halved after a step whose gradients overflowed, and doubled after 2000 in a row that did not.
 *
 * @param factor a power of 2
 * @param steps without overflow since the factor last changed
 */
record LossScale(double factor, int steps) {

  LossScale {
    checkArgument(
        factor > 0 && Double.isFinite(factor) && steps >= 0,
        "a loss scale must be a positive number after a count of steps, got %s after %s",
        (Object) factor,
        steps);
  }

  static final LossScale START = new LossScale(65536, 0);

  /** If gradients overflow at this scale, no scale helps. */
  static final double SMALLEST = 0x1p-20;

  private static final int INTERVAL = 2000;

  /** Returns the scale for the next step. */
  LossScale after(boolean finite) {
    if (!finite) {
      return new LossScale(factor / 2, 0);
    }
    return steps + 1 == INTERVAL ? new LossScale(2 * factor, 0) : new LossScale(factor, steps + 1);
  }
}
