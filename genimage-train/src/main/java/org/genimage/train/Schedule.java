package org.genimage.train;

import static com.google.common.base.Preconditions.checkArgument;

/** The learning rate over time. */
public interface Schedule {

  /**
   * Returns the learning rate.
   *
   * @param epoch from 0
   * @param progress the part of the epoch that is over, in [0, 1)
   */
  double rate(int epoch, double progress);

  /**
   * Half a cosine from {@code base} to {@code minimum} (Loshchilov and Hutter 2017), as timm 0.6
   * runs it: a linear warm-up from {@code warmupStart} replaces the first epochs, the cosine counts
   * them too, and what lies beyond {@code epochs} stays at the minimum.
   *
   * @param base the rate at the cosine's top
   * @param minimum the rate at its end
   * @param epochs the cosine's length
   * @param warmupEpochs the warm-up's length
   * @param warmupStart the rate of the first epoch
   * @param everyStep whether the rate moves with every step, or once an epoch as in the paper
   */
  record Cosine(
      double base,
      double minimum,
      int epochs,
      int warmupEpochs,
      double warmupStart,
      boolean everyStep)
      implements Schedule {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if a rate is negative or a length makes no sense
     */
    public Cosine {
      checkArgument(
          base > 0 && minimum >= 0 && warmupStart >= 0,
          "learning rates must be positive, got base %s, minimum %s, warm-up start %s",
          base,
          minimum,
          warmupStart);
      checkArgument(
          epochs > 0 && warmupEpochs >= 0 && warmupEpochs <= epochs,
          "a cosine needs at least one epoch and no longer warm-up, got %s and %s",
          epochs,
          warmupEpochs);
    }

    @Override
    public double rate(int epoch, double progress) {
      double t = everyStep ? epoch + progress : epoch;
      if (t < warmupEpochs) {
        return warmupStart + t * (base - warmupStart) / warmupEpochs;
      }
      return t < epochs
          ? minimum + 0.5 * (base - minimum) * (1 + Math.cos(Math.PI * t / epochs))
          : minimum;
    }
  }
}
