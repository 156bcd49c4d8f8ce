package org.genimage.eval;

import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.genimage.data.ImageDataset;

/**
 * The result of an {@link Evaluation}.
 *
 * @param detector the detector's name
 * @param provenance the origin of the detector's weights
 * @param data the {@link #fingerprint} of the images
 * @param scores one per readable image, in the order of the dataset
 * @param failures the images that could not be read, with reasons; they have no score
 * @param timed the number of images scored in {@code duration}; fewer than all if the file had some
 *     already
 * @param duration the time for these images, reading included
 * @param repeats a warning, if images with the same bytes were read in {@code duration}: under both
 *     labels, or twice
 */
public record EvaluationResult(
    String detector,
    Map<String, String> provenance,
    String data,
    Scores scores,
    List<Failure> failures,
    long timed,
    Duration duration,
    Optional<String> repeats) {

  /** Copies the collections. */
  public EvaluationResult {
    provenance = ImmutableMap.copyOf(provenance);
    failures = List.copyOf(failures);
  }

  /**
   * Reads a file that {@link Evaluation#file} wrote, without detector and images, to compute any
   * metric.
   *
   * @throws ScoreFileException if the file is not a complete score file
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static EvaluationResult read(Path file) {
    return read(List.of(file));
  }

  /**
   * Reads the files that {@link Evaluation#runPart} wrote, perhaps on several machines.
   *
   * @param parts the files of all parts of one evaluation, in any order
   * @return the same scores as by {@link Evaluation#run}, in the order of the dataset
   * @throws ScoreFileException if a file is not a complete score file, a part is missing or occurs
   *     twice, or they are parts of different evaluations
   * @throws java.io.UncheckedIOException if one cannot be read
   */
  public static EvaluationResult read(List<Path> parts) {
    return ScoreFile.read(parts);
  }

  /**
   * Reads the scores of a file, if it is complete and has the scores of these images.
   *
   * @param file a score file that exists
   * @param data the images
   * @param degradation of the images
   * @return the result; empty if scores are missing, or are of other images or another degradation
   * @throws ScoreFileException if the file is not a score file
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static Optional<EvaluationResult> finished(
      Path file, ImageDataset data, Degradation degradation) {
    if (ScoreReader.isBegun(file)) {
      return Optional.empty();
    }
    ScoreReader.Content content = ScoreReader.read(file);
    boolean same =
        content.complete()
            && !content.torn()
            && content.header().data().equals(fingerprint(data))
            && content.header().degradation().equals(degradation.name());
    if (!same) {
      return Optional.empty();
    }
    ScoreFile.checkImages(file, content.lines(), data);
    return Optional.of(ScoreFile.result(file, content));
  }

  /**
   * Returns the fingerprint of a dataset, which score files contain: SHA-256 of {@link
   * ImageDataset#selection()} and of the images' names, generators and labels, in order.
   *
   * @return 64 hexadecimal digits in lower case
   */
  public static String fingerprint(ImageDataset data) {
    return ScoreHeader.fingerprint(data);
  }
}
