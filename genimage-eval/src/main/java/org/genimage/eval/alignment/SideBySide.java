package org.genimage.eval.alignment;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.genimage.data.ImageDataset;
import org.genimage.data.doctor.FileRules;
import org.genimage.eval.Bootstrap;
import org.genimage.eval.Comparison;
import org.genimage.eval.Evaluation;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.Scores;

/**
 * The published protocol and aligned ones side by side: the same detector on the same images,
 * stored as they were published and made alike.
 *
 * <pre>{@code
 * SideBySide both =
 *     SideBySide.run(Evaluation.of(detector, images), List.of(Alignment.jpegOfBoth(96)));
 * Optional<String> warning = both.warning();
 * }</pre>
 *
 * @param published the scores of the images as they were published
 * @param files what their files tell by themselves
 * @param aligned the same images after each alignment
 */
public record SideBySide(EvaluationResult published, FileRules files, List<Aligned> aligned) {

  /**
   * The images after an alignment.
   *
   * @param alignment how they were made alike
   * @param result their scores
   * @param files what the aligned files tell by themselves
   * @param change the aligned images' figures less the published ones', on the images that have
   *     both scores; empty if there is none
   */
  public record Aligned(
      Alignment alignment, EvaluationResult result, FileRules files, Optional<Comparison> change) {}

  /** Copies the list. */
  public SideBySide {
    aligned = ImmutableList.copyOf(aligned);
  }

  /**
   * Scores the images as they are, and after each alignment.
   *
   * @param evaluation of the published images. If it has a file, aligned scores are in others
   *     beside it, such as {@code scores-jpeg-96-on-both.jsonl}; so a second run resumes
   * @param alignments in the order of the table
   * @throws RuntimeException as {@link Evaluation#run} does
   */
  public static SideBySide run(Evaluation evaluation, List<Alignment> alignments) {
    return of(evaluation.run(), evaluation, alignments);
  }

  /**
   * Scores the images after each alignment.
   *
   * @param published the scores of the images as they are
   * @param evaluation as {@link #run} takes it
   * @param alignments in the order of the table
   * @throws RuntimeException as {@link Evaluation#run} does
   */
  public static SideBySide of(
      EvaluationResult published, Evaluation evaluation, List<Alignment> alignments) {
    List<Aligned> aligned = new ArrayList<>();
    for (Alignment alignment : alignments) {
      ImageDataset images = alignment.of(evaluation.data());
      Evaluation of = evaluation.data(images);
      EvaluationResult result =
          evaluation.file().map(file -> of.file(beside(file, alignment))).orElse(of).run();
      aligned.add(
          new Aligned(
              alignment,
              result,
              FileRules.of(images, evaluation.progress()),
              change(result.scores(), published.scores())));
    }
    return new SideBySide(
        published, FileRules.of(evaluation.data(), evaluation.progress()), aligned);
  }

  private static Path beside(Path file, Alignment alignment) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.') < 0 ? name.length() : name.lastIndexOf('.');
    String slug = alignment.name().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    return file.resolveSibling(name.substring(0, dot) + "-" + slug + name.substring(dot));
  }

  private static Optional<Comparison> change(Scores aligned, Scores published) {
    return aligned
        .sharedWith(published)
        .map(
            own ->
                Comparison.of(
                    own, published.sharedWith(aligned).orElseThrow(), Bootstrap.seeded(1)));
  }

  /**
   * Returns a warning for the headline, if the published files alone tell the labels: {@link
   * FileRules#warning}.
   */
  public Optional<String> warning() {
    return files.warning();
  }

  /** Returns warnings of alignments after which the files still tell the labels, with names. */
  public List<String> remaining() {
    return aligned.stream()
        .flatMap(
            one ->
                one.files().best().filter(FileRules.Rule::isTelling).stream()
                    .map(
                        rule ->
                            String.format(
                                Locale.ROOT,
                                "After %s, %s alone still reaches %.1f %%.",
                                one.alignment().name(),
                                rule.property(),
                                100 * rule.leaveOneOut())))
        .toList();
  }
}
