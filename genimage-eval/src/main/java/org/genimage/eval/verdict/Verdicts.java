package org.genimage.eval.verdict;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.genimage.eval.Degradation;
import org.genimage.eval.Evaluation;
import org.genimage.eval.Score;
import org.genimage.eval.Scores;
import org.genimage.models.SecondView;
import org.genimage.models.Verdict;
import org.genimage.models.VerdictRule;

/** The verdicts of a rule on images whose labels are known. */
public final class Verdicts {

  private final VerdictRule rule;
  private final List<Decided> all;

  /**
   * An image with its verdict.
   *
   * @param score the image, its label and its score
   * @param verdict what the rule says
   */
  public record Decided(Score score, Verdict verdict) {

    /** Returns whether the image counts as its label. */
    public boolean right() {
      return verdict == (label() == Label.AI ? Verdict.AI : Verdict.NATURE);
    }

    /** Returns whether the image counts as the other label. */
    public boolean wrong() {
      return verdict == (label() == Label.AI ? Verdict.NATURE : Verdict.AI);
    }

    private Label label() {
      return score.label();
    }
  }

  private Verdicts(VerdictRule rule, List<Decided> all) {
    this.rule = rule;
    this.all = ImmutableList.copyOf(all);
  }

  /**
   * Returns the verdicts of a rule without further views.
   *
   * @throws IllegalArgumentException if the rule has views
   */
  public static Verdicts of(VerdictRule rule, Scores scores) {
    return of(rule, scores, Map.of());
  }

  /**
   * Returns the verdicts of a rule.
   *
   * @param scores of the images themselves
   * @param views the scores of the same images in each view of the rule, in any order
   * @throws IllegalArgumentException if a view of the rule is missing, or an image has no score in
   *     one
   */
  public static Verdicts of(VerdictRule rule, Scores scores, Map<SecondView, Scores> views) {
    checkArgument(
        views.keySet().containsAll(rule.views()),
        "verdicts need scores of the views %s, got %s; use rule.withViews() to leave them out",
        rule.views(),
        views.keySet());
    List<Map<Score.Key, Double>> ofViews =
        rule.views().stream().map(view -> byImage(views.get(view))).toList();
    List<Decided> all = new ArrayList<>(scores.size());
    for (Score score : scores.all()) {
      List<Double> others = new ArrayList<>();
      for (int i = 0; i < ofViews.size(); i++) {
        Double other = ofViews.get(i).get(score.key());
        checkArgument(
            other != null,
            "each image needs a score in every view, got none of %s for %s",
            score.name(),
            rule.views().get(i));
        others.add(other);
      }
      all.add(new Decided(score, rule.verdict(score.value(), others)));
    }
    return new Verdicts(rule, all);
  }

  private static Map<Score.Key, Double> byImage(Scores scores) {
    Map<Score.Key, Double> values = new HashMap<>();
    scores.all().forEach(score -> values.put(score.key(), score.value()));
    return values;
  }

  /**
   * Scores images and the rule's views of them, and decides. If the evaluation has a file, the
   * scores of a view are in another beside it, such as {@code scores-crop.jsonl}; so a second run
   * resumes.
   *
   * @param evaluation of images without a degradation, or with one; the views come after it
   * @throws org.genimage.data.image.UnreadableImageException as {@link Evaluation#run} does
   * @throws IllegalArgumentException if an image has no score in a view
   */
  public static Verdicts measured(VerdictRule rule, Evaluation evaluation) {
    Map<SecondView, Scores> views = new HashMap<>();
    for (SecondView view : rule.views()) {
      Evaluation seen = evaluation.degraded(evaluation.degradation().then(Degradation.of(view)));
      views.put(
          view,
          evaluation.file().map(file -> seen.file(beside(file, view))).orElse(seen).run().scores());
    }
    return of(rule, evaluation.run().scores(), views);
  }

  private static Path beside(Path file, SecondView view) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.') < 0 ? name.length() : name.lastIndexOf('.');
    return file.resolveSibling(
        name.substring(0, dot) + "-" + view.name().toLowerCase(Locale.ROOT) + name.substring(dot));
  }

  /** Returns the rule. */
  public VerdictRule rule() {
    return rule;
  }

  /** Returns the verdicts in the order of the images. */
  public List<Decided> all() {
    return all;
  }

  /** Returns how many images of each label got each verdict. */
  public VerdictCounts counts() {
    return counts(all);
  }

  /** Returns the counts by generator, in the order of each one's first image. */
  public Map<Generator, VerdictCounts> byGenerator() {
    Map<Generator, List<Decided>> parts =
        all.stream()
            .collect(
                Collectors.groupingBy(
                    one -> one.score().generator(), LinkedHashMap::new, Collectors.toList()));
    Map<Generator, VerdictCounts> counts = new LinkedHashMap<>();
    parts.forEach((generator, part) -> counts.put(generator, counts(part)));
    return counts;
  }

  private static VerdictCounts counts(List<Decided> part) {
    return new VerdictCounts(
        count(part, Label.NATURE, Verdict.NATURE),
        count(part, Label.NATURE, Verdict.AI),
        count(part, Label.NATURE, Verdict.UNSURE),
        count(part, Label.AI, Verdict.AI),
        count(part, Label.AI, Verdict.NATURE),
        count(part, Label.AI, Verdict.UNSURE));
  }

  private static long count(List<Decided> part, Label label, Verdict verdict) {
    return part.stream().filter(one -> one.label() == label && one.verdict() == verdict).count();
  }

  /**
   * Returns what a change did to the verdicts.
   *
   * @param after the verdicts of the same images afterwards; images that lack one do not count
   */
  public VerdictChanges changes(Verdicts after) {
    Map<Score.Key, Decided> later = new HashMap<>();
    after.all.forEach(one -> later.put(one.score().key(), one));
    long[] right = new long[3];
    long[] unsure = new long[3];
    long[] wrong = new long[3];
    for (Decided before : all) {
      Decided then = later.get(before.score().key());
      if (then != null) {
        long[] row = before.right() ? right : before.wrong() ? wrong : unsure;
        row[then.right() ? 0 : then.wrong() ? 1 : 2]++;
      }
    }
    return new VerdictChanges(
        sum(right), right[1], right[2], sum(unsure), unsure[1], unsure[0], sum(wrong), wrong[0]);
  }

  private static long sum(long[] row) {
    return row[0] + row[1] + row[2];
  }
}
