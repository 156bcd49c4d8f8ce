package org.genimage.train;

import java.util.function.Supplier;
import org.genimage.train.TrainingState.EpochPart;

/** Measures an epoch: the whole time, and how much of it goes to waiting and to steps. */
final class EpochClock {

  private final long began = System.nanoTime();
  private final EpochPart before;
  private long waiting;
  private long stepping;

  /**
   * Starts the clock.
   *
   * @param before what earlier runs did of the epoch
   */
  EpochClock(EpochPart before) {
    this.before = before;
  }

  /** Returns a result for which the network has to wait. */
  <T> T waiting(Supplier<T> images) {
    long asked = System.nanoTime();
    T result = images.get();
    waiting += System.nanoTime() - asked;
    return result;
  }

  /** Returns the result of a step. */
  <T> T stepping(Supplier<T> step) {
    long asked = System.nanoTime();
    T result = step.get();
    stepping += System.nanoTime() - asked;
    return result;
  }

  /**
   * Returns the epoch after another step.
   *
   * @param position samples of the epoch's order that are done
   * @param last the epoch before the step
   * @param loss of the step
   * @param samples of the step
   * @param skipped files that could not be read since the clock was started
   */
  EpochPart after(int position, EpochPart last, double loss, int samples, int skipped) {
    return new EpochPart(
        position,
        last.steps() + 1,
        last.lossSum() + loss,
        last.samples() + samples,
        before.skipped() + skipped,
        before.nanos() + System.nanoTime() - began,
        before.waiting() + waiting,
        before.stepping() + stepping);
  }
}
