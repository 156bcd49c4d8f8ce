package org.genimage.data;

/** Hears how far a long piece of work has come. Called on the thread that does the work. */
@FunctionalInterface
public interface Progress {

  /** Ignores everything. */
  Progress NONE = (done, total) -> {};

  /**
   * Reports the state of the work.
   *
   * @param done the items finished so far, from 0 to {@code total}
   * @param total the number of items
   */
  void update(long done, long total);
}
