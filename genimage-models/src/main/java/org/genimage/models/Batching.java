package org.genimage.models;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How single requests become batches for a detector, which it scores faster than one by one.
 *
 * <pre>{@code
 * try (Detector detector = Detectors.load(weights);
 *     DetectorService service = detector.batching().batchSize(8).start()) {
 *   service.warmUp();
 *   service
 *       .score(Path.of("photo.jpg"))
 *       .thenAccept(score -> answer(score, detector.label(score)));
 * }
 * }</pre>
 *
 * @param detector such as {@link Detectors#load(java.nio.file.Path)} returns; stays the caller's to
 *     close, after the service
 * @param batchSize the most images that are scored at once
 * @param maxWait how long an image that is ready waits for others to fill its batch; zero: takes
 *     what is there
 * @param capacity the most requests that are open at once, without an answer; more are refused
 * @param threads the threads that decode and resize
 * @param listener is told of batches and refusals
 */
public record Batching(
    Detector detector,
    int batchSize,
    Duration maxWait,
    int capacity,
    int threads,
    DetectorService.Listener listener) {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if the waiting time is negative, or another number is not
   *     positive
   */
  public Batching {
    checkArgument(batchSize > 0, "batch size must be positive, got %s", batchSize);
    checkArgument(!maxWait.isNegative(), "waiting time must not be negative, got %s", maxWait);
    checkArgument(capacity > 0, "capacity must be positive, got %s", capacity);
    checkArgument(threads > 0, "number of threads must be positive, got %s", threads);
    requireNonNull(listener, "listener");
  }

  /**
   * Returns batches of at most 16, a waiting time of 5 milliseconds, 256 open requests, and as many
   * threads as there are processors.
   */
  public static Batching of(Detector detector) {
    return new Batching(
        detector,
        16,
        Duration.ofMillis(5),
        256,
        Runtime.getRuntime().availableProcessors(),
        DetectorService.Listener.NONE);
  }

  /** Returns these settings with another largest batch. */
  public Batching batchSize(int batchSize) {
    return new Batching(detector, batchSize, maxWait, capacity, threads, listener);
  }

  /** Returns these settings with another waiting time. */
  public Batching maxWait(Duration maxWait) {
    return new Batching(detector, batchSize, maxWait, capacity, threads, listener);
  }

  /** Returns these settings with another number of open requests. */
  public Batching capacity(int capacity) {
    return new Batching(detector, batchSize, maxWait, capacity, threads, listener);
  }

  /** Returns these settings with another number of threads. */
  public Batching threads(int threads) {
    return new Batching(detector, batchSize, maxWait, capacity, threads, listener);
  }

  /** Returns these settings with another listener. */
  public Batching listener(DetectorService.Listener listener) {
    return new Batching(detector, batchSize, maxWait, capacity, threads, listener);
  }

  /** Starts the service, which has threads. Close what is returned before the detector. */
  public DetectorService start() {
    return new BatchingService(this);
  }
}
