package org.genimage.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.genimage.models.weights.Calibration;
import org.junit.jupiter.api.Test;

class LogisticThresholdTest {

  private static Scores scores(double[] natural, double... ai) {
    List<Score> scores = new ArrayList<>();
    for (double value : natural) {
      scores.add(new Score("" + scores.size(), Generator.ADM, Label.NATURE, value));
    }
    for (double value : ai) {
      scores.add(new Score("" + scores.size(), Generator.ADM, Label.AI, value));
    }
    return Scores.of(scores);
  }

  private static double[] natural(double... values) {
    return values;
  }

  private static double threshold(Scores scores) {
    return LogisticThreshold.of(scores.ranking());
  }

  /** By scikit-learn 1.9.1: {@code sklearn.calibration._sigmoid_calibration} with weights. */
  @Test
  void threshold_equalsScikitLearn() {
    Scores overlapping = scores(natural(.1, .2, .6, .7), .4, .8, .9, .95, .8);
    Scores separated = scores(natural(.05, .2), .7, .9);
    Scores uneven = scores(natural(.02, .1, .3, .5, .6, .7), .8, .9);

    assertThat(threshold(overlapping)).isCloseTo(0.6210224706746891, within(1e-5));
    assertThat(threshold(separated)).isCloseTo(0.42246718453886, within(1e-5));
    assertThat(threshold(uneven)).isCloseTo(0.6544181657479253, within(1e-5));
  }

  @Test
  void calibration_hasTheThresholdAtItsTemperature() {
    Scores scores = scores(natural(.1, .2, .6, .7), .4, .8, .9, .95, .8);

    Calibration calibration = Calibrations.logistic(scores);

    assertThat(calibration.temperature()).isEqualTo(Temperature.of(scores).value());
    assertThat(calibration.threshold())
        .isCloseTo(Temperature.of(scores).scale(threshold(scores)), within(1e-6));
  }

  /** Scores without order, or of the wrong one, have no such threshold. */
  @Test
  void threshold_ofUselessScores_isTheBestOfAll() {
    for (Scores useless :
        List.of(scores(natural(.5, .5), .5, .5), scores(natural(.8, .9), .1, .2, .3))) {
      assertThat(threshold(useless))
          .isEqualTo(Thresholds.forBalancedAccuracy(useless.ranking()))
          .isBetween(0.0, 1.0);
    }
  }

  /** Logits of two normal distributions, whose best threshold is 0. */
  @Test
  void threshold_ofFewImages_variesLessThanTheBestOfAll() {
    SplittableRandom random = new SplittableRandom(3);
    double best = 0;
    double logistic = 0;
    for (int draw = 0; draw < 200; draw++) {
      double[] natural = new double[40];
      double[] ai = new double[40];
      for (int i = 0; i < natural.length; i++) {
        natural[i] = Temperature.sigmoid(random.nextGaussian() - 1.3);
        ai[i] = Temperature.sigmoid(random.nextGaussian() + 1.3);
      }
      Ranking ranking = scores(natural, ai).ranking();
      best += Math.pow(Temperature.logit(Thresholds.forBalancedAccuracy(ranking)), 2);
      logistic += Math.pow(Temperature.logit(LogisticThreshold.of(ranking)), 2);
    }
    assertThat(logistic).isLessThan(best / 2);
  }
}
