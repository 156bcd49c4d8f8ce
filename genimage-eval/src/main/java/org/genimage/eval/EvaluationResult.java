package org.genimage.eval;

import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.genimage.data.ImageDataset;

/**
 * What an {@link Evaluation} found.
 *
 * @param detector its name
 * @param provenance what is known of its weights
 * @param data SHA-256 of the images' names, generators and labels and of how they were chosen, in
 *     hexadecimal digits
 * @param scores one per readable image, in the order of the dataset
 * @param failures the images that could not be read, with reasons; no score counts them
 * @param timed the images that were scored in {@code duration}; fewer than all if a file had some
 *     already
 * @param duration how long those took, reading included
 */
public record EvaluationResult(
    String detector,
    Map<String, String> provenance,
    String data,
    Scores scores,
    List<Failure> failures,
    long timed,
    Duration duration) {

  /** Copies the collections. */
  public EvaluationResult {
    provenance = ImmutableMap.copyOf(provenance);
    failures = List.copyOf(failures);
  }

  /**
   * Reads what {@link Evaluation#file} wrote, without a detector or images: any metric can be
   * computed anew.
   *
   * @throws ScoreFileException if the file is no complete score file
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static EvaluationResult read(Path file) {
    return read(List.of(file));
  }

  /**
   * Reads what {@link Evaluation#runPart} wrote on several machines.
   *
   * @param parts the files of all parts of one evaluation, in any order
   * @return what one machine would have found, in the order of the dataset
   * @throws ScoreFileException if one is no complete score file, a part is missing or there twice,
   *     or they are parts of different evaluations
   * @throws java.io.UncheckedIOException if one cannot be read
   */
  public static EvaluationResult read(List<Path> parts) {
    return ScoreFile.read(parts);
  }

  /**
   * Reads the scores of a file if they are all there and those of these images.
   *
   * @throws ScoreFileException if it is no file of scores
   */
  public static Optional<EvaluationResult> finished(
      Path file, ImageDataset data, Degradation degradation) {
    ScoreFile.Content content = ScoreFile.read(file);
    boolean same =
        content.complete()
            && content.header().data().equals(fingerprint(data))
            && content.header().degradation().equals(degradation.name());
    return same ? Optional.of(content.result(file)) : Optional.empty();
  }

  /** Returns a hash of the images' names and labels, in order, as files of scores hold it. */
  public static String fingerprint(ImageDataset data) {
    return ScoreFile.fingerprint(data);
  }
}
