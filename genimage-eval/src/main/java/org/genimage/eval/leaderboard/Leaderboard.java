package org.genimage.eval.leaderboard;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Maps;
import com.google.common.collect.Sets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.genimage.eval.Bootstrap;
import org.genimage.eval.Comparison;
import org.genimage.eval.Score;
import org.genimage.eval.Scores;
import org.genimage.eval.robustness.RobustnessResult;

/**
 * Detectors on sets of images.
 *
 * <pre>{@code
 * Leaderboard board = new Leaderboard(entries);
 * Ranks ranks = board.ranks("simulated").get(0);
 * }</pre>
 *
 * @param entries one per detector and set
 */
public record Leaderboard(List<LeaderboardEntry> entries) {

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if it is empty, or has a detector twice on one set
   */
  public Leaderboard {
    entries = ImmutableList.copyOf(entries);
    checkArgument(
        !entries.isEmpty(), "expected one entry at least, found none; measure a detector");
    Set<List<String>> seen = new HashSet<>();
    for (LeaderboardEntry entry : entries) {
      checkArgument(
          seen.add(List.of(entry.set(), entry.detector())),
          "expected each detector once per set, found %s twice on %s; give it another name",
          entry.detector(),
          entry.set());
    }
  }

  /** Returns the names of the sets, in the order of their first entries. */
  public List<String> sets() {
    return entries.stream().map(LeaderboardEntry::set).distinct().toList();
  }

  /**
   * Returns the entries of a set, those with the largest area under the ROC curve first.
   *
   * @throws IllegalArgumentException if there is no such set
   */
  public List<LeaderboardEntry> of(String set) {
    List<LeaderboardEntry> found =
        entries.stream()
            .filter(entry -> entry.set().equals(set))
            .sorted(
                (one, other) ->
                    Double.compare(
                        LeaderboardEntry.area(other.clean()).area(),
                        LeaderboardEntry.area(one.clean()).area()))
            .toList();
    checkArgument(!found.isEmpty(), "expected one of %s, found %s; name a set", sets(), set);
    return found;
  }

  /**
   * Returns the ranks by area of the clean, aligned and changed images (DeLong), and by accuracy,
   * clean and under each attack (McNemar), each with a correction of its own. A figure that some
   * detector lacks ranks the others. Two detectors are compared on the images that both have
   * scored; {@link Ranks.Difference#leftOut} counts the others.
   *
   * @throws IllegalArgumentException if there is no such set, or an image occurs twice
   */
  public List<Ranks> ranks(String set) {
    List<LeaderboardEntry> all = of(set);
    List<Ranks> ranks = new ArrayList<>();
    add(ranks, Quantity.AREA.toString(), areas(all, entry -> Optional.of(entry.clean())), true);
    add(ranks, Quantity.ALIGNED.toString(), areas(all, LeaderboardEntry::aligned), true);
    addRobust(ranks, all);
    add(
        ranks,
        Quantity.ACCURACY.toString(),
        areas(all, entry -> Optional.of(entry.clean())),
        false);
    all.stream()
        .flatMap(entry -> entry.attacks().stream())
        .map(UnderAttack::attack)
        .distinct()
        .forEach(
            attack ->
                add(
                    ranks,
                    Quantity.UNDER.of(attack),
                    areas(all, entry -> after(entry, attack)),
                    false));
    return ImmutableList.copyOf(ranks);
  }

  private static Optional<Scores> after(LeaderboardEntry entry, String attack) {
    return entry.attacks().stream()
        .filter(one -> one.attack().equals(attack))
        .map(UnderAttack::after)
        .findFirst();
  }

  private static Map<String, Scores> areas(
      List<LeaderboardEntry> all, Function<LeaderboardEntry, Optional<Scores>> scores) {
    Map<String, Scores> found = new LinkedHashMap<>();
    all.forEach(entry -> scores.apply(entry).ifPresent(one -> found.put(entry.detector(), one)));
    return found;
  }

  private static void add(
      List<Ranks> ranks, String figure, Map<String, Scores> all, boolean areas) {
    Map<String, Scores> scores =
        Maps.filterValues(all, one -> !areas || LeaderboardEntry.hasBothLabels(one));
    if (scores.isEmpty()) {
      return;
    }
    Map<String, Double> values = new LinkedHashMap<>();
    scores.forEach(
        (name, one) ->
            values.put(name, areas ? LeaderboardEntry.area(one).area() : one.accuracy().value()));
    ranks.add(
        Ranks.of(
            figure,
            values,
            (first, second) -> difference(scores.get(first), scores.get(second), areas)));
  }

  private static Ranks.Difference difference(Scores first, Scores second, boolean areas) {
    String test = areas ? "DeLong" : "McNemar, exact";
    Optional<Scores> shared =
        first.sharedWith(second).filter(one -> !areas || LeaderboardEntry.hasBothLabels(one));
    int leftOut = leftOut(keys(first), keys(second));
    if (shared.isEmpty()) {
      return Ranks.Difference.undefined(test, leftOut);
    }
    Comparison both =
        Comparison.of(
            shared.get(),
            second.sharedWith(first).orElseThrow(),
            Bootstrap.seeded(1).resamples(400));
    return areas
        ? new Ranks.Difference(
            both.aucDifference(), both.aucInterval(), both.delong(), test, leftOut)
        : new Ranks.Difference(
            both.accuracyDifference(), both.accuracyInterval(), both.mcnemar(), test, leftOut);
  }

  private static Set<Score.Key> keys(Scores scores) {
    return scores.all().stream().map(Score::key).collect(Collectors.toSet());
  }

  /** Returns how many images only one of both has. */
  private static int leftOut(Set<Score.Key> first, Set<Score.Key> second) {
    return Sets.symmetricDifference(first, second).size();
  }

  private static void addRobust(List<Ranks> ranks, List<LeaderboardEntry> all) {
    Map<String, RobustnessResult> results = new LinkedHashMap<>();
    for (LeaderboardEntry entry : all) {
      entry
          .robust()
          .filter(result -> !Double.isNaN(result.robustArea()))
          .ifPresent(result -> results.put(entry.detector(), result));
    }
    if (!results.isEmpty()) {
      ranks.add(
          Ranks.of(
              Quantity.ROBUST.toString(),
              Maps.transformValues(results, RobustnessResult::robustArea),
              (first, second) -> robustDifference(results.get(first), results.get(second))));
    }
  }

  private static Ranks.Difference robustDifference(
      RobustnessResult first, RobustnessResult second) {
    String test = "DeLong, images as blocks";
    int leftOut = leftOut(first.complete(), second.complete());
    return first
        .robustDifference(second)
        .map(one -> new Ranks.Difference(one.value(), one.interval(), one.pValue(), test, leftOut))
        .orElseGet(() -> Ranks.Difference.undefined(test, leftOut));
  }
}
