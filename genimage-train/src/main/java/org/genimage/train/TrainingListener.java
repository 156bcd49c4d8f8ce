package org.genimage.train;

/** Hears how training goes, on the thread that trains. */
public interface TrainingListener {

  /**
   * Called after every step.
   *
   * @param samples trained on since the start of this call of {@code fit}
   * @param totalSamples that it will train on
   * @param loss of this step, in nats
   */
  default void onStep(long samples, long totalSamples, double loss) {}

  /** Called after every epoch. */
  default void onEpoch(EpochReport report) {}
}
