package org.genimage.eval;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.genimage.data.DatasetException;
import org.genimage.data.DuplicateWatch;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Progress;
import org.genimage.data.Sample;
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

  /** Returns the evaluation of other images. */
  public Evaluation data(ImageDataset images) {
    return new Evaluation(
        detector, images, degradation, batchSize, threads, onError, progress, file);
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
   * file. It also tries images again that had no score, and logs how many have one now. {@link
   * EvaluationResult#read} reads the file without a detector. Missing folders are created. A file
   * of another detector or of other images is refused, and so is any other file; it stays as it is.
   * An empty file beside it, called {@code .NAME.lock}, keeps other processes out.
   */
  public Evaluation file(Path scores) {
    return new Evaluation(
        detector, data, degradation, batchSize, threads, onError, progress, Optional.of(scores));
  }

  /** Returns the evaluation that keeps no scores in a file. */
  public Evaluation withoutFile() {
    return new Evaluation(
        detector, data, degradation, batchSize, threads, onError, progress, Optional.empty());
  }

  /**
   * Scores the images in the order of the dataset, except those that are in the file already. An
   * image for which the detector gives NaN or infinity has no score; it counts as unreadable.
   *
   * @throws DatasetException if one label has no readable image, since metrics compare the two
   * @throws UnreadableImageException if more images are unreadable than the policy allows
   * @throws IllegalArgumentException if the detector returns a score outside [0, 1]
   * @throws ScoreFileException if the file is damaged or no score file, has scores of another
   *     detector or of other images, or another process writes to it
   * @throws CancellationException if this thread is interrupted; its interrupt flag stays set
   * @throws java.io.UncheckedIOException if the file cannot be written
   */
  public EvaluationResult run() {
    checkLabels(data.samples().stream().map(Sample::label).toList());
    String fingerprint = ScoreHeader.fingerprint(data);
    DuplicateWatch duplicates = new DuplicateWatch();
    EvaluationRun done = score(duplicates.watch(data, "evaluation"), fingerprint, Part.WHOLE);
    List<Score> scores = done.scores();
    checkLabels(scores.stream().map(Score::label).toList());
    return new EvaluationResult(
        detector.name(),
        detector.provenance(),
        fingerprint,
        Scores.of(scores).at(detector.threshold()),
        done.failures(),
        done.timed(),
        done.duration(),
        duplicates.finish());
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
        ScoreHeader.fingerprint(data),
        mine);
  }

  private EvaluationRun score(ImageDataset images, String fingerprint, Part part) {
    if (file.isEmpty()) {
      EvaluationRun run = new EvaluationRun(this, images, Optional.empty());
      run.run();
      return run;
    }
    ScoreHeader header =
        new ScoreHeader(
            DetectorIdentity.of(detector),
            detector.threshold(),
            degradation.name(),
            fingerprint,
            part,
            images.size());
    try (ScoreFile scoreFile = ScoreFile.open(file.get(), header, images)) {
      EvaluationRun run = new EvaluationRun(this, images, Optional.of(scoreFile));
      run.run();
      return run;
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
