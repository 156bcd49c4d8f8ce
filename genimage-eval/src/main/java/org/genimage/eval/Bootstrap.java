package org.genimage.eval;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.Sets;
import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.genimage.data.Label;
import org.genimage.data.Seed;
import org.genimage.eval.statistics.Bca;
import org.genimage.eval.statistics.Interval;
import org.genimage.eval.statistics.Proportion;
import org.genimage.eval.statistics.Quantiles;

/**
 * Intervals of the bootstrap, bias-corrected and accelerated (Efron 1987), stratified: a resample
 * draws as many natural and AI images of each generator as there are, with replacement. The same
 * seed gives the same interval on any number of threads.
 *
 * <p>Where the correction is not defined, the interval has the replicates' percentiles. Where these
 * are all equal, as for a detector without an error, it has {@linkplain Proportion#clopperPearson
 * exact} bounds of each label's errors, carried to the metric: the worst and the best value with so
 * many images at the wrong and at the right end. So no interval has zero width.
 *
 * <p>Images of one source are not independent, so intervals over few sources are too narrow.
 *
 * @param resamples the number of resamples, at least 2
 * @param level the confidence, such as 0.95, between 0 and 1
 * @param seed of all random numbers
 */
public record Bootstrap(int resamples, double level, long seed) {

  /** About how many times images are left out to find the acceleration. */
  private static final int LEFT_OUT = 100;

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
   * Returns the interval of a metric. Resamples whose value is NaN are left out; if all are, or the
   * metric itself is NaN, both ends are NaN.
   */
  public Interval interval(Metric metric, Scores scores) {
    return intervals(List.of(metric), scores).get(0);
  }

  /** Returns the intervals of several metrics from the same resamples, in order. */
  public List<Interval> intervals(List<Metric> metrics, Scores scores) {
    boolean named = metrics.stream().anyMatch(metric -> !metric.isOfRanking());
    List<Stratum> strata = strata(scores);
    double[][] values = draw(random -> resample(scores, strata, named, random).values(metrics));
    List<double[][]> without = without(scores, strata, named, metrics);
    return IntStream.range(0, metrics.size())
        .mapToObj(
            i -> {
              Metric metric = metrics.get(i);
              double estimate = metric.of(scores);
              return interval(
                  estimate,
                  column(values, i),
                  without.stream().map(stratum -> column(stratum, i)).toList(),
                  () -> Extremes.interval(metric, scores, estimate, level));
            })
        .toList();
  }

  /**
   * Returns the percentiles of several figures over the same resamples, in order, without
   * correction. They suit figures that jump, such as a chosen threshold; their intervals may have
   * no width. Resamples whose value is NaN are left out.
   */
  public List<Interval> percentiles(List<Metric> figures, Scores scores) {
    boolean named = figures.stream().anyMatch(figure -> !figure.isOfRanking());
    List<Stratum> strata = strata(scores);
    double[][] values = draw(random -> resample(scores, strata, named, random).values(figures));
    return IntStream.range(0, figures.size())
        .mapToObj(i -> Quantiles.central(column(values, i), level))
        .toList();
  }

  private static double[] column(double[][] rows, int column) {
    return Arrays.stream(rows)
        .mapToDouble(row -> row[column])
        .filter(value -> !Double.isNaN(value))
        .toArray();
  }

  /**
   * Returns the interval of a figure.
   *
   * @param estimate the figure itself
   * @param values its values on resamples, none NaN
   * @param without its values without some images, by stratum
   * @param collapsed returns the interval if the others have no width
   */
  Interval interval(
      double estimate, double[] values, List<double[]> without, Supplier<Interval> collapsed) {
    if (Double.isNaN(estimate) || values.length == 0) {
      return Interval.UNDEFINED;
    }
    Interval found =
        Bca.of(estimate, values, without)
            .flatMap(bca -> bca.interval(values, level))
            .filter(Bootstrap::hasWidth)
            .orElseGet(() -> Quantiles.central(values, level));
    return hasWidth(found) ? found : collapsed.get();
  }

  private static boolean hasWidth(Interval interval) {
    return interval.width() > 1e-12;
  }

  /** Returns what a function of a random stream gives, one stream per resample. */
  double[][] draw(Function<RandomGenerator, double[]> resample) {
    Seed root = Seed.of(seed).at("bootstrap");
    return IntStream.range(0, resamples)
        .parallel()
        .mapToObj(i -> resample.apply(root.at(i).random()))
        .toArray(double[][]::new);
  }

  /**
   * Images that are drawn among themselves.
   *
   * @param places the place of each in the ranking
   * @param order the images from the highest score
   * @param sorted their places in that order
   */
  private record Stratum(
      Label label,
      List<Score> images,
      ImmutableIntArray places,
      ImmutableIntArray order,
      ImmutableIntArray sorted) {

    static Stratum of(Label label, List<Score> images, Ranking ranking) {
      double[] scores = images.stream().mapToDouble(Score::value).toArray();
      int[] places = Arrays.stream(scores).mapToInt(ranking::place).toArray();
      int[] order = Ranking.order(scores);
      return new Stratum(
          label,
          images,
          ImmutableIntArray.copyOf(places),
          ImmutableIntArray.copyOf(order),
          ImmutableIntArray.copyOf(Arrays.stream(order).map(image -> places[image])));
    }

    int size() {
      return images.size();
    }
  }

  /** A resample as a ranking, and as scores if a metric needs them. */
  private record Resample(Ranking ranking, Optional<Scores> scores) {

    double[] values(List<Metric> metrics) {
      return metrics.stream().mapToDouble(this::value).toArray();
    }

    private double value(Metric metric) {
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
          .forEach((label, list) -> strata.add(Stratum.of(label, list, scores.ranking())));
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
      int size = stratum.size();
      int[] times = new int[size];
      for (int i = 0; i < size; i++) {
        int drawn = random.nextInt(size);
        times[drawn]++;
        if (named) {
          images.add(stratum.images().get(drawn));
        }
      }
      for (int i = 0; i < size; i++) { // in the order of memory, which is faster than as drawn
        counts[stratum.sorted().get(i)] += times[stratum.order().get(i)];
      }
    }
    return new Resample(
        ranking.counts(ai, nature), named ? Optional.of(scores.with(images)) : Optional.empty());
  }

  /**
   * Returns the metrics without some images, by stratum: without one, or without equal parts of a
   * large stratum, which tells the skew as well and takes less time.
   */
  private static List<double[][]> without(
      Scores scores, List<Stratum> strata, boolean named, List<Metric> metrics) {
    int parts = Math.max(2, LEFT_OUT / strata.size());
    List<double[][]> values = new ArrayList<>();
    for (Stratum stratum : strata) {
      int size = stratum.size();
      int own = Math.min(parts, size);
      values.add(
          size < 2
              ? new double[0][]
              : IntStream.range(0, own)
                  .parallel()
                  .mapToObj(part -> without(scores, stratum, part, own, named).values(metrics))
                  .toArray(double[][]::new));
    }
    return values;
  }

  private static Resample without(
      Scores scores, Stratum stratum, int part, int parts, boolean named) {
    Ranking ranking = scores.ranking();
    long[] ai = ranking.counts(Label.AI);
    long[] nature = ranking.counts(Label.NATURE);
    Set<Score> left = Sets.newIdentityHashSet();
    for (int i = part; i < stratum.size(); i += parts) {
      (stratum.label() == Label.AI ? ai : nature)[stratum.places().get(i)]--;
      if (named) {
        left.add(stratum.images().get(i));
      }
    }
    return new Resample(
        ranking.counts(ai, nature),
        named
            ? Optional.of(
                scores.with(scores.all().stream().filter(one -> !left.contains(one)).toList()))
            : Optional.empty());
  }
}
