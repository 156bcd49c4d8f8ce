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
 * The settings of an evaluation, which scores every image of a dataset. Background threads read and
 * resize images, two batches ahead of the detector.
 *
 * <pre>{@code
 * EvaluationResult result = Evaluation.of(detector, testImages).file(scoreFile).run();
 * result.scores().byGenerator().forEach((generator, scores) -> ... scores.accuracy() ...);
 * }</pre>
 *
 * @param detector the caller closes it
 * @param data images of both labels
 * @param degradation applied to the images before the detector's own preprocessing
 * @param batchSize images per call of the detector
 * @param threads the number of threads that read images
 * @param onError what happens when an image cannot be read
 * @param progress receives the number of images scored, after each batch
 * @param file where scores are written while the evaluation runs, if any
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

  /** The largest difference of one image's scores between machines. */
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
   * Returns the evaluation with the defaults: no degradation, batches of 32, one thread per
   * processor, a failure at the first unreadable image, no progress and no file.
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

  /** Returns the evaluation on degraded images. */
  public Evaluation degraded(Degradation how) {
    return new Evaluation(detector, data, how, batchSize, threads, onError, progress, file);
  }

  /**
   * Returns the evaluation with another batch size.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public Evaluation batchSize(int images) {
    return new Evaluation(detector, data, degradation, images, threads, onError, progress, file);
  }

  /**
   * Returns the evaluation with another number of threads.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public Evaluation threads(int count) {
    return new Evaluation(detector, data, degradation, batchSize, count, onError, progress, file);
  }

  /** Returns the evaluation with another policy for unreadable images. */
  public Evaluation onError(ErrorPolicy policy) {
    return new Evaluation(detector, data, degradation, batchSize, threads, policy, progress, file);
  }

  /** Returns the evaluation with a receiver of progress. */
  public Evaluation progress(Progress listener) {
    return new Evaluation(detector, data, degradation, batchSize, threads, onError, listener, file);
  }

  /**
   * Returns the evaluation that appends the scores of each batch to a file, one JSON line per
   * image. After an interruption, even a killed process, the next run resumes at the end of the
   * file. {@link EvaluationResult#read} reads it without a detector. Missing folders are created. A
   * file of another detector or of other images is refused.
   */
  public Evaluation file(Path scores) {
    return new Evaluation(
        detector, data, degradation, batchSize, threads, onError, progress, Optional.of(scores));
  }

  /**
   * Scores the images in the order of the dataset, except those that are in the file already.
   *
   * @throws DatasetException if one label has no readable image, since metrics compare the two
   * @throws UnreadableImageException if more images are unreadable than the policy allows
   * @throws IllegalArgumentException if the detector returns a score outside [0, 1] or not a number
   * @throws ScoreFileException if the file has scores of another detector or of other images, or
   *     another process writes to it
   * @throws java.io.UncheckedIOException if the file cannot be written
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
   * Scores one of several equal parts of the images, for machines that share a dataset. Each part
   * has its own file, and {@link EvaluationResult#read(List)} joins the files. A part may lack one
   * of the labels. The policy for unreadable images applies to each part separately.
   *
   * @param part the part's number, from 0
   * @param parts the number of parts
   * @throws IllegalStateException if the evaluation has no {@link #file}
   * @throws IllegalArgumentException if there is no such part, there are fewer images than parts,
   *     or as {@link #run} does
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

  /** All scores, and how many of them this run computed. */
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
            "%s returned %s scores for %s images",
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

  /** Adds the next image that this run skipped, in the dataset's order. */
  private static String addFailure(Batches batches, List<Failure> failures, int known) {
    Failure failure = Failure.of(batches.skipped().get(failures.size() - known));
    failures.add(failure);
    return ScoreFile.line(failure);
  }

  private Transform preparation() {
    return degradation.transform().then(detector.input().evaluation());
  }

  /** Scores a few images again, since provenance does not always identify the weights. */
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

  /** The images from {@code start} up to, but not including, {@code end}. */
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
