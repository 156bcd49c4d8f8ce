package org.genimage.models;

import java.time.Duration;

/**
 * Is told what a {@link DetectorService} does, such as for metrics. Its methods are called by the
 * service's own threads and by those that ask for scores, so they must be fast and safe for use by
 * many threads. An exception of theirs is logged and changes no answer.
 *
 * @see Batching#listener(ServiceListener)
 */
public interface ServiceListener {

  /** A listener that ignores everything. */
  ServiceListener NONE = new ServiceListener() {};

  /**
   * A batch was scored.
   *
   * @param images how many, at least 1
   * @param time how long the detector took, without decoding and waiting
   */
  default void scored(int images, Duration time) {}

  /** A request was refused, because as many are open as the capacity allows. */
  default void refused() {}
}
