package org.genimage.eval;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.base.Stopwatch;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.genimage.data.Augmentation;
import org.genimage.data.Batch;
import org.genimage.data.BatchLoader;
import org.genimage.data.Batches;
import org.genimage.data.DatasetException;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Progress;
import org.genimage.data.Sample;
import org.genimage.models.Detector;

/**
 * The plan to score every image of a dataset.
 *
 * <pre>{@code
 * EvaluationResult result = Evaluation.of(detector, testImages).batchSize(64).run();
 * result.scores().byGenerator().forEach((generator, scores) -> ... scores.accuracy() ...);
 * }</pre>
 *
 * @param detector stays the caller's to close
 * @param data images of both labels
 * @param batchSize images per call of the detector
 * @param threads the threads that read images
 * @param onError what happens to an image that cannot be read
 * @param progress hears of every batch, counting images
 */
public record Evaluation(
    Detector detector,
    ImageDataset data,
    int batchSize,
    int threads,
    ErrorPolicy onError,
    Progress progress) {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if the batch size or the number of threads is not positive
   */
  public Evaluation {
    checkArgument(batchSize > 0, "batch size must be positive, got %s", batchSize);
    checkArgument(threads > 0, "number of threads must be positive, got %s", threads);
  }

  /**
   * Returns the plan with batches of 32, a thread per processor, an end at the first unreadable
   * image, and no one who hears of its progress.
   */
  public static Evaluation of(Detector detector, ImageDataset data) {
    return new Evaluation(
        detector,
        data,
        32,
        Runtime.getRuntime().availableProcessors(),
        ErrorPolicy.fail(),
        Progress.NONE);
  }

  /** Returns the plan with another batch size. */
  public Evaluation batchSize(int images) {
    return new Evaluation(detector, data, images, threads, onError, progress);
  }

  /** Returns the plan with another number of threads. */
  public Evaluation threads(int count) {
    return new Evaluation(detector, data, batchSize, count, onError, progress);
  }

  /** Returns the plan with another way to deal with unreadable images. */
  public Evaluation onError(ErrorPolicy policy) {
    return new Evaluation(detector, data, batchSize, threads, policy, progress);
  }

  /** Returns the plan with someone who hears how far it has come. */
  public Evaluation progress(Progress listener) {
    return new Evaluation(detector, data, batchSize, threads, onError, listener);
  }

  /**
   * Scores the images in the order of the dataset.
   *
   * @throws DatasetException if there are no readable images of one of the labels, since metrics
   *     compare the two
   * @throws org.genimage.data.UnreadableImageException if more images are unreadable than the
   *     policy allows
   * @throws IllegalArgumentException if the detector gives a score outside [0, 1], or none that is
   *     a number
   */
  public EvaluationResult run() {
    checkLabels(data.samples().stream().map(Sample::label).toList());
    Stopwatch time = Stopwatch.createStarted();
    List<Score> scores = new ArrayList<>(data.size());
    BatchLoader loader =
        BatchLoader.of(data)
            .augmentation(Augmentation.of(detector.input().evaluation()))
            .batchSize(batchSize)
            .threads(threads)
            .ordered()
            .onError(onError);
    try (Batches batches = loader.epoch(0)) {
      while (batches.hasNext()) {
        Batch batch = batches.next();
        double[] values = detector.score(batch.images());
        checkState(
            values.length == batch.samples().size(),
            "%s gave %s scores for %s images",
            detector.name(),
            values.length,
            batch.samples().size());
        for (int i = 0; i < values.length; i++) {
          scores.add(Score.of(batch.samples().get(i), values[i]));
        }
        progress.update(scores.size() + batches.skipped().size(), data.size());
      }
      checkLabels(scores.stream().map(Score::label).toList());
      return new EvaluationResult(
          detector.name(),
          detector.provenance(),
          Scores.of(scores),
          batches.skipped(),
          time.elapsed());
    }
  }

  private static void checkLabels(List<Label> labels) {
    Set<Label> found = EnumSet.noneOf(Label.class);
    found.addAll(labels);
    if (found.size() < Label.values().length) {
      throw new DatasetException(
          "an evaluation needs readable images of both labels, found %s images%s"
              .formatted(labels.size(), labels.isEmpty() ? "" : ", all of label " + found));
    }
  }
}
