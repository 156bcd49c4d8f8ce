package org.genimage.eval;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.genimage.data.Label;
import org.genimage.data.Seed;

/**
 * Percentile intervals of the bootstrap (Efron 1979), stratified: each generator's natural and AI
 * images are drawn anew, with replacement, as many as there were. The same seed gives the same
 * interval on any number of threads.
 *
 * @param resamples how often the images are drawn
 * @param level the confidence, such as 0.95
 * @param seed of all drawing
 */
public record Bootstrap(int resamples, double level, long seed) {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if there are fewer than 2 resamples, or the level is not
   *     between 0 and 1
   */
  public Bootstrap {
    checkArgument(resamples >= 2, "number of resamples must be at least 2, got %s", resamples);
    checkArgument(level > 0 && level < 1, "confidence level must be in (0, 1), got %s", level);
  }

  /** Returns the bootstrap of 1000 resamples and 95 % intervals. */
  public static Bootstrap seeded(long seed) {
    return new Bootstrap(1000, 0.95, seed);
  }

  /** Returns the bootstrap with another number of resamples. */
  public Bootstrap resamples(int count) {
    return new Bootstrap(count, level, seed);
  }

  /**
   * Returns the interval of a metric; its ends are NaN where every resample's value is.
   *
   * @param metric values that are NaN are left out
   */
  public Interval interval(Metric metric, Scores scores) {
    return intervals(List.of(metric), scores).get(0);
  }

  /** Returns the intervals of several metrics from the same resamples, in order. */
  public List<Interval> intervals(List<Metric> metrics, Scores scores) {
    Ranking ranking = scores.ranking();
    List<Stratum> strata = strata(scores);
    double[][] values =
        draw(
            random -> {
              Ranking drawn = resample(ranking, strata, random);
              return metrics.stream().mapToDouble(metric -> metric.of(drawn)).toArray();
            });
    return IntStream.range(0, metrics.size())
        .mapToObj(i -> percentiles(Arrays.stream(values).mapToDouble(row -> row[i]).toArray()))
        .toList();
  }

  /** Returns what a function of a random stream gives, one stream per resample. */
  double[][] draw(Function<RandomGenerator, double[]> resample) {
    Seed root = Seed.of(seed).at("bootstrap");
    return IntStream.range(0, resamples)
        .parallel()
        .mapToObj(i -> resample.apply(root.at(i).random()))
        .toArray(double[][]::new);
  }

  /** Returns the central interval of values, by linear interpolation between order statistics. */
  Interval percentiles(double[] values) {
    double[] sorted =
        Arrays.stream(values).filter(value -> !Double.isNaN(value)).sorted().toArray();
    double tail = (1 - level) / 2;
    return new Interval(quantile(sorted, tail), quantile(sorted, 1 - tail));
  }

  private static double quantile(double[] sorted, double share) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    double at = share * (sorted.length - 1);
    int low = (int) at;
    int high = Math.min(low + 1, sorted.length - 1);
    return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
  }

  /** The places in the ranking of images that are drawn among themselves. */
  private record Stratum(Label label, int[] places) {}

  private static List<Stratum> strata(Scores scores) {
    List<Stratum> strata = new ArrayList<>();
    for (Scores part : scores.byGenerator().values()) {
      part.all().stream()
          .collect(
              Collectors.groupingBy(
                  Score::label, () -> new EnumMap<>(Label.class), Collectors.toList()))
          .forEach(
              (label, list) ->
                  strata.add(
                      new Stratum(
                          label,
                          list.stream()
                              .mapToInt(score -> scores.ranking().place(score.value()))
                              .toArray())));
    }
    return strata;
  }

  private static Ranking resample(Ranking ranking, List<Stratum> strata, RandomGenerator random) {
    long[] ai = new long[ranking.places()];
    long[] nature = new long[ranking.places()];
    for (Stratum stratum : strata) {
      long[] counts = stratum.label() == Label.AI ? ai : nature;
      int[] places = stratum.places();
      for (int i = 0; i < places.length; i++) {
        counts[places[random.nextInt(places.length)]]++;
      }
    }
    return ranking.counts(ai, nature);
  }
}
