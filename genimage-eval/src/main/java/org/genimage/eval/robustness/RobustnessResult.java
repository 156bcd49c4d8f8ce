package org.genimage.eval.robustness;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.genimage.eval.Evaluation;
import org.genimage.eval.Metrics;
import org.genimage.eval.Score;
import org.genimage.eval.Scores;
import org.genimage.eval.statistics.DeLong;
import org.genimage.eval.statistics.Proportion;

/**
 * What a suite does to a detector's scores.
 *
 * @param clean of the images as they are
 * @param changed of the same images after each change, by its label, in the suite's order
 */
public record RobustnessResult(Scores clean, Map<String, Scores> changed) {

  private record Key(String name, Generator generator, Label label) {}

  /**
   * Copies the map.
   *
   * @throws IllegalArgumentException if there is no change
   */
  public RobustnessResult {
    changed = ImmutableMap.copyOf(changed);
    checkArgument(!changed.isEmpty(), "expected one change at least, found none; take a suite");
  }

  /**
   * Scores the images as they are and after each change. Images with a side below {@value
   * Perturbation#LEAST_SIDE} pixels are scored unchanged.
   *
   * @param evaluation of the images, without a degradation; its file, if it has one, keeps the
   *     scores of the images as they are, the others are not kept
   */
  public static RobustnessResult of(Evaluation evaluation, RobustnessSuite suite) {
    Scores clean = evaluation.run().scores();
    ImmutableMap.Builder<String, Scores> changed = ImmutableMap.builder();
    for (Perturbation one : suite.all()) {
      changed.put(
          one.label(),
          evaluation.withoutFile().degraded(one.degradation(suite.seed())).run().scores());
    }
    return new RobustnessResult(clean, changed.buildOrThrow());
  }

  /** Returns the area under the ROC curve of the images as they are. */
  public double cleanArea() {
    return Metrics.ROC_AUC.of(clean);
  }

  /** Returns the area over the scores of all changes together, one threshold for all. */
  public double robustArea() {
    List<Score> all = new ArrayList<>();
    changed.values().forEach(scores -> all.addAll(scores.all()));
    return Metrics.ROC_AUC.of(Scores.of(all));
  }

  /**
   * Returns {@link #robustArea} with the variance that follows from the images being the same after
   * every change: {@link DeLong#ofBlocks}. Images that lack a score after some change are left out.
   *
   * @throws IllegalArgumentException if no image of a label has a score after every change
   */
  public DeLong robustDeLong() {
    List<Map<Key, Score>> all = changed.values().stream().map(RobustnessResult::byKey).toList();
    List<double[]> ai = new ArrayList<>();
    List<double[]> nature = new ArrayList<>();
    for (Score score : clean.all()) {
      Key key = key(score);
      if (all.stream().allMatch(scores -> scores.containsKey(key))) {
        (score.label() == Label.AI ? ai : nature)
            .add(all.stream().mapToDouble(scores -> scores.get(key).value()).toArray());
      }
    }
    return DeLong.ofBlocks(ai.toArray(double[][]::new), nature.toArray(double[][]::new));
  }

  /** Returns the area after each change, in the suite's order. */
  public Map<String, Double> areas() {
    ImmutableMap.Builder<String, Double> areas = ImmutableMap.builder();
    changed.forEach((label, scores) -> areas.put(label, Metrics.ROC_AUC.of(scores)));
    return areas.buildOrThrow();
  }

  /** Returns the change with the least area; the first of several. */
  public String worst() {
    Map<String, Double> areas = areas();
    String worst = areas.keySet().iterator().next();
    for (Map.Entry<String, Double> one : areas.entrySet()) {
      worst = one.getValue() < areas.get(worst) ? one.getKey() : worst;
    }
    return worst;
  }

  /**
   * Returns how many images that were decided rightly are decided wrongly after a change.
   *
   * @return of those that were right; empty if none was
   * @throws IllegalArgumentException if there is no such change
   */
  public Optional<Proportion> flips(String change) {
    Scores after = changed.get(change);
    checkArgument(
        after != null, "expected one of %s, found %s; name a change", changed.keySet(), change);
    Map<Key, Score> scores = byKey(after);
    long right = 0;
    long flipped = 0;
    for (Score before : clean.all()) {
      Score now = scores.get(key(before));
      if (now != null && before.correct(clean.threshold())) {
        right++;
        flipped += now.correct(after.threshold()) ? 0 : 1;
      }
    }
    return right == 0 ? Optional.empty() : Optional.of(new Proportion(flipped, right));
  }

  /** Returns the number of images by the number of changes that turn their verdict. */
  public Map<Integer, Integer> verdictsTurned() {
    Map<Key, Integer> turned = new HashMap<>();
    for (Scores after : changed.values()) {
      Map<Key, Score> scores = byKey(after);
      for (Score before : clean.all()) {
        Score now = scores.get(key(before));
        boolean turns =
            now != null && before.correct(clean.threshold()) != now.correct(after.threshold());
        turned.merge(key(before), turns ? 1 : 0, Integer::sum);
      }
    }
    Map<Integer, Integer> counts = new TreeMap<>();
    turned.values().forEach(times -> counts.merge(times, 1, Integer::sum));
    return ImmutableSortedMap.copyOf(counts);
  }

  private static Map<Key, Score> byKey(Scores scores) {
    Map<Key, Score> found = new HashMap<>();
    scores.all().forEach(score -> found.put(key(score), score));
    return found;
  }

  private static Key key(Score score) {
    return new Key(score.name(), score.generator(), score.label());
  }
}
