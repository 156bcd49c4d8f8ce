package org.genimage.train;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Delays the end of the JVM after Ctrl-C or SIGTERM until training has saved a checkpoint, but by
 * less than the 30 seconds that a container usually has.
 */
final class Shutdown implements AutoCloseable {

  private static final int SECONDS = 25;

  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread hook = new Thread(this::await, "genimage-shutdown");
  private volatile boolean requested;

  Shutdown() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private void await() {
    requested = true;
    try {
      closed.await(SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns whether the JVM is about to end. */
  boolean requested() {
    return requested;
  }

  @Override
  public void close() {
    closed.countDown();
    if (!requested) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The JVM began to end just now, and the hook finds the latch open.
      }
    }
  }
}
