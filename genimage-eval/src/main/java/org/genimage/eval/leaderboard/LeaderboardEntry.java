package org.genimage.eval.leaderboard;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.genimage.data.Label;
import org.genimage.eval.Bootstrap;
import org.genimage.eval.Metric;
import org.genimage.eval.MetricInterval;
import org.genimage.eval.Metrics;
import org.genimage.eval.ReliabilityCurve;
import org.genimage.eval.Scores;
import org.genimage.eval.robustness.RobustnessResult;
import org.genimage.eval.statistics.DeLong;
import org.genimage.eval.statistics.Interval;
import org.genimage.eval.statistics.Proportion;
import org.genimage.eval.verdict.VerdictCounts;

/**
 * A detector on a set of images: everything that was measured of it.
 *
 * @param set the name of the set
 * @param detector the name of the row; one per set
 * @param clean of the images as they are, of both labels
 * @param aligned of the same images with formats made equal; empty if not measured
 * @param robust of some of the images after named changes; empty if not measured
 * @param attacks of some of the images, in the order of the columns; perhaps none
 * @param verdicts by the rule that the weights carry; empty if they have none
 * @param cost seconds and memory; empty if not measured
 */
public record LeaderboardEntry(
    String set,
    String detector,
    Scores clean,
    Optional<Scores> aligned,
    Optional<RobustnessResult> robust,
    List<UnderAttack> attacks,
    Optional<VerdictCounts> verdicts,
    Optional<Cost> cost) {

  private static final int RESAMPLES = 400;

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if a label has no image, or an attack occurs twice
   */
  public LeaderboardEntry {
    attacks = ImmutableList.copyOf(attacks);
    checkArgument(
        hasBothLabels(clean),
        "expected images of both labels in %s, found %s natural and %s AI images; add some",
        set,
        clean.count(Label.NATURE),
        clean.count(Label.AI));
    checkArgument(
        attacks.stream().map(UnderAttack::attack).distinct().count() == attacks.size(),
        "expected each attack once, found %s; leave one out",
        attacks.stream().map(UnderAttack::attack).toList());
  }

  /** Returns all figures, in a fixed order; those that were not measured are left out. */
  public List<MeasuredFigure> figures() {
    List<MeasuredFigure> all = new ArrayList<>();
    Bootstrap bootstrap = Bootstrap.seeded(1).resamples(RESAMPLES);
    add(all, Quantity.AREA, Metrics.ROC_AUC, clean, bootstrap);
    add(all, Quantity.ACCURACY, Metrics.ACCURACY, clean, bootstrap);
    add(all, Quantity.BALANCED, Metrics.BALANCED_ACCURACY, clean, bootstrap);
    aligned.ifPresent(scores -> add(all, Quantity.ALIGNED, Metrics.ROC_AUC, scores, bootstrap));
    robust.ifPresent(result -> addRobust(all, result));
    attacks.stream()
        .findFirst()
        .ifPresent(one -> all.add(share(Quantity.BEFORE, "", one.before().accuracy())));
    for (UnderAttack one : attacks) {
      all.add(share(Quantity.UNDER, one.attack(), one.after().accuracy()));
    }
    for (UnderAttack one : attacks) {
      OptionalDouble distance = one.medianDistance();
      if (!one.limited() && distance.isPresent()) {
        all.add(
            new MeasuredFigure(
                Quantity.CHANGE, one.attack(), distance.getAsDouble(), Interval.UNDEFINED));
      }
    }
    add(all, Quantity.CALIBRATION, Metrics.CALIBRATION_ERROR, clean, bootstrap);
    all.add(
        MeasuredFigure.of(
            Quantity.CHANCE, ReliabilityCurve.of(clean).meanGapByChance(), Interval.UNDEFINED));
    verdicts.ifPresent(
        counts -> {
          all.add(share(Quantity.COVERAGE, "", counts.coverage()));
          counts.errors().ifPresent(errors -> all.add(share(Quantity.ERRORS, "", errors)));
        });
    cost.ifPresent(
        one -> {
          all.add(MeasuredFigure.of(Quantity.SECONDS, one.median(), one.range()));
          one.megabytes()
              .ifPresent(
                  size -> all.add(MeasuredFigure.of(Quantity.MEMORY, size, Interval.UNDEFINED)));
        });
    return ImmutableList.copyOf(all);
  }

  private static void addRobust(List<MeasuredFigure> all, RobustnessResult result) {
    if (!Double.isNaN(result.robustArea())) {
      DeLong area = result.robustDeLong();
      all.add(MeasuredFigure.of(Quantity.ROBUST, area.area(), area.interval()));
    }
    Scores worst = result.changed().get(result.worst());
    if (hasBothLabels(worst)) {
      all.add(MeasuredFigure.of(Quantity.WORST, area(worst).area(), area(worst).interval()));
    }
    result.steady().ifPresent(share -> all.add(share(Quantity.STEADY, "", share)));
  }

  static boolean hasBothLabels(Scores scores) {
    return scores.count(Label.AI) > 0 && scores.count(Label.NATURE) > 0;
  }

  static DeLong area(Scores scores) {
    return DeLong.of(scores.values(Label.AI), scores.values(Label.NATURE));
  }

  private static void add(
      List<MeasuredFigure> all,
      Quantity quantity,
      Metric metric,
      Scores scores,
      Bootstrap bootstrap) {
    MetricInterval one = MetricInterval.of(List.of(metric), scores, bootstrap).get(0);
    all.add(MeasuredFigure.of(quantity, one.value(), one.interval()));
  }

  private static MeasuredFigure share(Quantity quantity, String attack, Proportion share) {
    return new MeasuredFigure(quantity, attack, share.value(), share.wilson());
  }

  /** Returns a figure that is not of an attack; empty if it was not measured. */
  public Optional<MeasuredFigure> figure(Quantity quantity) {
    return figures().stream()
        .filter(one -> one.quantity() == quantity && one.attack().isEmpty())
        .findFirst();
  }
}
