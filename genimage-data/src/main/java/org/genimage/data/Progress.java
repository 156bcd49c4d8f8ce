package org.genimage.data;

/** Receives the progress of a long piece of work, on the thread that called for the work. */
@FunctionalInterface
public interface Progress {

  /** Ignores progress. */
  Progress NONE = (done, total) -> {};

  /**
   * Receives the number of finished items.
   *
   * @param done the items finished so far, from 0 to {@code total}
   * @param total the number of items
   */
  void update(long done, long total);
}
