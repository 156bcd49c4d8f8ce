package org.genimage.eval;

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
 * @param onError what happens to an image that cannot be read
 * @param progress hears of every batch, counting images
 */
public record Evaluation(
    Detector detector,
    ImageDataset data,
    int batchSize,
    ErrorPolicy onError,
    Progress progress) {

  /** Returns the plan with batches of 32, no progress, and an end at the first unreadable image. */
  public static Evaluation of(Detector detector, ImageDataset data) {
    return new Evaluation(detector, data, 32, ErrorPolicy.fail(), Progress.NONE);
  }

  /** Returns the plan with another batch size. */
  public Evaluation batchSize(int images) {
    return new Evaluation(detector, data, images, onError, progress);
  }

  /** Returns the plan with another way to deal with unreadable images. */
  public Evaluation onError(ErrorPolicy policy) {
    return new Evaluation(detector, data, batchSize, policy, progress);
  }

  /** Returns the plan with someone who hears how far it has come. */
  public Evaluation progress(Progress listener) {
    return new Evaluation(detector, data, batchSize, onError, listener);
  }

  /**
   * Scores the images in the order of the dataset.
   *
   * @throws DatasetException if there are no readable images of one of the labels, since metrics
   *     compare the two; or if there are more unreadable ones than the policy allows
   */
  public EvaluationResult run() {
    checkLabels(data.samples().stream().map(sample -> sample.label()).toList());
    Stopwatch time = Stopwatch.createStarted();
    List<Score> scores = new ArrayList<>(data.size());
    BatchLoader loader =
        BatchLoader.of(data)
            .augmentation(Augmentation.of(detector.input().evaluation()))
            .batchSize(batchSize)
            .ordered()
            .onError(onError);
    try (Batches batches = loader.epoch(0)) {
      while (batches.hasNext()) {
        Batch batch = batches.next();
        double[] values = detector.score(batch.images());
        for (int i = 0; i < values.length; i++) {
          scores.add(Score.of(batch.samples().get(i), values[i]));
        }
        progress.update(scores.size() + batches.skipped().size(), data.size());
      }
      checkLabels(scores.stream().map(Score::label).toList());
      return new EvaluationResult(
          detector.name(),
          detector.provenance(),
          new Scores(scores),
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
