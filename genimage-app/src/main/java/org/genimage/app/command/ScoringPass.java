package org.genimage.app.command;

import com.google.common.base.Throwables;
import com.google.common.collect.AbstractIterator;
import com.google.common.collect.Lists;
import com.google.common.primitives.Doubles;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.genimage.data.claims.FileClaims;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.models.Detector;
import org.genimage.models.SecondView;
import org.genimage.models.UndefinedScoreException;

/**
 * Scores inputs in their order, batch by batch, while the next batch is decoded on other threads.
 * An input that fails is in the results at its place. Few images are in memory at a time.
 */
final class ScoringPass extends AbstractIterator<ScoredInput> {

  private static final int BATCH = 16;

  private final Detector detector;
  private final Decision decision;
  private final Iterator<Input> inputs;
  private final Queue<Pending> ahead = new ArrayDeque<>();
  private final Queue<ScoredInput> done = new ArrayDeque<>();

  ScoringPass(Detector detector, Decision decision, List<Input> inputs) {
    this.detector = detector;
    this.decision = decision;
    this.inputs = inputs.iterator();
  }

  /** An input while it is decoded. */
  private record Pending(Input input, CompletableFuture<Decoded> decoded) {}

  /**
   * A decoded input.
   *
   * @param views as the detector wants them: the image itself, then the further views
   */
  private record Decoded(
      int width,
      int height,
      List<Image> views,
      FileClaims claims,
      List<ImageWarnings.Warning> warnings) {}

  @Override
  protected ScoredInput computeNext() {
    readAhead();
    if (done.isEmpty() && !ahead.isEmpty()) {
      scoreBatch();
    }
    return done.isEmpty() ? endOfData() : done.remove();
  }

  private void readAhead() {
    while (ahead.size() < 2 * BATCH && inputs.hasNext()) {
      Input input = inputs.next();
      ahead.add(new Pending(input, CompletableFuture.supplyAsync(() -> decode(input))));
    }
  }

  private Decoded decode(Input input) {
    Image image = input.image();
    List<Image> views = new ArrayList<>(List.of(detector.input().prepare(image)));
    for (SecondView view : decision.views()) {
      views.add(detector.input().prepare(view.transform().apply(image, new SplittableRandom(0))));
    }
    List<ImageWarnings.Warning> warnings =
        input
            .header()
            .map(
                header -> ImageWarnings.of(detector.input(), header, image.width(), image.height()))
            .orElse(List.of());
    return new Decoded(image.width(), image.height(), views, input.claims(), warnings);
  }

  private void scoreBatch() {
    List<Pending> batch = new ArrayList<>();
    List<Image> views = new ArrayList<>();
    while (batch.size() < BATCH && !ahead.isEmpty()) {
      Pending next = ahead.remove();
      batch.add(next);
      problem(next).ifPresentOrElse(none -> {}, () -> views.addAll(next.decoded().join().views()));
      readAhead();
    }
    Iterator<Double> scores = score(views).iterator();
    for (Pending one : batch) {
      Optional<String> problem = problem(one);
      done.add(
          problem.isPresent()
              ? new ScoredInput(
                  one.input().name(),
                  Optional.empty(),
                  problem,
                  claims(one.input()),
                  one.input().decodedBy())
              : scored(one.input(), one.decoded().join(), scores));
    }
  }

  /** Returns why an input could not be decoded; waits for it. */
  private static Optional<String> problem(Pending pending) {
    try {
      pending.decoded().join();
      return Optional.empty();
    } catch (CompletionException e) {
      if (e.getCause() instanceof UnreadableImageException unreadable) {
        return Optional.of(unreadable.getMessage());
      }
      Throwables.throwIfUnchecked(e.getCause());
      throw e;
    }
  }

  private static Optional<FileClaims> claims(Input input) {
    try {
      return Optional.of(input.claims());
    } catch (UnreadableImageException e) {
      return Optional.empty();
    }
  }

  private List<Double> score(List<Image> views) {
    List<Double> scores = new ArrayList<>();
    for (List<Image> part : Lists.partition(views, detector.input().together(BATCH))) {
      scores.addAll(
          Doubles.asList(
              UndefinedScoreException.available(() -> detector.score(ImageBatch.of(part)))));
    }
    return scores;
  }

  private ScoredInput scored(Input input, Decoded decoded, Iterator<Double> scores) {
    double score = scores.next();
    List<Double> others = new ArrayList<>();
    for (int i = 1; i < decoded.views().size(); i++) {
      others.add(scores.next());
    }
    if (!Double.isFinite(score) || !others.stream().allMatch(Double::isFinite)) {
      String problem =
          "expected a score of %s in [0, 1], found a number that is not finite; check the weights"
              .formatted(detector.name());
      return new ScoredInput(
          input.name(),
          Optional.empty(),
          Optional.of(problem),
          Optional.of(decoded.claims()),
          input.decodedBy());
    }
    return new ScoredInput(
        input.name(),
        Optional.of(
            new ScoredInput.Outcome(
                score,
                decision.verdict(score, others),
                decoded.width(),
                decoded.height(),
                decoded.warnings(),
                Optional.empty())),
        Optional.empty(),
        Optional.of(decoded.claims()),
        input.decodedBy());
  }
}
