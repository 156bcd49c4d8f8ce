package org.genimage.eval;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Supplier;
import com.google.common.base.Suppliers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.genimage.eval.statistics.Proportion;
import org.genimage.models.Detector;

/** A detector's scores of a set of images, and the threshold above which an image counts as AI. */
public final class Scores {

  private final List<Score> all;
  private final double threshold;
  private final Supplier<Ranking> ranking;
  private final Supplier<Map<Generator, Scores>> byGenerator =
      Suppliers.memoize(this::groupByGenerator);

  private Scores(List<Score> all, double threshold) {
    this.all = all;
    this.threshold = threshold;
    this.ranking = Suppliers.memoize(this::rank);
  }

  private Scores(Scores others, double threshold) {
    this.all = others.all;
    this.threshold = threshold;
    this.ranking = Suppliers.memoize(() -> others.ranking().at(threshold));
  }

  /** Returns other images' scores, decided at the same threshold. */
  Scores with(List<Score> others) {
    return new Scores(List.copyOf(others), threshold);
  }

  /**
   * Returns these scores, decided at {@link Detector#THRESHOLD}.
   *
   * @param all at least one, in the order of the images; copied
   * @throws IllegalArgumentException if there is none
   */
  public static Scores of(List<Score> all) {
    checkArgument(!all.isEmpty(), "scores need at least one image, got none");
    return new Scores(List.copyOf(all), Detector.THRESHOLD);
  }

  /**
   * Returns the same scores, decided at another threshold.
   *
   * @param newThreshold in [0, 1]; a score counts as AI above it
   * @throws IllegalArgumentException if it is outside [0, 1] or not a number
   */
  public Scores at(double newThreshold) {
    checkArgument(
        newThreshold >= 0 && newThreshold <= 1,
        "threshold must be in [0, 1], got %s",
        newThreshold);
    return new Scores(this, newThreshold);
  }

  /**
   * Returns the scores of the images that another detector has scored, too, in the same order;
   * empty if there are none.
   */
  public Optional<Scores> sharedWith(Scores other) {
    Set<Score.Key> others = other.all.stream().map(Score::key).collect(Collectors.toSet());
    List<Score> shared = all.stream().filter(score -> others.contains(score.key())).toList();
    return shared.isEmpty() ? Optional.empty() : Optional.of(with(shared));
  }

  /** Returns the scores in the order of the images. */
  public List<Score> all() {
    return all;
  }

  /** Returns the score above which an image counts as AI. */
  public double threshold() {
    return threshold;
  }

  /** Returns the distinct scores from the highest, with the number of images of each label. */
  public Ranking ranking() {
    return ranking.get();
  }

  private Ranking rank() {
    return Ranking.of(
            all.stream().mapToDouble(Score::value).toArray(),
            all.stream().map(Score::label).toList())
        .at(threshold);
  }

  /** Returns the scores of a label's images, in their order. */
  public double[] values(Label label) {
    return all.stream().filter(score -> score.label() == label).mapToDouble(Score::value).toArray();
  }

  /** Returns the number of images. */
  public int size() {
    return all.size();
  }

  /** Returns the number of images of a label. */
  public long count(Label label) {
    return ranking().count(label);
  }

  /** Returns the scores by generator, in the order of each one's first image. */
  public Map<Generator, Scores> byGenerator() {
    return byGenerator.get();
  }

  private Map<Generator, Scores> groupByGenerator() {
    Map<Generator, List<Score>> lists =
        all.stream()
            .collect(
                Collectors.groupingBy(Score::generator, LinkedHashMap::new, Collectors.toList()));
    Map<Generator, Scores> scores = new LinkedHashMap<>();
    lists.forEach((generator, list) -> scores.put(generator, new Scores(list, threshold)));
    return scores;
  }

  /**
   * Returns the scores of one generator's images, its natural ones included.
   *
   * @throws IllegalArgumentException if there are none
   */
  public Scores of(Generator generator) {
    Scores scores = byGenerator().get(generator);
    checkArgument(
        scores != null,
        "no images of %s among the scores of %s",
        generator,
        byGenerator().keySet());
    return scores;
  }

  /** Returns how many of the images are decided rightly. */
  public Proportion accuracy() {
    return ranking().accuracy();
  }

  /**
   * Returns how many of a label's images are decided rightly.
   *
   * @throws IllegalArgumentException if there are none
   */
  public Proportion accuracy(Label label) {
    return ranking().accuracy(label);
  }
}
