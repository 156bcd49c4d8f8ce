package org.genimage.models;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * An image has no score, since the detector's numbers for it are infinite or not numbers. Such an
 * image counts as a failure, never as natural or AI-made. The weights are then damaged, or too
 * large for the detector's precision.
 */
public final class UndefinedScoreException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private static final String REMEDY =
      "the weights are damaged or too large, so load others or train again";

  private final double[] scores;

  /**
   * Creates the exception.
   *
   * @param message which detector and images it is about, and what to do
   * @param scores of all images that were scored together, in order: NaN where there is none
   */
  public UndefinedScoreException(String message, double... scores) {
    super(message);
    this.scores = scores.clone();
  }

  /** Returns the scores of all images that were scored together, in order; NaN: has none. */
  public double[] scores() {
    return scores.clone();
  }

  /** Returns the exception for one image. */
  static UndefinedScoreException of(String detector, String image) {
    return new UndefinedScoreException(
        "%s: expected a score of %s in [0, 1], found numbers that are not finite; %s"
            .formatted(image, detector, REMEDY),
        Double.NaN);
  }

  /** Returns the exception for a file. */
  static UndefinedScoreException of(String detector, Path file) {
    return of(detector, file.toString());
  }

  /**
   * Returns these scores.
   *
   * @throws UndefinedScoreException if one is not finite
   */
  static double[] checked(String detector, double... scores) {
    long undefined = Arrays.stream(scores).filter(score -> !Double.isFinite(score)).count();
    if (undefined == 0) {
      return scores;
    }
    throw new UndefinedScoreException(
        "expected %s scores of %s in [0, 1], found numbers that are not finite for %s; %s"
            .formatted(scores.length, detector, undefined, REMEDY),
        Arrays.stream(scores).map(score -> Double.isFinite(score) ? score : Double.NaN).toArray());
  }

  /**
   * Returns the scores of several images, NaN where there is none.
   *
   * @param scoring asks a detector, such as {@code () -> detector.score(batch)}
   */
  public static double[] available(Supplier<double[]> scoring) {
    try {
      return scoring.get();
    } catch (UndefinedScoreException e) {
      return e.scores();
    }
  }
}
