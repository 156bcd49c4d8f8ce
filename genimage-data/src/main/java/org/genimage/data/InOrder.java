package org.genimage.data;

import com.google.common.base.Throwables;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * Work on all images of a dataset by several threads; the calling thread gets the results in order.
 */
final class InOrder {

  private static final int AHEAD = 4;

  private InOrder() {}

  /** Takes one result. */
  interface Result<T> {
    void take(int index, T value) throws IOException;
  }

  /**
   * Runs it.
   *
   * @param from the first image
   * @throws CancellationException if this thread is interrupted; it stays so
   */
  static <T> void run(
      ImageDataset images, int from, int threads, Function<Sample, T> work, Result<T> result)
      throws IOException {
    ExecutorService pool =
        Executors.newFixedThreadPool(
            threads,
            new ThreadFactoryBuilder().setNameFormat("genimage-scan-%d").setDaemon(true).build());
    Queue<Future<T>> pending = new ArrayDeque<>();
    int submitted = from;
    try {
      for (int i = from; i < images.size(); i++) {
        for (; submitted < images.size() && pending.size() < AHEAD * threads; submitted++) {
          Sample sample = images.sample(submitted);
          pending.add(pool.submit(() -> work.apply(sample)));
        }
        result.take(i, pending.remove().get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while images were being examined");
    } catch (ExecutionException e) {
      Throwables.throwIfUnchecked(e.getCause());
      throw new IllegalStateException(e.getCause());
    } finally {
      pool.shutdownNow();
      MoreExecutors.shutdownAndAwaitTermination(pool, Duration.ofSeconds(10));
    }
  }
}
