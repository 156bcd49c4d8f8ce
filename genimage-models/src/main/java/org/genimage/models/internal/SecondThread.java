package org.genimage.models.internal;

import com.google.common.base.Throwables;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import com.google.common.util.concurrent.Uninterruptibles;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs tasks on the thread that asks and, as far as it is free, on one more. Who waits sleeps:
 * callers of parallel streams, which are many where a detector is shared, keep processors busy
 * while they wait for the few threads of the common pool.
 */
public final class SecondThread {

  private static final Executor SECOND =
      new ThreadPoolExecutor(
          0,
          1,
          10,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          new ThreadFactoryBuilder().setNameFormat("genimage-second").setDaemon(true).build());

  private SecondThread() {}

  /**
   * Runs all tasks and returns when all have ended, even if some fail or the thread is interrupted.
   *
   * @throws RuntimeException that a task ended with: of several, that of the first in the list
   */
  public static void run(List<? extends Runnable> tasks) {
    List<FutureTask<Void>> all =
        tasks.stream().map(task -> new FutureTask<Void>(task, null)).toList();
    all.stream().skip(1).forEach(SECOND::execute);
    // One that another thread has begun does not run again.
    all.forEach(FutureTask::run);
    Throwable failure = null;
    for (FutureTask<Void> task : all) {
      try {
        Uninterruptibles.getUninterruptibly(task);
      } catch (ExecutionException e) {
        failure = failure == null ? e.getCause() : failure;
      }
    }
    if (failure != null) {
      Throwables.throwIfUnchecked(failure);
    }
  }
}
