package org.genimage.eval;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.genimage.data.Generator;
import org.genimage.data.Label;

/**
 * Two detectors on the same images: is one better, or can chance explain the difference?
 *
 * @param onlyFirst the number of images that only the first detector decides rightly
 * @param onlySecond the number of images that only the second detector decides rightly
 * @param mcnemar the exact two-sided p-value of McNemar's test (1947): the probability of counts at
 *     least as unequal as {@code onlyFirst} and {@code onlySecond}, if both were equally good
 * @param accuracyDifference the accuracy of the first less that of the second, in [-1, 1]
 * @param accuracyInterval of that difference, by a paired, stratified bootstrap
 * @param aucDifference the area under the ROC curve of the first less that of the second, in [-1,
 *     1]; NaN if there is one label only
 * @param aucInterval of that difference, 95 %, by DeLong, DeLong and Clarke-Pearson 1988
 * @param delong the two-sided p-value of no difference by the same method; 1 if the scores have the
 *     same order
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

  private record Key(String name, Generator generator, Label label) {}

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
    Map<Key, Score> others = new HashMap<>();
    second.all().forEach(score -> others.put(key(score), score));
    checkArgument(
        others.size() == second.size() && first.size() == second.size(),
        "a comparison needs the same images once each, got %s and %s scores of %s images",
        first.size(),
        second.size(),
        others.size());
    List<Score> paired = new ArrayList<>(first.size());
    for (Score score : first.all()) {
      Score other = others.remove(key(score));
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
    DeLong areas = DeLong.of(first.all(), paired);
    return new Comparison(
        onlyFirst,
        onlySecond,
        mcnemar(onlyFirst, onlySecond),
        (double) (onlyFirst - onlySecond) / gains.length,
        accuracyInterval(first.all(), gains, bootstrap),
        areas.difference(),
        areas.interval(),
        areas.pValue());
  }

  private static Key key(Score score) {
    return new Key(score.name(), score.generator(), score.label());
  }

  private static double mcnemar(long onlyFirst, long onlySecond) {
    int discordant = Math.toIntExact(onlyFirst + onlySecond);
    if (discordant == 0) {
      return 1;
    }
    return Math.min(
        1,
        2
            * BinomialDistribution.of(discordant, 0.5)
                .cumulativeProbability((int) Math.min(onlyFirst, onlySecond)));
  }

  private static Interval accuracyInterval(List<Score> scores, int[] gains, Bootstrap bootstrap) {
    Map<Key, List<Integer>> strata = new HashMap<>();
    List<List<Integer>> ordered = new ArrayList<>();
    for (int i = 0; i < gains.length; i++) {
      Score score = scores.get(i);
      strata
          .computeIfAbsent(
              new Key("", score.generator(), score.label()),
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
    double[] values = new double[means.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = means[i][0];
    }
    return bootstrap.percentiles(values);
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

  /** The difference of two correlated areas and its standard error, by mid-ranks (Sun, Xu 2014). */
  private record DeLong(double difference, double error) {

    private static final double Z = 1.959963984540054;

    static DeLong of(List<Score> first, List<Score> second) {
      Placements one = Placements.of(first);
      Placements two = Placements.of(second);
      double variance =
          varianceOfDifference(one.ofAi(), two.ofAi())
              + varianceOfDifference(one.ofNature(), two.ofNature());
      return new DeLong(one.area() - two.area(), Math.sqrt(variance));
    }

    private static double varianceOfDifference(double[] one, double[] two) {
      double mean = 0;
      for (int i = 0; i < one.length; i++) {
        mean += (one[i] - two[i]) / one.length;
      }
      double sum = 0;
      for (int i = 0; i < one.length; i++) {
        sum += (one[i] - two[i] - mean) * (one[i] - two[i] - mean);
      }
      return sum / (one.length - 1.0) / one.length;
    }

    Interval interval() {
      return new Interval(difference - Z * error, difference + Z * error);
    }

    double pValue() {
      if (Double.isNaN(difference)) {
        return Double.NaN;
      }
      return difference == 0
          ? 1
          : 2 * NormalDistribution.of(0, 1).survivalProbability(Math.abs(difference) / error);
    }
  }

  /** For each image, the share of the other label's images that it is ranked rightly against. */
  private record Placements(double area, double[] ofAi, double[] ofNature) {

    static Placements of(List<Score> scores) {
      Ranking ranking =
          Ranking.of(
              scores.stream().mapToDouble(Score::value).toArray(),
              scores.stream().map(Score::label).toList());
      double[] natureBelow = new double[ranking.places()];
      double[] aiAbove = new double[ranking.places()];
      double ai = 0;
      double nature = 0;
      for (int i = 0; i < natureBelow.length; i++) {
        double aiHere = ranking.count(i, Label.AI);
        double natureHere = ranking.count(i, Label.NATURE);
        aiAbove[i] = (ai + aiHere / 2) / ranking.count(Label.AI);
        natureBelow[i] = 1 - (nature + natureHere / 2) / ranking.count(Label.NATURE);
        ai += aiHere;
        nature += natureHere;
      }
      return new Placements(
          Metrics.ROC_AUC.of(ranking),
          placements(scores, Label.AI, ranking, natureBelow),
          placements(scores, Label.NATURE, ranking, aiAbove));
    }

    private static double[] placements(
        List<Score> scores, Label label, Ranking ranking, double[] values) {
      return scores.stream()
          .filter(score -> score.label() == label)
          .mapToDouble(score -> values[ranking.place(score.value())])
          .toArray();
    }
  }
}
