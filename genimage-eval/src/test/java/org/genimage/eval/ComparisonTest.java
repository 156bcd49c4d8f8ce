package org.genimage.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;
import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.genimage.eval.statistics.Interval;
import org.genimage.eval.statistics.McNemar;
import org.genimage.eval.statistics.Proportion;
import org.genimage.models.weights.Calibration;
import org.junit.jupiter.api.Test;

/** 400 made-up images; the expected numbers are SciPy's and a direct DeLong in NumPy's. */
class ComparisonTest {

  private static final Scores FIRST = scores((t, noise) -> t);
  private static final Scores SECOND = scores((t, noise) -> 0.6 * t + 0.4 * noise);

  private static Scores scores(DoubleBinaryOperator value) {
    List<Score> scores = new ArrayList<>();
    for (int i = 1; i <= 400; i++) {
      double s = i * 0.6180339887498949 % 1;
      Label label =
          i * 0.7548776662466927 % 1 < Math.sqrt(s) * 0.9 + 0.03 ? Label.AI : Label.NATURE;
      double t = s * s / (s * s + (1 - s) * (1 - s));
      scores.add(
          new Score(
              "image " + i,
              Generator.ADM,
              label,
              value.applyAsDouble(t, i * 0.5698402909980532 % 1)));
    }
    return Scores.of(scores);
  }

  @Test
  void of_twoDetectors_equalsSciPy() {
    Comparison comparison = Comparison.of(FIRST, SECOND, Bootstrap.seeded(1));

    assertThat(comparison.onlyFirst()).isEqualTo(19);
    assertThat(comparison.onlySecond()).isEqualTo(17);
    assertThat(comparison.mcnemar()).isCloseTo(0.8679394004284404, within(1e-9));
    assertThat(comparison.accuracyDifference()).isCloseTo(0.005, within(1e-12));
    assertThat(comparison.accuracyInterval().low()).isCloseTo(-0.0244, within(0.006));
    assertThat(comparison.accuracyInterval().high()).isCloseTo(0.0344, within(0.006));
    assertThat(comparison.aucDifference()).isCloseTo(0.027514104655204652, within(1e-12));
    assertThat(comparison.aucInterval().high())
        .isCloseTo(0.027514104655204652 + 1.959963984540054 * 0.01338387672039549, within(1e-12));
    assertThat(comparison.delong()).isCloseTo(0.03980517801085451, within(1e-9));
  }

  @Test
  void of_otherOrder_isTheSame() {
    List<Score> shuffled = new ArrayList<>(SECOND.all());
    Collections.shuffle(shuffled, new Random(1));
    assertThat(Comparison.of(FIRST, Scores.of(shuffled), Bootstrap.seeded(1)))
        .isEqualTo(Comparison.of(FIRST, SECOND, Bootstrap.seeded(1)));
  }

  @Test
  void of_itself_findsNoDifference() {
    Comparison comparison = Comparison.of(FIRST, FIRST, Bootstrap.seeded(1));
    assertThat(comparison.mcnemar()).isEqualTo(1);
    assertThat(comparison.delong()).isEqualTo(1);
    assertThat(comparison.mcnemarMid()).isEqualTo(1);
    assertThat(comparison.accuracyInterval()).isEqualTo(new McNemar(0, 0).difference(400, 0.95));
    assertThat(comparison.aucInterval().contains(0)).isTrue();
    assertThat(comparison.aucInterval().width()).isGreaterThan(0.01);
  }

  @Test
  void of_otherImages_isRefused() {
    List<Score> others = new ArrayList<>(SECOND.all());
    others.set(0, new Score("stranger", Generator.ADM, Label.AI, 0.5));
    assertThatThrownBy(() -> Comparison.of(FIRST, Scores.of(others), Bootstrap.seeded(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("a comparison needs the same images, image 1 of ADM has no score");
    assertThatThrownBy(
            () -> Comparison.of(FIRST, Scores.of(others.subList(0, 5)), Bootstrap.seeded(1)))
        .hasMessage(
            "a comparison needs the same images once each, got 400 and 5 scores of 5 images");
  }

  @Test
  void temperature_twoDetectors_equalsSciPysMinimum() {
    assertThat(Temperature.of(FIRST).value()).isCloseTo(3.075605162955675, within(1e-6));
    assertThat(Temperature.of(SECOND).value()).isCloseTo(1.4661567448019557, within(1e-6));
    assertThat(Metrics.LOG_LOSS.of(Temperature.of(FIRST).scale(FIRST)))
        .isLessThan(Metrics.LOG_LOSS.of(FIRST));
    assertThat(Metrics.ROC_AUC.of(Temperature.of(FIRST).scale(FIRST)))
        .isEqualTo(Metrics.ROC_AUC.of(FIRST));
  }

  @Test
  void calibrations_fitted_decideAsPromisedOnScaledScores() {
    Calibration calibration = Calibrations.forFalsePositiveRate(0.05, FIRST);
    Scores scaled = Temperature.of(FIRST).scale(FIRST).at(calibration.threshold());
    assertThat(calibration.temperature()).isEqualTo(Temperature.of(FIRST).value());
    assertThat(1 - scaled.accuracy(Label.NATURE).value()).isLessThanOrEqualTo(0.05);
    assertThat(scaled.accuracy(Label.AI).value())
        .isEqualTo(Metrics.tprAtFpr(0.05, FIRST.ranking()));
    assertThat(Calibrations.temperature(FIRST).threshold()).isEqualTo(0.5);
    assertThat(
            Metrics.BALANCED_ACCURACY.of(
                scaled.at(Calibrations.forBalancedAccuracy(FIRST).threshold())))
        .isEqualTo(
            Metrics.BALANCED_ACCURACY.of(
                FIRST.at(Thresholds.forBalancedAccuracy(FIRST.ranking()))));
    Scores natural =
        Scores.of(FIRST.all().stream().filter(one -> one.label() == Label.NATURE).toList());
    assertThatThrownBy(() -> Calibrations.temperature(natural))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("needs images of both labels, got 1")
        .hasMessageEndingWith("natural and 0 AI");
  }

  @Test
  void thresholds_chosen_keepWhatTheyPromise() {
    Ranking ranking = FIRST.ranking();
    for (double rate : new double[] {0, 0.01, 0.1, 0.5, 1}) {
      Ranking decided = FIRST.at(Thresholds.forFalsePositiveRate(rate, ranking)).ranking();
      assertThat(1 - decided.accuracy(Label.NATURE).value()).isLessThanOrEqualTo(rate);
      assertThat(decided.accuracy(Label.AI).value()).isEqualTo(Metrics.tprAtFpr(rate, ranking));
    }
    double best = Metrics.BALANCED_ACCURACY.of(FIRST.at(Thresholds.forBalancedAccuracy(ranking)));
    for (double threshold = 0; threshold < 1; threshold += 0.01) {
      assertThat(Metrics.BALANCED_ACCURACY.of(FIRST.at(threshold))).isLessThanOrEqualTo(best);
    }
  }

  @Test
  void bootstrap_accuracy_isNearWilsonAndRepeatable() {
    Interval wilson = FIRST.accuracy().wilson();
    Interval interval = Bootstrap.seeded(1).interval(Metrics.ACCURACY, FIRST);
    assertThat(interval.low()).isCloseTo(wilson.low(), within(0.015));
    assertThat(interval.high()).isCloseTo(wilson.high(), within(0.015));
    assertThat(Bootstrap.seeded(1).interval(Metrics.ACCURACY, FIRST)).isEqualTo(interval);
  }

  @Test
  void bootstrap_auc_isNearDeLong() {
    Interval interval = Bootstrap.seeded(1).interval(Metrics.ROC_AUC, FIRST);
    assertThat(interval.low()).isBetween(0.71, 0.75);
    assertThat(interval.high()).isBetween(0.80, 0.84);
    assertThat(Bootstrap.seeded(2).interval(Metrics.ROC_AUC, FIRST)).isNotEqualTo(interval);
  }

  @Test
  void bootstrap_oneLabelOnly_hasNoArea() {
    Scores ai = Scores.of(FIRST.all().stream().filter(score -> score.label() == Label.AI).toList());
    assertThat(Bootstrap.seeded(1).interval(Metrics.ROC_AUC, ai).low()).isNaN();
  }

  /** Where every resample gives the same figure, the interval says what such images can prove. */
  @Test
  void bootstrap_noErrorAtAll_hasAWidthForEveryMetric() {
    for (int images : new int[] {1, 3, 60}) {
      List<Score> perfect = new ArrayList<>();
      for (int i = 0; i < images; i++) {
        perfect.add(new Score("a" + i, Generator.ADM, Label.AI, 1));
        perfect.add(new Score("n" + i, Generator.ADM, Label.NATURE, 0));
      }
      Scores scores = Scores.of(perfect);
      Bootstrap bootstrap = Bootstrap.seeded(1).resamples(50);
      List<Interval> intervals = bootstrap.intervals(Metrics.all(), scores);
      for (int i = 0; i < intervals.size(); i++) {
        Metric metric = Metrics.all().get(i);
        assertThat(intervals.get(i).width()).as(metric.name()).isGreaterThan(0.01);
        assertThat(intervals.get(i).contains(metric.of(scores))).as(metric.name()).isTrue();
      }
      double bound = new Proportion(0, images).upperBound(0.975);
      assertThat(bootstrap.interval(Metrics.ACCURACY, scores).low())
          .isCloseTo(1 - bound, within(1e-3));
      Metric named = Metric.ofScores("named", Metrics.ACCURACY::of);
      assertThat(bootstrap.interval(named, scores).width()).isGreaterThan(0.01);
      assertThat(MetricInterval.of(Metrics.all(), scores, bootstrap))
          .extracting(MetricInterval::metric)
          .containsExactlyElementsOf(Metrics.all());
    }
  }

  @Test
  void metricInterval_metricsWithAFormula_haveTheirs() {
    List<MetricInterval> found =
        MetricInterval.of(Metrics.all(), FIRST, Bootstrap.seeded(1).resamples(50));
    assertThat(found.get(0).interval()).isEqualTo(FIRST.accuracy().wilson());
    assertThat(found)
        .filteredOn(one -> one.metric() == Metrics.ROC_AUC)
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.method()).isEqualTo("DeLong");
              assertThat(one.interval().contains(one.value())).isTrue();
            });
    assertThat(found).allSatisfy(one -> assertThat(one.interval().width()).isPositive());

    Scores ai = Scores.of(FIRST.all().stream().filter(score -> score.label() == Label.AI).toList());
    assertThat(MetricInterval.of(Metrics.all(), ai, Bootstrap.seeded(1).resamples(50)))
        .allSatisfy(
            one ->
                assertThat(Double.isNaN(one.value()))
                    .as(one.metric().name())
                    .isEqualTo(Double.isNaN(one.interval().low())));
  }
}
