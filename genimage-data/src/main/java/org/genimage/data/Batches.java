package org.genimage.data;

import com.google.common.base.Throwables;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import com.google.common.util.concurrent.Uninterruptibles;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.data.internal.Interruption;

/**
 * The batches of one epoch, in order, for one reading thread. Background threads prepare the next
 * two batches. They end with the last batch, at the first failure, or with {@link #close}.
 */
public final class Batches implements Iterator<Batch>, AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Batches.class.getName());

  private final BatchLoader loader;
  private final int epoch;
  private final int readers;
  private final int batchSize;
  private final int[] order;
  private final int end;
  private final long ahead;
  private final ExecutorService pool;
  private final Queue<Future<List<Image>>> pending = new ArrayDeque<>();
  private final List<Skipped> skipped = new ArrayList<>();
  private int submitted;
  private int taken;
  private int position;
  private Optional<Batch> next = Optional.empty();

  Batches(BatchLoader loader, int epoch, int batches, int position, int reader, int readers) {
    this.loader = loader;
    this.epoch = epoch;
    this.readers = readers;
    this.batchSize = loader.batchSize() / readers;
    this.submitted = position / readers;
    this.taken = position / readers;
    this.position = position;
    this.order = own(loader.order(epoch), batchSize, reader, readers);
    this.end = (int) Math.min(order.length, (long) batches * batchSize);
    this.ahead = 2L * Math.max(batchSize, loader.threads());
    this.pool =
        Executors.newFixedThreadPool(
            loader.threads(),
            new ThreadFactoryBuilder()
                .setNameFormat("genimage-batches-%d")
                .setDaemon(true)
                .build());
  }

  /** Returns one reader's part of every complete batch; a single reader gets everything. */
  private static int[] own(int[] order, int size, int reader, int readers) {
    if (readers == 1) {
      return order;
    }
    int[] own = new int[order.length / (size * readers) * size];
    for (int i = 0; i < own.length; i++) {
      own[i] = order[(i / size * readers + reader) * size + i % size];
    }
    return own;
  }

  /**
   * Returns whether there is another batch; waits until it is ready.
   *
   * @throws UnreadableImageException if more images are unreadable than the policy allows
   * @throws CancellationException if this thread is interrupted; its interrupt flag stays set
   */
  @Override
  public boolean hasNext() {
    try {
      while (next.isEmpty() && taken < end && !pool.isShutdown()) {
        next = assemble();
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
    if (next.isEmpty()) {
      close();
    }
    return next.isPresent();
  }

  /**
   * Returns the next batch. It has fewer samples than the batch size where some were skipped; a
   * batch that lost all of them is left out.
   *
   * @throws NoSuchElementException if there is none, or this was closed
   * @throws UnreadableImageException if more images are unreadable than the policy allows
   * @throws CancellationException if this thread is interrupted; its interrupt flag stays set
   */
  @Override
  public Batch next() {
    if (!hasNext()) {
      throw new NoSuchElementException("epoch " + epoch + " has no more batches");
    }
    Batch batch = next.orElseThrow();
    next = Optional.empty();
    position = taken * readers;
    return batch;
  }

  /**
   * Returns the number of the epoch's samples that were read or skipped so far. {@link
   * BatchLoader#epoch(int, int)} resumes there, with the next batch.
   */
  public int position() {
    return position;
  }

  /** Returns the images that were left out so far, in the epoch's order. */
  public List<Skipped> skipped() {
    return List.copyOf(skipped);
  }

  /**
   * Stops the background threads, drops the batches that are ready and waits for images that are
   * being read. Calling it again does nothing.
   */
  @Override
  public void close() {
    next = Optional.empty();
    // A task that never starts would leave a reader on another thread waiting for ever.
    pool.shutdownNow().forEach(task -> ((Future<?>) task).cancel(true));
    Uninterruptibles.awaitTerminationUninterruptibly(pool, 10, TimeUnit.SECONDS);
  }

  private Optional<Batch> assemble() {
    List<List<Image>> examples = new ArrayList<>();
    List<Sample> samples = new ArrayList<>();
    List<Integer> positions = new ArrayList<>();
    int last = (int) Math.min(end, (long) taken + batchSize);
    while (taken < last) {
      int number = order[taken];
      try {
        examples.add(take());
        samples.add(loader.sample(number));
        positions.add(number);
      } catch (UnreadableImageException e) {
        skip(loader.sample(number), e);
      }
    }
    if (samples.isEmpty()) {
      return Optional.empty();
    }
    int splits = loader.augmentation().splits().size();
    List<Image> images = new ArrayList<>();
    for (int split = 0; split < splits; split++) {
      for (List<Image> example : examples) {
        images.add(example.get(split));
      }
    }
    return Optional.of(new Batch(ImageBatch.of(images), samples, positions, splits));
  }

  private List<Image> take() {
    Interruption.check("waiting for a batch");
    readAhead();
    taken++;
    try {
      return pending.remove().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while waiting for a batch");
    } catch (ExecutionException e) {
      Throwables.throwIfUnchecked(e.getCause());
      throw new IllegalStateException(e.getCause());
    }
  }

  private void readAhead() {
    try {
      for (; submitted < end && pending.size() < ahead; submitted++) {
        int number = order[submitted];
        pending.add(pool.submit(() -> loader.example(epoch, number)));
      }
    } catch (RejectedExecutionException e) {
      throw new CancellationException("closed while a batch was being read");
    }
  }

  private void skip(Sample sample, UnreadableImageException e) {
    int limit = loader.onError().limit();
    if (limit == 0) {
      throw e;
    }
    if (skipped.size() == limit) {
      throw new UnreadableImageException(
          "%s; that is one more than the %s unreadable images that an epoch may skip"
              .formatted(e.getMessage(), limit),
          e.getCause());
    }
    LOG.log(Level.WARNING, "image skipped: {0}", e.getMessage());
    skipped.add(new Skipped(sample, e.getMessage()));
  }
}
