package org.genimage.eval;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.genimage.data.Label;
import org.genimage.eval.statistics.DeLong;
import org.genimage.eval.statistics.Interval;
import org.genimage.eval.statistics.McNemar;

/**
 * Two detectors on the same images: is one better, or can chance explain the difference?
 *
 * @param onlyFirst the number of images that only the first detector decides rightly
 * @param onlySecond the number of images that only the second detector decides rightly
 * @param mcnemar the exact two-sided p-value of McNemar's test (1947): the probability of counts at
 *     least as unequal as {@code onlyFirst} and {@code onlySecond}, if both were equally good
 * @param accuracyDifference the accuracy of the first less that of the second, in [-1, 1]
 * @param accuracyInterval of that difference, by a paired, stratified bootstrap; where that has no
 *     width, by exact bounds
 * @param aucDifference the area under the ROC curve of the first less that of the second, in [-1,
 *     1]; NaN if there is one label only
 * @param aucInterval of that difference, 95 %, by DeLong, DeLong and Clarke-Pearson 1988; where
 *     that has no width, of two independent areas
 * @param delong the two-sided p-value of no difference by the same method; 1 if the areas are equal
 */
public record Comparison(
    long onlyFirst,
    long onlySecond,
    double mcnemar,
    double accuracyDifference,
    Interval accuracyInterval,
    double aucDifference,
    Interval aucInterval,
    double delong) {

  /**
   * Compares the scores of two detectors.
   *
   * @param first the scores of the first detector, in any order
   * @param second the scores of the second detector for the same images, in any order. Each
   *     detector decides at its own threshold
   * @param bootstrap for the interval of the accuracies' difference
   * @throws IllegalArgumentException if the images differ, or one occurs twice
   */
  public static Comparison of(Scores first, Scores second, Bootstrap bootstrap) {
    Map<Score.Key, Score> others = new HashMap<>();
    second.all().forEach(score -> others.put(score.key(), score));
    checkArgument(
        others.size() == second.size() && first.size() == second.size(),
        "a comparison needs the same images once each, got %s and %s scores of %s images",
        first.size(),
        second.size(),
        others.size());
    List<Score> paired = new ArrayList<>(first.size());
    for (Score score : first.all()) {
      Score other = others.remove(score.key());
      checkArgument(
          other != null,
          "a comparison needs the same images, %s of %s has no score by the second detector",
          score.name(),
          score.generator());
      paired.add(other);
    }
    int[] gains = new int[first.size()];
    long onlyFirst = 0;
    long onlySecond = 0;
    for (int i = 0; i < gains.length; i++) {
      boolean one = first.all().get(i).correct(first.threshold());
      boolean two = paired.get(i).correct(second.threshold());
      gains[i] = Boolean.compare(one, two);
      onlyFirst += one && !two ? 1 : 0;
      onlySecond += two && !one ? 1 : 0;
    }
    McNemar test = new McNemar(onlyFirst, onlySecond);
    DeLong.Difference areas = areas(first, second.with(paired));
    return new Comparison(
        onlyFirst,
        onlySecond,
        test.exact(),
        (double) (onlyFirst - onlySecond) / gains.length,
        accuracyInterval(first.all(), gains, test, bootstrap),
        areas.value(),
        areas.interval(),
        areas.pValue());
  }

  /** Returns the mid-p-value of McNemar's test, which is less cautious than the exact one. */
  public double mcnemarMid() {
    return new McNemar(onlyFirst, onlySecond).mid();
  }

  private static DeLong.Difference areas(Scores first, Scores second) {
    double[] ai = first.values(Label.AI);
    double[] nature = first.values(Label.NATURE);
    if (ai.length == 0 || nature.length == 0) {
      return new DeLong.Difference(
          Double.NaN, Double.NaN, Double.NaN, Double.NaN, Interval.UNDEFINED);
    }
    return DeLong.of(ai, nature)
        .minus(DeLong.of(second.values(Label.AI), second.values(Label.NATURE)));
  }

  private static Interval accuracyInterval(
      List<Score> scores, int[] gains, McNemar test, Bootstrap bootstrap) {
    Map<Score.Key, List<Integer>> strata = new HashMap<>();
    List<List<Integer>> ordered = new ArrayList<>();
    for (int i = 0; i < gains.length; i++) {
      Score score = scores.get(i);
      strata
          .computeIfAbsent(
              new Score.Key("", score.generator(), score.label()),
              key -> {
                ordered.add(new ArrayList<>());
                return ordered.get(ordered.size() - 1);
              })
          .add(gains[i]);
    }
    List<int[]> arrays =
        ordered.stream()
            .map(stratum -> stratum.stream().mapToInt(Integer::intValue).toArray())
            .toList();
    double[][] means =
        bootstrap.draw(random -> new double[] {drawnSum(arrays, random) / gains.length});
    double sum = Arrays.stream(gains).sum();
    List<double[]> without =
        arrays.stream()
            .map(stratum -> Arrays.stream(stratum).mapToDouble(one -> sum - one).toArray())
            .toList();
    return bootstrap.interval(
        sum / gains.length,
        Arrays.stream(means).mapToDouble(mean -> mean[0]).toArray(),
        without,
        () -> test.difference(gains.length, bootstrap.level()));
  }

  private static double drawnSum(List<int[]> strata, RandomGenerator random) {
    long sum = 0;
    for (int[] stratum : strata) {
      for (int i = 0; i < stratum.length; i++) {
        sum += stratum[random.nextInt(stratum.length)];
      }
    }
    return sum;
  }
}
