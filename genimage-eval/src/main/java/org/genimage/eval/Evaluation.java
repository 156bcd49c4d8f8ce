package org.genimage.eval;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.base.Stopwatch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.genimage.data.Batch;
import org.genimage.data.BatchLoader;
import org.genimage.data.Batches;
import org.genimage.data.DatasetException;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Progress;
import org.genimage.data.Sample;
import org.genimage.data.image.Augmentation;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.Transform;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.models.Detector;

/**
 * The plan to score every image of a dataset. Images are read and resized on threads of their own,
 * two batches ahead of the detector.
 *
 * <pre>{@code
 * EvaluationResult result = Evaluation.of(detector, testImages).file(scoreFile).run();
 * result.scores().byGenerator().forEach((generator, scores) -> ... scores.accuracy() ...);
 * }</pre>
 *
 * @param detector stays the caller's to close
 * @param data images of both labels
 * @param degradation what happens to the images before the detector's own preprocessing
 * @param batchSize images per call of the detector
 * @param threads the threads that read images
 * @param onError what happens to an image that cannot be read
 * @param progress hears of every batch, counting images
 * @param file where the scores go as they come, if anywhere
 */
public record Evaluation(
    Detector detector,
    ImageDataset data,
    Degradation degradation,
    int batchSize,
    int threads,
    ErrorPolicy onError,
    Progress progress,
    Optional<Path> file) {

  /** How far two runs' scores of one image may differ, by another machine's arithmetic. */
  private static final double SAME_SCORE = 1e-3;

  private static final int SCORED_AGAIN = 8;

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
   * Returns the plan with the images as they are, batches of 32, a thread per processor, an end at
   * the first unreadable image, no one who hears of its progress, and no file.
   */
  public static Evaluation of(Detector detector, ImageDataset data) {
    return new Evaluation(
        detector,
        data,
        Degradation.NONE,
        32,
        Runtime.getRuntime().availableProcessors(),
        ErrorPolicy.fail(),
        Progress.NONE,
        Optional.empty());
  }

  /** Returns the plan with degraded images. */
  public Evaluation degraded(Degradation how) {
    return new Evaluation(detector, data, how, batchSize, threads, onError, progress, file);
  }

  /** Returns the plan with another batch size. */
  public Evaluation batchSize(int images) {
    return new Evaluation(detector, data, degradation, images, threads, onError, progress, file);
  }

  /** Returns the plan with another number of threads. */
  public Evaluation threads(int count) {
    return new Evaluation(detector, data, degradation, batchSize, count, onError, progress, file);
  }

  /** Returns the plan with another way to deal with unreadable images. */
  public Evaluation onError(ErrorPolicy policy) {
    return new Evaluation(detector, data, degradation, batchSize, threads, policy, progress, file);
  }

  /** Returns the plan with someone who hears how far it has come. */
  public Evaluation progress(Progress listener) {
    return new Evaluation(detector, data, degradation, batchSize, threads, onError, listener, file);
  }

  /**
   * Returns the plan that appends each batch's scores to a file, one JSON line per image. A run
   * that was stopped, however harshly, goes on where the file ends; {@link EvaluationResult#read}
   * reads it without a detector. A file of another detector or of other images is refused.
   */
  public Evaluation file(Path scores) {
    return new Evaluation(
        detector, data, degradation, batchSize, threads, onError, progress, Optional.of(scores));
  }

  /**
   * Scores the images in the order of the dataset, but for those that the file has already.
   *
   * @throws DatasetException if there are no readable images of one of the labels, since metrics
   *     compare the two
   * @throws UnreadableImageException if more images are unreadable than the policy allows
   * @throws IllegalArgumentException if the detector gives a score outside [0, 1], or none that is
   *     a number
   * @throws ScoreFileException if the file's scores are not this detector's of these images, or
   *     another process writes to it
   */
  public EvaluationResult run() {
    checkLabels(data.samples().stream().map(Sample::label).toList());
    ScoreFile.Header header = ScoreFile.Header.of(detector, data, degradation, Part.WHOLE);
    Timed timed = score(data, header);
    List<Score> scores = timed.content().scores();
    checkLabels(scores.stream().map(Score::label).toList());
    return new EvaluationResult(
        header.detector(),
        header.provenance(),
        header.data(),
        Scores.of(scores).at(header.threshold()),
        timed.content().failures(),
        timed.images(),
        timed.duration());
  }

  /**
   * Scores one of several equal parts of the images, for machines that share a dataset: each scores
   * its parts into files of their own, and {@link EvaluationResult#read(List)} joins these. A part
   * may lack one of the labels; the policy for unreadable images holds for each part by itself.
   *
   * @param part from 0
   * @param parts as many as there are files
   * @throws IllegalStateException if the plan has no {@link #file}
   * @throws IllegalArgumentException if there is no such part, or there are fewer images than
   *     parts, or as {@link #run} does
   * @throws UnreadableImageException if more images are unreadable than the policy allows
   * @throws ScoreFileException as {@link #run} does
   */
  public void runPart(int part, int parts) {
    checkState(file.isPresent(), "a part's scores need a file; give the evaluation one");
    Part mine = new Part(part, parts);
    checkArgument(
        parts <= data.size(),
        "number of parts must be at most that of the images, %s, got %s",
        data.size(),
        parts);
    score(
        new Range(data, mine.start(data.size()), mine.end(data.size())),
        ScoreFile.Header.of(detector, data, degradation, mine));
  }

  /** What is known in the end, and how many of its images were scored now. */
  private record Timed(ScoreFile.Content content, int images, Duration duration) {}

  private Timed score(ImageDataset images, ScoreFile.Header header) {
    if (file.isEmpty()) {
      return score(images, new ScoreFile.Content(header, List.of(), List.of()), Optional.empty());
    }
    try (ScoreFile scoreFile = ScoreFile.open(file.get(), header)) {
      checkSameScores(images, scoreFile.content());
      return score(images, scoreFile.content(), Optional.of(scoreFile));
    }
  }

  private Timed score(ImageDataset images, ScoreFile.Content earlier, Optional<ScoreFile> out) {
    Stopwatch time = Stopwatch.createStarted();
    List<Score> scores = new ArrayList<>(images.size());
    List<Failure> failures = new ArrayList<>(earlier.failures());
    scores.addAll(earlier.scores());
    int start = earlier.size();
    if (start < images.size()) {
      scoreFrom(images, start, scores, failures, out);
    }
    return new Timed(
        new ScoreFile.Content(earlier.header(), scores, failures),
        images.size() - start,
        time.elapsed());
  }

  private void scoreFrom(
      ImageDataset images,
      int start,
      List<Score> scores,
      List<Failure> failures,
      Optional<ScoreFile> out) {
    BatchLoader loader =
        BatchLoader.of(new Range(images, start, images.size()))
            .augmentation(Augmentation.of(preparation()))
            .batchSize(batchSize)
            .threads(threads)
            .ordered()
            .onError(new ErrorPolicy(Math.max(0, onError.limit() - failures.size())));
    int known = failures.size();
    try (Batches batches = loader.epoch(0)) {
      int next = 0;
      while (batches.hasNext()) {
        Batch batch = batches.next();
        double[] values = detector.score(batch.images());
        checkState(
            values.length == batch.samples().size(),
            "%s gave %s scores for %s images",
            detector.name(),
            values.length,
            batch.samples().size());
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
          for (; next < batch.positions().get(i); next++) {
            lines.add(addFailure(batches, failures, known));
          }
          Score score = Score.of(batch.samples().get(i), values[i]);
          scores.add(score);
          lines.add(ScoreFile.line(score));
          next++;
        }
        out.ifPresent(scoreFile -> scoreFile.append(lines));
        progress.update(start + next, images.size());
      }
      List<String> lines = new ArrayList<>();
      for (; start + next < images.size(); next++) {
        lines.add(addFailure(batches, failures, known));
      }
      out.ifPresent(scoreFile -> scoreFile.append(lines));
      if (!lines.isEmpty()) {
        progress.update(images.size(), images.size());
      }
    }
  }

  /** Adds the next image that was skipped in this run; images come in the dataset's order. */
  private static String addFailure(Batches batches, List<Failure> failures, int known) {
    Failure failure = Failure.of(batches.skipped().get(failures.size() - known));
    failures.add(failure);
    return ScoreFile.line(failure);
  }

  private Transform preparation() {
    return degradation.transform().then(detector.input().evaluation());
  }

  /** Weights need not say whose they are: a few images that were scored are scored again. */
  private void checkSameScores(ImageDataset images, ScoreFile.Content earlier) {
    List<Score> known = earlier.scores();
    if (known.isEmpty() || earlier.complete()) {
      return;
    }
    int[] places =
        IntStream.range(0, earlier.size())
            .filter(
                i ->
                    earlier.failures().stream()
                        .noneMatch(f -> f.name().equals(images.sample(i).name())))
            .limit(SCORED_AGAIN)
            .toArray();
    for (int i = 0; i < Math.min(places.length, known.size()); i++) {
      Sample sample = images.sample(places[i]);
      double again =
          detector
              .score(
                  ImageBatch.of(
                      List.of(preparation().apply(sample.image(), new SplittableRandom(0)))))[0];
      if (Math.abs(again - known.get(i).value()) > SAME_SCORE) {
        throw new ScoreFileException(
            "%s: expected %s to score %s for %s, got %s: these are other weights or another image;"
                    .formatted(
                        file.orElseThrow(),
                        detector.name(),
                        known.get(i).value(),
                        sample.name(),
                        again)
                + " choose another file or remove this one");
      }
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

  /** The images from one on to before another. */
  private record Range(ImageDataset all, int start, int end) implements ImageDataset {

    @Override
    public int size() {
      return end - start;
    }

    @Override
    public Sample sample(int index) {
      return all.sample(start + Objects.checkIndex(index, size()));
    }

    @Override
    public String selection() {
      return all.selection();
    }
  }
}
