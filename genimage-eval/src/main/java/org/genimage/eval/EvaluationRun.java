package org.genimage.eval;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.base.Stopwatch;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.genimage.data.Batch;
import org.genimage.data.BatchLoader;
import org.genimage.data.Batches;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.ImageDataset;
import org.genimage.data.Sample;
import org.genimage.data.Skipped;
import org.genimage.data.image.Augmentation;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.Transform;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.models.UndefinedScoreException;

/** One run of an evaluation: it scores the images that have no score yet, in order. */
final class EvaluationRun {

  private static final System.Logger LOG = System.getLogger(EvaluationRun.class.getName());

  /** The largest difference of one image's scores between machines. */
  private static final double SAME_SCORE = 1e-3;

  private static final int SCORED_AGAIN = 8;

  private final Evaluation plan;
  private final ImageDataset images;
  private final Optional<ScoreFile> out;
  private final List<ScoreLine> lines = new ArrayList<>();
  private final Stopwatch time = Stopwatch.createStarted();
  private int failures;
  private int timed;

  /**
   * Creates the run.
   *
   * @param images all of the evaluation or of its part
   * @param out open, with the scores of earlier runs
   */
  EvaluationRun(Evaluation plan, ImageDataset images, Optional<ScoreFile> out) {
    this.plan = plan;
    this.images = images;
    this.out = out;
    List<ScoreLine> earlier = out.map(ScoreFile::lines).orElse(List.of());
    for (int i = 0; i < earlier.size(); i++) {
      lines.add(earlier.get(i).about(images.sample(i)));
    }
  }

  /** Scores what has no score. */
  void run() {
    if (!lines.isEmpty() && lines.size() < images.size()) {
      checkSameScores();
    }
    tryAgain();
    failures = (int) lines.stream().filter(ScoreLine::failed).count();
    if (lines.size() < images.size()) {
      scoreTheRest();
    }
  }

  List<Score> scores() {
    return lines.stream().filter(line -> !line.failed()).map(ScoreLine::toScore).toList();
  }

  List<Failure> failures() {
    return lines.stream().filter(ScoreLine::failed).map(ScoreLine::toFailure).toList();
  }

  /** Returns the number of images that this run scored, or found unreadable. */
  int timed() {
    return timed;
  }

  Duration duration() {
    return time.elapsed();
  }

  /** Scores a few images again, since provenance does not always identify the weights. */
  private void checkSameScores() {
    int[] known =
        IntStream.range(0, lines.size())
            .filter(i -> !lines.get(i).failed())
            .limit(SCORED_AGAIN)
            .toArray();
    for (int place : known) {
      Sample sample = images.sample(place);
      double score = lines.get(place).score().orElseThrow();
      ImageBatch image =
          ImageBatch.of(List.of(preparation().apply(sample.image(), new SplittableRandom(0))));
      double again = UndefinedScoreException.available(() -> plan.detector().score(image))[0];
      if (!(Math.abs(again - score) <= SAME_SCORE)) {
        throw new ScoreFileException(
            "%s: expected %s to score %s for %s, got %s: these are other weights or another image;"
                    .formatted(
                        plan.file().orElseThrow(),
                        plan.detector().name(),
                        score,
                        sample.name(),
                        again)
                + " choose another file or remove this one");
      }
    }
  }

  /** Reads images again that failed in an earlier run: a disk or a network may be back. */
  private void tryAgain() {
    int[] failed = IntStream.range(0, lines.size()).filter(i -> lines.get(i).failed()).toArray();
    if (failed.length == 0) {
      return;
    }
    LOG.log(
        Level.INFO,
        "{0}: {1} images that had no score are tried again",
        plan.file().orElseThrow(),
        Integer.toString(failed.length));
    ImageDataset again = ImageDataset.of(IntStream.of(failed).mapToObj(images::sample).toList());
    int scored = 0;
    try (Batches batches = batches(again, failed.length)) {
      while (batches.hasNext()) {
        Batch batch = batches.next();
        List<OptionalDouble> scores = scores(batch);
        for (int i = 0; i < scores.size(); i++) {
          if (scores.get(i).isPresent()) {
            Score score = Score.of(batch.samples().get(i), scores.get(i).getAsDouble());
            lines.set(failed[batch.positions().get(i)], ScoreLine.of(score));
            scored++;
          }
        }
      }
    }
    LOG.log(
        Level.INFO,
        "{0} of these {1} images have a score now",
        Integer.toString(scored),
        Integer.toString(failed.length));
    timed += scored;
    if (scored > 0) {
      out.orElseThrow().replace(lines);
    }
  }

  private void scoreTheRest() {
    int start = lines.size();
    ImageDataset rest = new Range(images, start, images.size());
    int left = Math.max(0, plan.onError().limit() - failures);
    try (Batches batches = batches(rest, left)) {
      int reported = 0;
      while (batches.hasNext()) {
        Batch batch = batches.next();
        List<OptionalDouble> scores = scores(batch);
        List<ScoreLine> added = new ArrayList<>();
        for (int i = 0; i < scores.size(); i++) {
          int place = start + batch.positions().get(i);
          reported = addSkipped(batches, reported, place - lines.size() - added.size(), added);
          added.add(line(batch.samples().get(i), scores.get(i)));
        }
        add(added);
      }
      List<ScoreLine> added = new ArrayList<>();
      addSkipped(batches, reported, images.size() - lines.size(), added);
      if (!added.isEmpty()) {
        add(added);
      }
    }
    timed += images.size() - start;
  }

  private void add(List<ScoreLine> added) {
    out.ifPresent(file -> file.append(added));
    lines.addAll(added);
    plan.progress().update(lines.size(), images.size());
  }

  /** Adds the next images that this run skipped, in the dataset's order. */
  private int addSkipped(Batches batches, int reported, int count, List<ScoreLine> added) {
    for (Skipped skipped : batches.skipped().subList(reported, reported + count)) {
      checkLimit(skipped.reason());
      added.add(ScoreLine.of(Failure.of(skipped)));
    }
    return reported + count;
  }

  private ScoreLine line(Sample sample, OptionalDouble score) {
    if (score.isPresent()) {
      return ScoreLine.of(Score.of(sample, score.getAsDouble()));
    }
    String reason =
        "%s: expected a score from 0 to 1, got NaN or infinity from %s; check the detector's weights"
            .formatted(sample.name(), plan.detector().name());
    checkLimit(reason);
    LOG.log(Level.WARNING, "image without a score: {0}", reason);
    return ScoreLine.of(new Failure(sample.name(), sample.generator(), sample.label(), reason));
  }

  private void checkLimit(String reason) {
    failures++;
    if (failures > plan.onError().limit()) {
      throw new UnreadableImageException(
          plan.onError().limit() == 0
              ? reason
              : "%s; that is one more than the %s images that may have no score"
                  .formatted(reason, plan.onError().limit()));
    }
  }

  private Batches batches(ImageDataset data, int skipped) {
    return BatchLoader.of(data)
        .augmentation(Augmentation.of(preparation()))
        .batchSize(plan.detector().input().together(plan.batchSize()))
        .threads(plan.threads())
        .ordered()
        .onError(ErrorPolicy.skip(skipped))
        .epoch(0);
  }

  /** Returns the scores of a batch; empty where the detector gives no finite number. */
  private List<OptionalDouble> scores(Batch batch) {
    double[] values =
        UndefinedScoreException.available(() -> plan.detector().score(batch.images()));
    checkState(
        values.length == batch.samples().size(),
        "%s returned %s scores for %s images",
        plan.detector().name(),
        values.length,
        batch.samples().size());
    return IntStream.range(0, values.length)
        .mapToObj(
            i -> Double.isFinite(values[i]) ? OptionalDouble.of(values[i]) : OptionalDouble.empty())
        .toList();
  }

  private Transform preparation() {
    return plan.degradation().transform().then(plan.detector().input().evaluation());
  }
}
