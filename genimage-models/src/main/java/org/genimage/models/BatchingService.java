package org.genimage.models;

import static com.google.common.base.Preconditions.checkState;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.Queues;
import com.google.common.primitives.Ints;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import com.google.common.util.concurrent.Uninterruptibles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;

/** The service that a {@link Batching} starts. */
final class BatchingService implements DetectorService {

  private static final System.Logger LOG = System.getLogger(BatchingService.class.getName());

  /** Answered futures whose dependents still run, over those that the capacity allows for. */
  private static final int SPARE_ANSWERS = 64;

  private final Batching batching;

  /** The most images of a batch: one, if each has a size of its own. */
  private final int together;

  private final ExecutorService preparing;
  private final ExecutorService scoring;
  private final ExecutorService answering;

  /** Requests without an answer. */
  private final Semaphore places;

  /** Those, and answers whose dependents still run. */
  private final Semaphore answers;

  private final BlockingQueue<Request> ready = new LinkedBlockingQueue<>();
  private final Set<CompletableFuture<Double>> open = ConcurrentHashMap.newKeySet();
  private boolean closed;

  BatchingService(Batching batching) {
    this.batching = batching;
    this.together = batching.detector().input().together(batching.batchSize());
    this.places = new Semaphore(batching.capacity());
    this.answers = new Semaphore(Ints.saturatedCast((long) batching.capacity() + SPARE_ANSWERS));
    this.answering = // bounded by the semaphore
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            10,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            daemons("genimage-answering-%d"));
    this.preparing =
        Executors.newFixedThreadPool(batching.threads(), daemons("genimage-preparing-%d"));
    this.scoring = Executors.newSingleThreadExecutor(daemons("genimage-scoring-%d"));
    scoring.execute(this::scoreBatches);
  }

  private static ThreadFactory daemons(String names) {
    return new ThreadFactoryBuilder().setNameFormat(names).setDaemon(true).build();
  }

  /** An image that waits for its batch since a moment of {@link System#nanoTime}. */
  private record Request(CompletableFuture<Double> future, Image image, long since) {}

  @Override
  public void warmUp() {
    synchronized (this) {
      checkState(!closed, closedMessage());
    }
    int side = detector().input().side();
    Image black = Image.of(side, side, new byte[3 * side * side]);
    detector().score(black.toPng());
    detector().score(ImageBatch.of(Collections.nCopies(batching.batchSize(), black)));
  }

  @Override
  public synchronized CompletableFuture<Double> score(Supplier<Image> image) {
    requireNonNull(image, "image");
    if (closed) {
      return CompletableFuture.failedFuture(new IllegalStateException(closedMessage()));
    }
    if (!places.tryAcquire()) {
      return refused(batching.capacity() + " open requests, its capacity");
    }
    if (!answers.tryAcquire()) {
      places.release();
      return refused("answers whose dependents still run on all its threads");
    }
    CompletableFuture<Double> future = new CompletableFuture<>();
    open.add(future);
    future.whenComplete((score, problem) -> open.remove(future));
    preparing.execute(() -> prepare(future, image));
    return future;
  }

  private CompletableFuture<Double> refused(String reason) {
    tell(listener -> listener.refused());
    return CompletableFuture.failedFuture(
        new RejectedExecutionException(
            "the service of detector %s has %s; try again later"
                .formatted(detector().name(), reason)));
  }

  private void prepare(CompletableFuture<Double> future, Supplier<Image> image) {
    if (future.isDone()) {
      drop(1);
      return;
    }
    try {
      Image prepared = detector().input().prepare(image.get());
      ready.add(new Request(future, prepared, System.nanoTime()));
    } catch (Throwable e) {
      fail(future, e);
    }
  }

  private void scoreBatches() {
    while (!scoring.isShutdown()) {
      try {
        scoreBatch();
      } catch (InterruptedException e) {
        // Closed, or the detector has left this thread interrupted, which says nothing here.
        continue;
      }
    }
  }

  private void scoreBatch() throws InterruptedException {
    List<Request> batch = new ArrayList<>();
    Request first = ready.take();
    batch.add(first);
    Duration waited = Duration.ofNanos(System.nanoTime() - first.since());
    try {
      Queues.drain(ready, batch, together - 1, batching.maxWait().minus(waited));
    } finally {
      score(batch);
    }
  }

  private void score(List<Request> batch) {
    List<Request> wanted = batch.stream().filter(request -> !request.future().isDone()).toList();
    drop(batch.size() - wanted.size());
    if (wanted.isEmpty()) {
      return;
    }
    double[] scores;
    try {
      ImageBatch images = ImageBatch.of(wanted.stream().map(Request::image).toList());
      long start = System.nanoTime();
      scores = UndefinedScoreException.available(() -> detector().score(images));
      Duration time = Duration.ofNanos(System.nanoTime() - start);
      checkState(
          scores.length == wanted.size(),
          "%s gave %s scores for %s images",
          detector().name(),
          scores.length,
          wanted.size());
      tell(listener -> listener.scored(wanted.size(), time));
    } catch (Throwable e) {
      if (wanted.size() == 1) {
        fail(wanted.get(0).future(), e);
      } else {
        wanted.forEach(request -> score(List.of(request)));
      }
      return;
    }
    for (int i = 0; i < scores.length; i++) {
      answer(wanted.get(i).future(), scores[i]);
    }
  }

  private void answer(CompletableFuture<Double> future, double score) {
    if (Double.isFinite(score)) {
      finish(future, answered -> answered.complete(score));
    } else {
      fail(future, UndefinedScoreException.of(detector().name(), "the image"));
    }
  }

  private void fail(CompletableFuture<Double> future, Throwable problem) {
    finish(future, failed -> failed.completeExceptionally(problem));
  }

  /** Gives the place back before anyone can learn of the result and ask for another one. */
  private void finish(
      CompletableFuture<Double> future, Consumer<CompletableFuture<Double>> completion) {
    places.release();
    Runnable answer =
        () -> {
          try {
            completion.accept(future);
          } finally {
            answers.release();
          }
        };
    try {
      answering.execute(answer);
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      answer.run(); // No thread is to be had, or the service is closed.
    }
  }

  /** Takes note of requests that nobody waits for. */
  private void drop(int cancelled) {
    places.release(cancelled);
    answers.release(cancelled);
  }

  /** A listener that fails changes no answer. */
  private void tell(Consumer<DetectorService.Listener> event) {
    try {
      event.accept(batching.listener());
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "a listener of " + this + " failed", e);
    }
  }

  @Override
  public int waiting() {
    return ready.size();
  }

  @Override
  public int unanswered() {
    return batching.capacity() - places.availablePermits();
  }

  @Override
  public int capacity() {
    return batching.capacity();
  }

  @Override
  public Detector detector() {
    return batching.detector();
  }

  /** Returns whose service it is and how busy, in a short line. */
  @Override
  public String toString() {
    return "service of detector %s, %s of %s requests open"
        .formatted(detector().name(), unanswered(), batching.capacity());
  }

  private String closedMessage() {
    return "the service of detector %s is closed; start another".formatted(detector().name());
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    try {
      CompletableFuture.allOf(open.toArray(CompletableFuture[]::new)).get();
    } catch (ExecutionException e) {
      // The caller has the exception already.
    } catch (InterruptedException e) {
      open.forEach(future -> future.cancel(false));
      Thread.currentThread().interrupt();
    }
    preparing.shutdownNow();
    scoring.shutdownNow();
    Uninterruptibles.awaitTerminationUninterruptibly(scoring, 10, TimeUnit.SECONDS);
    answering.shutdown();
  }
}
