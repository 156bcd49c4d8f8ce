package org.genimage.models;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.base.Suppliers;
import com.google.common.io.ByteSource;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.genimage.data.Seed;
import org.genimage.data.image.Image;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.data.internal.LimitedFiles;

/**
 * A detector that answers later, and gathers the requests of many threads into batches, by the
 * rules of the {@link Batching} that starts it. Safe for use by many threads at once. Owns threads
 * until it is closed; close it before its detector, which {@link Detectors#load(Path)} or {@link
 * Blueprint} made.
 *
 * <p>A future fails with the exception that kept its own image from being scored, such as {@link
 * UnreadableImageException} or {@link UndefinedScoreException}; the other images are scored all the
 * same. A request whose future is cancelled is dropped unless it is just being scored.
 *
 * <p>A future fails with {@link RejectedExecutionException}, at once, if as many requests are open
 * as the capacity allows: wait for some, or tell your caller to come back.
 *
 * <p>What depends on a future, such as the function given to {@link CompletableFuture#thenAccept},
 * runs on a thread that answers this future alone. So it may be slow, and it may wait for other
 * answers of the service. There are at most 64 such threads more than the capacity; while all are
 * busy, requests are refused as above. Idle ones end after ten seconds.
 *
 * @see Detector#batching()
 */
public interface DetectorService extends AutoCloseable {

  /**
   * The score of an image, and what it counts as.
   *
   * @param score the model's probability of AI, in [0, 1]
   * @param verdict by the detector's {@link Detector#verdictRule}, with all its views. Without a
   *     rule by {@link Detector#label(double)}, which is never unsure
   */
  record Judgement(double score, Verdict verdict) {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if the score is not from 0 to 1
     */
    public Judgement {
      checkArgument(score >= 0 && score <= 1, "a score must be from 0 to 1, got %s", score);
      requireNonNull(verdict, "verdict");
    }
  }

  /**
   * Is told what a {@link DetectorService} does, such as for metrics. Its methods are called by the
   * service's own threads and by those that ask for scores, so they must be fast and safe for use
   * by many threads. An exception of theirs is logged and changes no answer.
   *
   * @see Batching#listener(Listener)
   */
  interface Listener {

    /** A listener that ignores everything. */
    Listener NONE = new Listener() {};

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

  /** Returns whose scores it gives. */
  Detector detector();

  /**
   * Scores an image of any size, in [0, 1].
   *
   * @param image makes the image, on one of the threads that decode and resize. So no more images
   *     are in memory than there are such threads. What it throws, the future fails with
   */
  CompletableFuture<Double> score(Supplier<Image> image);

  /** Scores one image of any size, in [0, 1]. */
  default CompletableFuture<Double> score(Image image) {
    return score(() -> image);
  }

  /** Scores a picture in memory, in [0, 1], as {@link Image#of(BufferedImage)} sees it. */
  default CompletableFuture<Double> score(BufferedImage picture) {
    return score(() -> Image.of(picture));
  }

  /** Scores an image file, in [0, 1]. */
  default CompletableFuture<Double> score(Path file) {
    return score(() -> Image.read(file));
  }

  /**
   * Scores an encoded image, in [0, 1].
   *
   * @param encoded the content of a file that {@link Image#read(Path)} reads; not copied, so leave
   *     it as it is
   */
  default CompletableFuture<Double> score(byte[] encoded) {
    return score(() -> Image.read("encoded image", ByteSource.wrap(encoded)));
  }

  /**
   * Scores an encoded image, in [0, 1].
   *
   * @param encoded the content of a file that {@link Image#read(Path)} reads; read to its end
   *     before this method returns, and the caller's to close
   */
  default CompletableFuture<Double> score(InputStream encoded) {
    try {
      return score(LimitedFiles.read(encoded));
    } catch (IOException e) {
      return CompletableFuture.failedFuture(
          new UnreadableImageException(
              "expected a stream of an encoded image, found an error in reading it (%s); send it"
                      .formatted(e.getMessage())
                  + " again",
              e));
    }
  }

  /**
   * Scores an image of any size, and says what it counts as. If the detector has a rule of verdicts
   * with further views, each of them is one more request, and is scored in the same batches. If one
   * fails or is refused, the future fails, and the others are dropped. Cancelling the future drops
   * all of them.
   *
   * @param image makes the image, once, on one of the threads that decode and resize
   */
  default CompletableFuture<Judgement> judge(Supplier<Image> image) {
    Supplier<Image> once = Suppliers.memoize(image::get);
    List<CompletableFuture<Double>> scores = new ArrayList<>(List.of(score(once)));
    List<SecondView> views = detector().verdictRule().map(VerdictRule::views).orElse(List.of());
    for (SecondView view : views) {
      scores.add(score(() -> view.transform().apply(once.get(), Seed.of(0).random())));
    }
    CompletableFuture<Judgement> judgement = new CompletableFuture<>();
    judgement.whenComplete((done, problem) -> scores.forEach(score -> score.cancel(false)));
    for (CompletableFuture<Double> score : scores) {
      score.whenComplete(
          (value, problem) -> {
            if (problem != null) {
              judgement.completeExceptionally(problem);
            }
          });
    }
    CompletableFuture.allOf(scores.toArray(CompletableFuture[]::new))
        .thenAccept(
            done -> {
              List<Double> values = scores.stream().map(CompletableFuture::join).toList();
              double score = values.get(0);
              judgement.complete(
                  new Judgement(score, verdict(score, values.subList(1, values.size()))));
            });
    return judgement;
  }

  private Verdict verdict(double score, List<Double> ofViews) {
    return detector()
        .verdictRule()
        .map(rule -> rule.verdict(score, ofViews))
        .orElseGet(
            () ->
                switch (detector().label(score)) {
                  case AI -> Verdict.AI;
                  case NATURE -> Verdict.NATURE;
                });
  }

  /**
   * Scores black images, one and a whole batch, so that the first request need not wait for what
   * TensorFlow does once. Returns when it is done.
   *
   * @throws IllegalStateException if the service or its detector is closed
   */
  void warmUp();

  /** Returns how many images are decoded and wait for their batch. */
  int waiting();

  /** Returns how many requests have no answer yet, those that are just being scored among them. */
  int unanswered();

  /** Returns how many requests may be open at once. */
  int capacity();

  /**
   * Refuses new requests, waits until the open ones are answered and ends the threads; an interrupt
   * cancels what is still open. Does not wait for what depends on the answers, so it may be called
   * there, too. Leaves the detector open. A second call does nothing.
   */
  @Override
  void close();
}
