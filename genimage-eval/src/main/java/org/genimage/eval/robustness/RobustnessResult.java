package org.genimage.eval.robustness;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedMap;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
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

  /**
   * Returns the images that have a score as they are and after every change, in the order of the
   * images.
   */
  public Set<Score.Key> complete() {
    Set<Score.Key> complete = new LinkedHashSet<>(byKey(clean).keySet());
    changed.values().forEach(scores -> complete.retainAll(byKey(scores).keySet()));
    return Collections.unmodifiableSet(complete);
  }

  /**
   * Returns the area over the scores of all changes together, one threshold for all. Only the
   * {@link #complete} images count.
   *
   * @return NaN if they are not of both labels
   */
  public double robustArea() {
    Set<Score.Key> complete = complete();
    if (!hasBothLabels(complete)) {
      return Double.NaN;
    }
    return Metrics.ROC_AUC.of(
        Scores.of(
            changed.values().stream()
                .flatMap(scores -> scores.all().stream())
                .filter(score -> complete.contains(score.key()))
                .toList()));
  }

  /** Returns whether there are images of both labels. */
  private static boolean hasBothLabels(Set<Score.Key> images) {
    return images.stream().map(Score.Key::label).distinct().count() == Label.values().length;
  }

  /**
   * Returns {@link #robustArea} with the variance that follows from the images being the same after
   * every change: {@link DeLong#ofBlocks}.
   *
   * @throws IllegalArgumentException if no image of a label is {@link #complete}
   */
  public DeLong robustDeLong() {
    return deLong(complete());
  }

  /**
   * Returns the robust area less another detector's, over the images that are {@link #complete} in
   * both results, whatever their order.
   *
   * @return empty if they are not of both labels
   */
  public Optional<DeLong.Difference> robustDifference(RobustnessResult other) {
    Set<Score.Key> both = new LinkedHashSet<>(complete());
    both.retainAll(other.complete());
    return hasBothLabels(both)
        ? Optional.of(deLong(both).minus(other.deLong(both)))
        : Optional.empty();
  }

  private DeLong deLong(Set<Score.Key> images) {
    List<Map<Score.Key, Score>> all =
        changed.values().stream().map(RobustnessResult::byKey).toList();
    List<double[]> ai = new ArrayList<>();
    List<double[]> nature = new ArrayList<>();
    for (Score.Key key : images) {
      (key.label() == Label.AI ? ai : nature)
          .add(all.stream().mapToDouble(scores -> scores.get(key).value()).toArray());
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
    Map<Score.Key, Score> scores = byKey(after);
    long right = 0;
    long flipped = 0;
    for (Score before : clean.all()) {
      Score now = scores.get(before.key());
      if (now != null && before.correct(clean.threshold())) {
        right++;
        flipped += now.correct(after.threshold()) ? 0 : 1;
      }
    }
    return right == 0 ? Optional.empty() : Optional.of(new Proportion(flipped, right));
  }

  /**
   * Returns the number of images by the number of changes that turn their verdict. Only the {@link
   * #complete} images count: of the others nobody knows whether a verdict turned.
   */
  public Map<Integer, Integer> verdictsTurned() {
    Map<Score.Key, Score> unchanged = byKey(clean);
    Map<Score.Key, Integer> turned = new HashMap<>();
    complete().forEach(key -> turned.put(key, 0));
    for (Scores after : changed.values()) {
      Map<Score.Key, Score> scores = byKey(after);
      turned.replaceAll(
          (key, times) ->
              unchanged.get(key).correct(clean.threshold())
                      == scores.get(key).correct(after.threshold())
                  ? times
                  : times + 1);
    }
    Map<Integer, Integer> counts = new TreeMap<>();
    turned.values().forEach(times -> counts.merge(times, 1, Integer::sum));
    return ImmutableSortedMap.copyOf(counts);
  }

  /**
   * Returns how many of the {@link #complete} images have the same verdict after every change;
   * empty if no image is complete.
   */
  public Optional<Proportion> steady() {
    int images = complete().size();
    return images == 0
        ? Optional.empty()
        : Optional.of(new Proportion(verdictsTurned().getOrDefault(0, 0), images));
  }

  private static Map<Score.Key, Score> byKey(Scores scores) {
    Map<Score.Key, Score> found = new LinkedHashMap<>();
    scores.all().forEach(score -> found.put(score.key(), score));
    return found;
  }
}
