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
import org.genimage.eval.Score;
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

  /** Area under the ROC curve of the images as they are. Interval: DeLong's. */
  public static final String AREA = "ROC AUC";

  /** Accuracy at the detector's own threshold. Interval: Wilson's. */
  public static final String ACCURACY = "accuracy";

  /** Mean of the accuracies of both labels. Interval: Wilson's of two shares. */
  public static final String BALANCED = "balanced accuracy";

  /** Area after formats were made equal. Interval: DeLong's. */
  public static final String ALIGNED = "ROC AUC, aligned";

  /** Area over all changes together. Interval: DeLong's with images as blocks. */
  public static final String ROBUST = "ROC AUC, robust";

  /**
   * Area after the worst change. Interval: DeLong's; too narrow, since the worst was looked for.
   */
  public static final String WORST = "ROC AUC, worst change";

  /** Share of images whose verdict no change turns. Interval: Wilson's. */
  public static final String STEADY = "verdicts that never turn";

  /** Accuracy at 0.5 of the images that are attacked, before. Interval: Wilson's. */
  public static final String BEFORE = "accuracy before attacks";

  /** What the names of accuracies under an attack begin with. Interval: Wilson's. */
  public static final String UNDER = "accuracy under ";

  /** Mean distance of score and share of AI images. Interval: bootstrap. */
  public static final String CALIBRATION = "calibration error";

  /** What a perfectly calibrated detector would show there by chance; no interval. */
  public static final String CHANCE = "calibration error by chance";

  /** Share of images that the verdict rule decides. Interval: Wilson's. */
  public static final String COVERAGE = "coverage";

  /** Wrong verdicts out of the decided ones. Interval: Wilson's. */
  public static final String ERRORS = "errors where decided";

  /** Median time; its interval is the range of the repetitions. */
  public static final String SECONDS = "seconds an image";

  /** Most memory; no interval. */
  public static final String MEMORY = "memory in MB";

  private static final int RESAMPLES = 400;

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if a label has no image, or an attack occurs twice
   */
  public LeaderboardEntry {
    attacks = ImmutableList.copyOf(attacks);
    checkArgument(
        clean.count(Label.AI) > 0 && clean.count(Label.NATURE) > 0,
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
    add(all, AREA, Metrics.ROC_AUC, clean, bootstrap);
    add(all, ACCURACY, Metrics.ACCURACY, clean, bootstrap);
    add(all, BALANCED, Metrics.BALANCED_ACCURACY, clean, bootstrap);
    aligned.ifPresent(scores -> add(all, ALIGNED, Metrics.ROC_AUC, scores, bootstrap));
    robust.ifPresent(result -> addRobust(all, result));
    attacks.stream().findFirst().ifPresent(one -> all.add(share(BEFORE, one.before().accuracy())));
    for (UnderAttack one : attacks) {
      all.add(share(UNDER + one.attack(), one.after().accuracy()));
    }
    for (UnderAttack one : attacks) {
      OptionalDouble distance = one.medianDistance();
      if (one.budget().contains("without limit") && distance.isPresent()) {
        all.add(
            new MeasuredFigure(
                "median L2 change by " + one.attack(), distance.getAsDouble(), Interval.UNDEFINED));
      }
    }
    add(all, CALIBRATION, Metrics.CALIBRATION_ERROR, clean, bootstrap);
    all.add(
        new MeasuredFigure(
            CHANCE, ReliabilityCurve.of(clean).meanGapByChance(), Interval.UNDEFINED));
    verdicts.ifPresent(
        counts -> {
          all.add(share(COVERAGE, counts.coverage()));
          counts.errors().ifPresent(errors -> all.add(share(ERRORS, errors)));
        });
    cost.ifPresent(
        one -> {
          all.add(new MeasuredFigure(SECONDS, one.median(), one.range()));
          one.megabytes()
              .ifPresent(size -> all.add(new MeasuredFigure(MEMORY, size, Interval.UNDEFINED)));
        });
    return ImmutableList.copyOf(all);
  }

  private static void addRobust(List<MeasuredFigure> all, RobustnessResult result) {
    DeLong area = result.robustDeLong();
    all.add(new MeasuredFigure(ROBUST, area.area(), area.interval()));
    DeLong worst = area(result.changed().get(result.worst()));
    all.add(new MeasuredFigure(WORST, worst.area(), worst.interval()));
    int steady = result.verdictsTurned().getOrDefault(0, 0);
    all.add(share(STEADY, new Proportion(steady, result.clean().size())));
  }

  static DeLong area(Scores scores) {
    return DeLong.of(values(scores, Label.AI), values(scores, Label.NATURE));
  }

  private static double[] values(Scores scores, Label label) {
    return scores.all().stream()
        .filter(score -> score.label() == label)
        .mapToDouble(Score::value)
        .toArray();
  }

  private static void add(
      List<MeasuredFigure> all, String name, Metric metric, Scores scores, Bootstrap bootstrap) {
    MetricInterval one = MetricInterval.of(List.of(metric), scores, bootstrap).get(0);
    all.add(new MeasuredFigure(name, one.value(), one.interval()));
  }

  private static MeasuredFigure share(String name, Proportion share) {
    return new MeasuredFigure(name, share.value(), share.wilson());
  }

  /** Returns a figure by its name; empty if it was not measured. */
  public Optional<MeasuredFigure> figure(String name) {
    return figures().stream().filter(one -> one.name().equals(name)).findFirst();
  }
}
