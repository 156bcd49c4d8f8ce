package org.genimage.train;

/**
 * Hears how training goes, on the thread that trains. {@link TrainingListeners} has the ready ones.
 * After a crash training goes on from its last checkpoint, so a listener may hear of a step or an
 * epoch again; {@link #onBegin} tells from where.
 */
public interface TrainingListener {

  /**
   * Called once, before the first step.
   *
   * @param epoch the epoch that comes first, from 0
   * @param steps that were done before this call of {@code fit}; not 0 where training goes on from
   *     a checkpoint
   */
  default void onBegin(int epoch, long steps) {}

  /** Called after every step. */
  default void onStep(StepReport report) {}

  /** Called after every epoch. */
  default void onEpoch(EpochReport report) {}

  /** Called when training ends, also by an exception. */
  default void onEnd() {}
}
