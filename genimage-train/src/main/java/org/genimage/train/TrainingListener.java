package org.genimage.train;

/**
 * Receives the progress of training, on the thread that trains. {@link TrainingListeners} offers
 * ready listeners. After a crash, training resumes from its last checkpoint, so a listener may get
 * a step or an epoch again; {@link #onBegin} reports the first one.
 */
public interface TrainingListener {

  /**
   * Called once, before the first step.
   *
   * @param epoch the epoch that comes first, from 0
   * @param steps done before this call of {@code fit}; not 0 if training resumes from a checkpoint
   */
  default void onBegin(int epoch, long steps) {}

  /** Called after every step. */
  default void onStep(StepReport report) {}

  /** Called after every epoch. */
  default void onEpoch(EpochReport report) {}

  /** Called when training ends, also by an exception. */
  default void onEnd() {}
}
