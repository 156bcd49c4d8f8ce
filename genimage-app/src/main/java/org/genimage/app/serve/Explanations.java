package org.genimage.app.serve;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import com.google.common.util.concurrent.Uninterruptibles;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.genimage.data.image.Image;
import org.genimage.eval.explanation.Explainers;
import org.genimage.eval.explanation.Explanation;
import org.genimage.eval.report.Spectra;
import org.genimage.models.Detector;
import org.genimage.models.UndefinedScoreException;

/**
 * Explains images one after the other, on one thread, and gives way to scores: an explanation takes
 * as long as dozens of them. A client has one at a time, and few wait.
 */
final class Explanations implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();

  /** Explanations that are made or wait, of all clients. Each holds an encoded image. */
  private static final int OPEN = 8;

  private static final Duration LONGEST_STOP = Duration.ofSeconds(30);

  private final Detector detector;
  private final Duration limit;
  private final BooleanSupplier isScoring;
  private final ServiceMetrics metrics;
  private final FairQueue queue = new FairQueue("explanations", OPEN, 1, 1);
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          new ThreadFactoryBuilder().setNameFormat("genimage-explain").setDaemon(true).build());

  /**
   * Returns what makes explanations.
   *
   * @param limit the time for one while nobody waits for a score; zero: none is offered
   * @param isScoring whether somebody waits for a score
   */
  Explanations(
      Detector detector, Duration limit, BooleanSupplier isScoring, ServiceMetrics metrics) {
    this.detector = detector;
    this.limit = limit;
    this.isScoring = isScoring;
    this.metrics = metrics;
  }

  boolean areOffered() {
    return !limit.isZero();
  }

  /**
   * Takes a client's place.
   *
   * @throws ProblemException if the client has one, or all are taken
   */
  FairQueue.Ticket enter(String client) {
    return queue.enter(client);
  }

  /** Begins to explain an image; the explanation as answers have it. To be called in turn. */
  CompletableFuture<ObjectNode> of(Supplier<Image> image) {
    CompletableFuture<ObjectNode> result = new CompletableFuture<>();
    thread.execute(
        () -> {
          try {
            result.complete(explain(image, result::isDone));
          } catch (UndefinedScoreException e) {
            result.completeExceptionally(new ProblemException(Problem.undefined()));
          } catch (RuntimeException | Error e) {
            result.completeExceptionally(e);
          }
        });
    return result;
  }

  private ObjectNode explain(Supplier<Image> supplier, BooleanSupplier isCancelled) {
    long start = System.nanoTime();
    Image image = supplier.get();
    PoliteDetector polite = new PoliteDetector(detector, isScoring, () -> checkWanted(isCancelled));
    Explanation explanation = Explainers.occlusion().within(limit).explain(polite, image);
    ObjectNode json = JSON.createObjectNode();
    json.set("map", picture(explanation.drawing(), explanation.caption()));
    json.set(
        "spectrum",
        Spectra.picture(image).map(picture -> picture(picture, spectrum(picture))).orElse(null));
    json.put("scorings", explanation.scorings());
    Duration time = Duration.ofNanos(System.nanoTime() - start);
    json.put("milliseconds", time.toNanos() / 1_000_000.0);
    metrics.explained(time);
    return json;
  }

  private void checkWanted(BooleanSupplier isCancelled) {
    if (isCancelled.getAsBoolean() || thread.isShutdown()) {
      throw new CancellationException("nobody waits for this explanation");
    }
  }

  private static ObjectNode picture(Image picture, String caption) {
    return JSON.createObjectNode()
        .put("png", picture.toPng())
        .put("width", picture.width())
        .put("height", picture.height())
        .put("caption", caption);
  }

  private static String spectrum(Image picture) {
    return ("The Fourier spectrum of the finest detail: of the image's middle %s × %s pixels, less"
            + " their 3 × 3 median. Low frequencies are in the middle; brighter is stronger, on a"
            + " logarithmic scale. Regular spots or lines come from some generators, but also from"
            + " JPEG, resizing and printed patterns. The score does not use this picture.")
        .formatted(picture.width(), picture.height());
  }

  @Override
  public void close() {
    thread.shutdown();
    Uninterruptibles.awaitTerminationUninterruptibly(
        thread, LONGEST_STOP.toSeconds(), TimeUnit.SECONDS);
  }
}
