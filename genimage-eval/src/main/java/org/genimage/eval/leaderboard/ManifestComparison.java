package org.genimage.eval.leaderboard;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.genimage.eval.statistics.Interval;
import org.genimage.eval.statistics.ProportionDifference;

/**
 * Two leaderboards compared, number by number. A number with a 95 % confidence interval differs
 * beyond it if the interval of the difference, as of two independent measurements, has no 0 in it.
 * Times and memory have none: only their ratio is known.
 *
 * @param premises what the figures follow from and what differs there, as sentences
 * @param lines one per figure of either
 */
public record ManifestComparison(List<String> premises, List<Line> lines) {

  /**
   * Figures that differ by less are equal: another order of additions makes such differences. Of
   * times and memory it is a share.
   */
  private static final double EQUAL = 1e-6;

  /** How two figures differ. */
  public enum Outcome {
    /** By less than 1e-6. */
    EQUAL("equal"),
    /** By less than chance makes. */
    WITHIN("within the intervals"),
    /** By more than chance makes. */
    BEYOND("beyond the intervals"),
    /** They differ, and not both have a 95 % confidence interval. */
    NO_INTERVAL("different, without a confidence interval"),
    /** Times or memory, which {@link Line#ratio} compares. */
    COST("different"),
    /** Only the first has the figure. */
    ONLY_FIRST("only in the first"),
    /** Only the second has the figure. */
    ONLY_SECOND("only in the second");

    private final String words;

    Outcome(String words) {
      this.words = words;
    }

    @Override
    public String toString() {
      return words;
    }
  }

  /**
   * A figure of both.
   *
   * @param set the name of the set
   * @param detector the name of the detector
   * @param name of the figure
   * @param first in the first leaderboard
   * @param second in the second one
   * @param outcome how they differ
   */
  public record Line(
      String set,
      String detector,
      String name,
      Optional<MeasuredFigure> first,
      Optional<MeasuredFigure> second,
      Outcome outcome) {

    /** Returns the second time or memory divided by the first; empty for all other figures. */
    public OptionalDouble ratio() {
      return outcome == Outcome.COST
          ? OptionalDouble.of(second.orElseThrow().value() / first.orElseThrow().value())
          : OptionalDouble.empty();
    }

    /** Returns the outcome in words, such as {@code 1.25 times the first}. */
    public String words() {
      OptionalDouble ratio = ratio();
      return ratio.isPresent() && Double.isFinite(ratio.getAsDouble())
          ? String.format(Locale.ROOT, "%.2f times the first", ratio.getAsDouble())
          : outcome.toString();
    }
  }

  private record Key(String set, String detector, Quantity quantity, String attack) {}

  /** Copies the lists. */
  public ManifestComparison {
    premises = ImmutableList.copyOf(premises);
    lines = ImmutableList.copyOf(lines);
  }

  /** Compares two manifests. */
  public static ManifestComparison of(LeaderboardManifest first, LeaderboardManifest second) {
    List<String> premises = new ArrayList<>();
    differences(premises, "weights of ", first.weights(), second.weights());
    differences(premises, "images of ", first.images(), second.images());
    differences(premises, "setting ", first.settings(), second.settings());
    differences(premises, "", kept(first.origin()), kept(second.origin()));
    Map<Key, MeasuredFigure> one = figures(first);
    Map<Key, MeasuredFigure> other = figures(second);
    Set<Key> keys = new LinkedHashSet<>(one.keySet());
    keys.addAll(other.keySet());
    List<Line> lines =
        keys.stream()
            .map(
                key ->
                    line(
                        key,
                        Optional.ofNullable(one.get(key)),
                        Optional.ofNullable(other.get(key))))
            .toList();
    return new ManifestComparison(premises, lines);
  }

  /** Returns the figures that differ beyond their intervals. */
  public List<Line> beyond() {
    return lines.stream().filter(line -> line.outcome() == Outcome.BEYOND).toList();
  }

  private static Map<Key, MeasuredFigure> figures(LeaderboardManifest manifest) {
    Map<Key, MeasuredFigure> figures = new LinkedHashMap<>();
    manifest
        .rows()
        .forEach(
            row ->
                figures.put(
                    new Key(
                        row.set(), row.detector(), row.figure().quantity(), row.figure().attack()),
                    row.figure()));
    return figures;
  }

  /** Leaves out what differs in every run and decides nothing. */
  private static Map<String, String> kept(Map<String, String> origin) {
    Map<String, String> kept = new LinkedHashMap<>(origin);
    kept.keySet().removeAll(Set.of("command", "date"));
    return kept;
  }

  private static void differences(
      List<String> premises, String kind, Map<String, String> first, Map<String, String> second) {
    Set<String> names = new LinkedHashSet<>(first.keySet());
    names.addAll(second.keySet());
    for (String name : names) {
      String one = first.getOrDefault(name, "nothing");
      String other = second.getOrDefault(name, "nothing");
      if (!Objects.equals(one, other)) {
        premises.add("%s%s: %s, then %s".formatted(kind, name, one, other));
      }
    }
  }

  private static Line line(
      Key key, Optional<MeasuredFigure> first, Optional<MeasuredFigure> second) {
    return new Line(
        key.set(),
        key.detector(),
        key.quantity().of(key.attack()),
        first,
        second,
        outcome(first, second));
  }

  private static Outcome outcome(Optional<MeasuredFigure> first, Optional<MeasuredFigure> second) {
    if (first.isEmpty()) {
      return Outcome.ONLY_SECOND;
    }
    if (second.isEmpty()) {
      return Outcome.ONLY_FIRST;
    }
    MeasuredFigure one = first.get();
    MeasuredFigure other = second.get();
    boolean cost = one.quantity().isCost();
    double unit = cost ? Math.abs(one.value()) : 1;
    if (Double.compare(one.value(), other.value()) == 0
        || Math.abs(one.value() - other.value()) < EQUAL * unit) {
      return Outcome.EQUAL;
    }
    if (cost) {
      return Outcome.COST;
    }
    if (!one.hasConfidence() || !other.hasConfidence()) {
      return Outcome.NO_INTERVAL;
    }
    Interval difference =
        ProportionDifference.of(one.value(), one.interval(), other.value(), other.interval());
    return difference.contains(0) ? Outcome.WITHIN : Outcome.BEYOND;
  }
}
