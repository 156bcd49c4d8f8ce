package org.genimage.eval.leaderboard;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Optional;
import java.util.function.BiFunction;
import org.genimage.eval.statistics.Holm;
import org.genimage.eval.statistics.Interval;

/**
 * The ranks of detectors by one figure, and which of their differences are real. All pairs are
 * tested on the same images; Holm's correction holds the chance that any difference is called real
 * by mistake at 5 %. A detector's rank lies between 1 + the number of detectors that are really
 * better, and their number less those that are really worse.
 *
 * @param figure its name
 * @param ranks from the highest figure
 * @param tests of all pairs, in the order of the ranks
 */
public record Ranks(String figure, List<Rank> ranks, List<PairedTest> tests) {

  /** Corrected p-values below this make a difference real. */
  public static final double LEVEL = 0.05;

  /**
   * A detector's rank.
   *
   * @param detector its name
   * @param value the figure
   * @param rank 1 + the number of detectors with a higher figure
   * @param best the least rank that the tests allow
   * @param worst the largest rank that the tests allow
   */
  public record Rank(String detector, double value, int rank, int best, int worst) {

    /** Returns the rank with its bounds, such as {@code 2 (1 to 3)}. */
    @Override
    public String toString() {
      return best == worst ? Integer.toString(rank) : "%s (%s to %s)".formatted(rank, best, worst);
    }
  }

  /**
   * A difference of two detectors on the same images, not corrected.
   *
   * @param value the figure of the first less that of the second
   * @param interval 95 %
   * @param pValue two-sided, of no difference
   * @param test its name, such as {@code DeLong}
   * @param leftOut images that only one of both has a score of
   */
  public record Difference(
      double value, Interval interval, double pValue, String test, int leftOut) {

    /** Returns a difference that is not known, because no images are the same. */
    public static Difference undefined(String test, int leftOut) {
      return new Difference(Double.NaN, Interval.UNDEFINED, 1, test, leftOut);
    }
  }

  /**
   * Two detectors compared.
   *
   * @param first the one with the higher figure, each on all images that it has a score of
   * @param second the other
   * @param difference of the two
   * @param adjusted the p-value after Holm's correction
   */
  public record PairedTest(String first, String second, Difference difference, double adjusted) {

    /** Returns whether chance does not explain the difference. */
    public boolean real() {
      return adjusted < LEVEL;
    }

    /** Returns the detector that is really better; empty if chance explains the difference. */
    public Optional<String> better() {
      return real() ? Optional.of(difference.value() > 0 ? first : second) : Optional.empty();
    }

    private boolean beats(String detector) {
      return better()
          .filter(one -> !one.equals(detector) && List.of(first, second).contains(detector))
          .isPresent();
    }
  }

  /** Copies the lists. */
  public Ranks {
    ranks = ImmutableList.copyOf(ranks);
    tests = ImmutableList.copyOf(tests);
  }

  /**
   * Returns the ranks.
   *
   * @param values the figure of each detector, at least one
   * @param differences returns the difference of two detectors
   * @throws IllegalArgumentException if there is no detector, or a figure is not a number
   */
  public static Ranks of(
      String figure,
      Map<String, Double> values,
      BiFunction<String, String, Difference> differences) {
    checkArgument(
        !values.isEmpty() && values.values().stream().noneMatch(value -> value.isNaN()),
        "expected a figure of one detector at least, found %s; leave out those without",
        values);
    List<String> order =
        values.entrySet().stream()
            .sorted(Entry.<String, Double>comparingByValue(Comparator.reverseOrder()))
            .map(Entry::getKey)
            .toList();
    List<PairedTest> raw = new ArrayList<>();
    for (int i = 0; i < order.size(); i++) {
      for (int j = i + 1; j < order.size(); j++) {
        Difference difference = differences.apply(order.get(i), order.get(j));
        raw.add(new PairedTest(order.get(i), order.get(j), difference, difference.pValue()));
      }
    }
    List<Double> adjusted =
        Holm.adjusted(raw.stream().map(test -> test.difference().pValue()).toList());
    List<PairedTest> tests = new ArrayList<>();
    for (int i = 0; i < raw.size(); i++) {
      PairedTest test = raw.get(i);
      tests.add(new PairedTest(test.first(), test.second(), test.difference(), adjusted.get(i)));
    }
    return new Ranks(
        figure,
        order.stream().map(name -> rank(name, order.size(), values, tests)).toList(),
        tests);
  }

  private static Rank rank(
      String name, int count, Map<String, Double> values, List<PairedTest> tests) {
    double value = values.get(name);
    return new Rank(
        name,
        value,
        1 + (int) values.values().stream().filter(other -> other > value).count(),
        1 + (int) tests.stream().filter(test -> test.beats(name)).count(),
        count
            - (int) tests.stream().filter(test -> test.better().equals(Optional.of(name))).count());
  }

  /** Returns the rank of a detector. */
  public Rank of(String detector) {
    return ranks.stream()
        .filter(rank -> rank.detector().equals(detector))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "expected one of %s, found %s; name a detector of the set"
                        .formatted(ranks.stream().map(Rank::detector).toList(), detector)));
  }
}
