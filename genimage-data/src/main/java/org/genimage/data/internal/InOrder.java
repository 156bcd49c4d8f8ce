package org.genimage.data.internal;

import com.google.common.base.Throwables;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import com.google.common.util.concurrent.Uninterruptibles;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntFunction;

/** Work on many items on several threads. The calling thread receives the results in order. */
public final class InOrder {

  private static final int AHEAD = 4;

  private InOrder() {}

  /** Receives the results. */
  @FunctionalInterface
  public interface Result<T> {

    /**
     * Receives the result of one item.
     *
     * @param index the item's index
     */
    void take(int index, T value) throws IOException;
  }

  /**
   * Works on the items from {@code from} up to, but not including, {@code to}.
   *
   * @param item returns the item of an index; runs on the calling thread
   * @param work runs on several threads at once
   * @param result receives the results in order, on the calling thread
   * @throws IOException if {@code result} throws it
   * @throws CancellationException if this thread is interrupted; its interrupt flag stays set
   */
  public static <S, T> void run(
      int from, int to, int threads, IntFunction<S> item, Function<S, T> work, Result<T> result)
      throws IOException {
    ExecutorService pool =
        Executors.newFixedThreadPool(
            threads,
            new ThreadFactoryBuilder().setNameFormat("genimage-scan-%d").setDaemon(true).build());
    Queue<Future<T>> pending = new ArrayDeque<>();
    int submitted = from;
    try {
      for (int i = from; i < to; i++) {
        for (; submitted < to && pending.size() < AHEAD * threads; submitted++) {
          S next = item.apply(submitted);
          pending.add(pool.submit(() -> work.apply(next)));
        }
        Interruption.check("images were being examined");
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
      Uninterruptibles.awaitTerminationUninterruptibly(pool, 10, TimeUnit.SECONDS);
    }
  }
}
