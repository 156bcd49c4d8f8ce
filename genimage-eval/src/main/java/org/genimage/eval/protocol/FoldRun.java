package org.genimage.eval.protocol;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.genimage.data.ErrorPolicy;
import org.genimage.eval.Degradation;
import org.genimage.eval.Evaluation;
import org.genimage.eval.EvaluationResult;
import org.genimage.models.Detector;

/**
 * Trains and tests a detector on every fold of a protocol.
 *
 * @param folds with names of their own, at least one
 * @param detectors trains or loads the detector of a fold, which the run closes. A threshold or
 *     temperature must come from the fold's training images
 * @param folder where the scores are, if they are to be kept: a second run trains only for folds
 *     whose scores are missing
 * @param onError what happens when a test image cannot be read
 */
public record FoldRun(
    List<Fold> folds,
    Function<Fold, Detector> detectors,
    Optional<Path> folder,
    ErrorPolicy onError) {

  /**
   * Copies the list and checks the names.
   *
   * @throws IllegalArgumentException if there is no fold, or two names would be one file's
   */
  public FoldRun {
    folds = ImmutableList.copyOf(folds);
    checkArgument(!folds.isEmpty(), "a run of a protocol needs at least one fold, got none");
    Map<String, String> files = new HashMap<>();
    for (Fold fold : folds) {
      String other = files.putIfAbsent(file(fold.name()), fold.name());
      checkArgument(
          other == null,
          "each fold needs a name of its own in Latin letters and digits, got '%s' and '%s'",
          other,
          fold.name());
    }
  }

  /** Returns a run that keeps no scores and fails at the first image that cannot be read. */
  public static FoldRun of(List<Fold> folds, Function<Fold, Detector> detectors) {
    return new FoldRun(folds, detectors, Optional.empty(), ErrorPolicy.fail());
  }

  /** Returns the run that keeps each fold's scores in a file below a folder. */
  public FoldRun folder(Path place) {
    return new FoldRun(folds, detectors, Optional.of(place), onError);
  }

  /** Returns the run with another policy for images that cannot be read. */
  public FoldRun onError(ErrorPolicy policy) {
    return new FoldRun(folds, detectors, folder, policy);
  }

  /**
   * Trains and tests, fold by fold.
   *
   * @throws org.genimage.data.DatasetException if a fold's test images have one label
   * @throws org.genimage.eval.ScoreFileException if the folder has scores of other images
   */
  public FoldResult run() {
    Map<String, EvaluationResult> results = new LinkedHashMap<>();
    for (Fold fold : folds) {
      results.put(fold.name(), finished(fold).orElseGet(() -> measured(fold)));
    }
    return new FoldResult(results);
  }

  private Optional<EvaluationResult> finished(Fold fold) {
    return folder
        .map(place -> place.resolve(file(fold.name())))
        .filter(Files::exists)
        .flatMap(file -> EvaluationResult.finished(file, fold.test(), Degradation.NONE));
  }

  private EvaluationResult measured(Fold fold) {
    try (Detector detector = detectors.apply(fold)) {
      Evaluation evaluation = Evaluation.of(detector, fold.test()).onError(onError);
      return folder
          .map(place -> evaluation.file(place.resolve(file(fold.name()))))
          .orElse(evaluation)
          .run();
    }
  }

  private static String file(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-") + ".jsonl";
  }
}
