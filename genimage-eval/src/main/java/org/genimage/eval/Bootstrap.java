package org.genimage.eval;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.genimage.data.Label;
import org.genimage.data.Seed;

/**
 * Percentile intervals of the bootstrap (Efron 1979), stratified: a resample draws as many natural
 * and AI images of each generator as there are, with replacement. The same seed gives the same
 * interval on any number of threads.
 *
 * @param resamples the number of resamples, at least 2
 * @param level the confidence, such as 0.95, between 0 and 1
 * @param seed of all random numbers
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
   * Returns the interval of a metric. Resamples whose value is NaN are left out; if all are, both
   * ends are NaN.
   */
  public Interval interval(Metric metric, Scores scores) {
    return intervals(List.of(metric), scores).get(0);
  }

  /** Returns the intervals of several metrics from the same resamples, in order. */
  public List<Interval> intervals(List<Metric> metrics, Scores scores) {
    boolean named = metrics.stream().anyMatch(metric -> !metric.isOfRanking());
    List<Stratum> strata = strata(scores);
    double[][] values =
        draw(
            random -> {
              Resample drawn = resample(scores, strata, named, random);
              return metrics.stream().mapToDouble(drawn::value).toArray();
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

  /** Images that are drawn among themselves, and the place of each in the ranking. */
  private record Stratum(Label label, List<Score> images, ImmutableIntArray places) {}

  /** A resample as a ranking, and as scores if a metric needs them. */
  private record Resample(Ranking ranking, Optional<Scores> scores) {

    double value(Metric metric) {
      return metric.isOfRanking() ? metric.of(ranking) : metric.of(scores.orElseThrow());
    }
  }

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
                          list,
                          ImmutableIntArray.copyOf(
                              list.stream()
                                  .mapToInt(score -> scores.ranking().place(score.value()))))));
    }
    return strata;
  }

  private static Resample resample(
      Scores scores, List<Stratum> strata, boolean named, RandomGenerator random) {
    Ranking ranking = scores.ranking();
    long[] ai = new long[ranking.places()];
    long[] nature = new long[ranking.places()];
    List<Score> images = new ArrayList<>();
    for (Stratum stratum : strata) {
      long[] counts = stratum.label() == Label.AI ? ai : nature;
      int size = stratum.places().length();
      for (int i = 0; i < size; i++) {
        int drawn = random.nextInt(size);
        counts[stratum.places().get(drawn)]++;
        if (named) {
          images.add(stratum.images().get(drawn));
        }
      }
    }
    return new Resample(
        ranking.counts(ai, nature), named ? Optional.of(scores.with(images)) : Optional.empty());
  }
}
