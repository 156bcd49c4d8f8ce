package org.genimage.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.genimage.eval.reference.EvaluationChecks.assertClose;
import static org.genimage.eval.reference.EvaluationChecks.get;
import static org.genimage.eval.reference.EvaluationChecks.list;
import static org.genimage.eval.reference.EvaluationChecks.numbers;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What few images say of calibration, threshold and rates. */
class SmallCalibrationTest {

  private static Scores scores(double[] values, JsonNode labels) {
    List<Score> scores = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      scores.add(
          new Score("" + i, Generator.ADM, Label.values()[labels.get(i).asInt()], values[i]));
    }
    return Scores.of(scores);
  }

  @Test
  @Tag("reference")
  void reliability_fewBins_equalsReference() {
    JsonNode expected = get("calibration_error");
    Scores scores = scores(numbers(expected.get("probability_of_ai")), expected.get("labels"));
    ReliabilityCurve curve = ReliabilityCurve.of(scores.ranking(), expected.get("bins").asInt());
    List<JsonNode> bins = list(expected.get("per_bin"));

    assertThat(curve.bins()).hasSameSizeAs(bins);
    for (int i = 0; i < bins.size(); i++) {
      ReliabilityCurve.Bin bin = curve.bins().get(i);
      assertThat(bin.images().total()).isEqualTo(bins.get(i).get("n").asLong());
      assertClose(bin.meanScore(), bins.get(i).get("confidence"));
      assertClose(bin.images().value(), bins.get(i).get("accuracy"));
      assertClose(bin.interval(), bins.get(i).get("wilson_95"));
    }
    assertClose(curve.meanGap(), expected.get("ece_l1"));
    assertClose(
        curve.rootMeanSquaredGap() * curve.rootMeanSquaredGap(), expected.get("ece_l2_squared"));
    assertClose(curve.debiasedSquaredGap(), expected.get("ece_l2_squared_debiased"));
    assertThatThrownBy(() -> ReliabilityCurve.of(scores.ranking(), 0))
        .hasMessage("number of bins must be positive, got 0");
  }

  /**
   * The mean gap of a perfectly calibrated detector on few images is what chance is said to add.
   */
  @Test
  void reliability_perfectCalibration_hasTheGapOfChance() {
    SplittableRandom random = new SplittableRandom(5);
    double gap = 0;
    double chance = 0;
    double debiased = 0;
    double squared = 0;
    int draws = 300;
    for (int draw = 0; draw < draws; draw++) {
      List<Score> scores = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        double value = random.nextDouble();
        Label label = random.nextDouble() < value ? Label.AI : Label.NATURE;
        scores.add(new Score("" + i, Generator.ADM, label, value));
      }
      ReliabilityCurve curve = ReliabilityCurve.of(Scores.of(scores).ranking(), 5);
      gap += curve.meanGap() / draws;
      chance += curve.meanGapByChance() / draws;
      debiased += curve.debiasedSquaredGap() / draws;
      squared += curve.rootMeanSquaredGap() * curve.rootMeanSquaredGap() / draws;
    }
    assertThat(gap).isGreaterThan(0.05);
    assertThat(chance).isCloseTo(gap, within(0.004));
    assertThat(squared).isGreaterThan(0.005);
    assertThat(debiased).isCloseTo(0, within(0.001));
  }

  @Test
  @Tag("reference")
  void rates_atAFalsePositiveRate_equalNumPy() {
    JsonNode expected = get("tpr_at_fpr");
    Ranking ranking = scores(numbers(expected.get("scores")), expected.get("labels")).ranking();
    assertThat(list(expected.get("rows")))
        .isNotEmpty()
        .allSatisfy(
            row -> {
              double rate = row.get("fpr").asDouble();
              assertClose(Metrics.tprAtFpr(rate, ranking), row.get("step"));
              assertClose(Metrics.tprAtFprInterpolated(rate, ranking), row.get("interpolated"));
            });
    assertClose(
        Metrics.BALANCED_ACCURACY.of(ranking), expected.get("balanced_accuracy_at_0.5_greater"));
    assertClose(
        Metrics.BALANCED_ACCURACY.of(ranking.at(Thresholds.forBalancedAccuracy(ranking))),
        expected.get("oracle_balanced_accuracy"));
    assertThat(Metrics.tprAtFprInterpolated(1, ranking)).isEqualTo(1);
  }

  @Test
  void certainty_fewImages_isWide() {
    CalibrationCertainty few = certainty(20);
    CalibrationCertainty many = certainty(500);

    assertThat(few.threshold().width()).isGreaterThan(many.threshold().width());
    assertThat(few.temperature().width()).isGreaterThan(many.temperature().width());
    assertThat(few.threshold().contains(few.calibration().threshold())).isTrue();
    assertThat(few.falseAlarms().total()).isEqualTo(20);
    assertThat(few.falseAlarms().count()).isEqualTo(1); // 5 % of 20
    assertThat(few.sentence())
        .matches(
            "The threshold 0\\.\\d{4} would lie between 0\\.\\d{4} and [01]\\.\\d{4} \\(95 %\\) with as"
                + " many other images; 1 of 20 natural images are above it, which proves a rate of at"
                + " most 21.6 % \\(95 % confidence\\)\\.");
  }

  private static CalibrationCertainty certainty(int perLabel) {
    SplittableRandom random = new SplittableRandom(3);
    List<Score> scores = new ArrayList<>();
    for (int i = 0; i < 2 * perLabel; i++) {
      Label label = Label.values()[i % 2];
      double logit = (label == Label.AI ? 1 : -1) + random.nextGaussian();
      scores.add(new Score("" + i, Generator.ADM, label, 1 / (1 + Math.exp(-logit))));
    }
    return CalibrationCertainty.of(
        images -> Calibrations.forFalsePositiveRate(0.05, images),
        Scores.of(scores),
        Bootstrap.seeded(1).resamples(200));
  }

  @Test
  void certainty_oneLabelThreeImagesOrEqualScores_isDefinedOrRefused() {
    Score natural = new Score("n", Generator.ADM, Label.NATURE, 0.5);
    Score ai = new Score("a", Generator.ADM, Label.AI, 0.5);
    Score another = new Score("b", Generator.ADM, Label.AI, 0.5);
    Bootstrap bootstrap = Bootstrap.seeded(1).resamples(20);

    assertThatThrownBy(
            () ->
                CalibrationCertainty.of(
                    Calibrations::temperature, Scores.of(List.of(natural)), bootstrap))
        .hasMessage("a calibration needs images of both labels, got 1 natural and 0 AI");
    CalibrationCertainty three =
        CalibrationCertainty.of(
            Calibrations::forBalancedAccuracy, Scores.of(List.of(natural, ai, another)), bootstrap);
    assertThat(three.falseAlarms().count()).isZero();
    assertThat(three.sentence()).contains("0 of 1 natural images", "at most 95.0 %");
  }
}
