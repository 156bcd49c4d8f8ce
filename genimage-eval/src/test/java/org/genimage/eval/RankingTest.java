package org.genimage.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.genimage.eval.statistics.Interval;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class RankingTest {

  @Test
  void of_badInput_isOneSentence() {
    assertThatThrownBy(() -> Ranking.of(new double[] {0.5, 0.6}, List.of(Label.AI)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("scores need as many labels, got 2 scores and 1 labels");
    assertThatThrownBy(() -> Ranking.of(new double[] {}, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a ranking needs at least one score, got none");
    assertThatThrownBy(() -> Ranking.of(new double[] {Double.NaN}, List.of(Label.AI)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("score 0 must be in [0, 1], got NaN");
  }

  @Test
  void places_scoresWithTies_areDistinctFromTheHighest() {
    Ranking ranking =
        Ranking.of(
            new double[] {0.2, 0.9, 0.2, 0.5},
            List.of(Label.NATURE, Label.AI, Label.AI, Label.NATURE));

    assertThat(ranking.places()).isEqualTo(3);
    assertThat(ranking.value(0)).isEqualTo(0.9);
    assertThat(ranking.value(2)).isEqualTo(0.2);
    assertThat(ranking.count(2, Label.AI)).isEqualTo(1);
    assertThat(ranking.count(2, Label.NATURE)).isEqualTo(1);
    assertThat(ranking.confusion()).isEqualTo(new Confusion(1, 0, 2, 1));
    assertThat(ranking.at(0.3).confusion()).isEqualTo(new Confusion(1, 1, 1, 1));
    assertThatThrownBy(() -> ranking.value(3)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> ranking.at(1.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("threshold must be in [0, 1], got 1.5");
    assertThatThrownBy(() -> new Confusion(1, 2, -3, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("counts must not be negative, got 1, 2, -3 and 4");
  }

  @Test
  void confusion_everyThreshold_countsTheScoresAbove() {
    double[] scores = {0, 0.2, 0.2, 0.5, 0.9, 1};
    List<Label> labels =
        List.of(Label.AI, Label.NATURE, Label.AI, Label.NATURE, Label.AI, Label.AI);
    Ranking ranking = Ranking.of(scores, labels);

    for (double threshold : new double[] {0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.95, 1}) {
      long[] above = new long[2];
      for (int i = 0; i < scores.length; i++) {
        above[labels.get(i).index()] += scores[i] > threshold ? 1 : 0;
      }
      assertThat(ranking.at(threshold).confusion())
          .as("threshold %s", threshold)
          .isEqualTo(new Confusion(above[1], above[0], 2 - above[0], 4 - above[1]));
    }
  }

  /** The numbers were written before resamples were counted in the order of memory. */
  @Test
  void bootstrap_fixedSeed_keepsEveryBit() {
    SplittableRandom random = new SplittableRandom(5);
    List<Score> all = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      double drawn = random.nextDouble() + random.nextDouble() + 0.5 * (i % 2);
      all.add(
          new Score(
              "image " + i,
              Generator.GENIMAGE.get(i % 16 / 2),
              Label.values()[i % 2],
              Math.round(20 * drawn) / 50.0));
    }

    assertThat(
            Bootstrap.seeded(1)
                .resamples(50)
                .percentiles(
                    List.of(
                        Metrics.PRECISION,
                        Metrics.AVERAGE_PRECISION,
                        Metrics.TPR_AT_1_PERCENT_FPR,
                        Metrics.EQUAL_ERROR_RATE,
                        Metrics.BRIER,
                        Metrics.CALIBRATION_ERROR),
                    Scores.of(all)))
        .containsExactly(
            new Interval(0.7149761305887787, 0.7505219206680585),
            new Interval(0.7851201463427787, 0.8195964574489298),
            new Interval(0.157675, 0.215),
            new Interval(0.2645, 0.3053875),
            new Interval(0.18032741499999996, 0.19136372499999998),
            new Interval(0.054845249999999984, 0.07830150000000001));
  }

  @Test
  void order_ties_isAPermutationFromTheHighest() {
    double[] scores = {0.2, 0.9, 0.2, 0.5, 0.9, 0.2};
    int[] order = Ranking.order(scores);
    assertThat(order).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5);
    for (int i = 1; i < order.length; i++) {
      assertThat(scores[order[i]]).isLessThanOrEqualTo(scores[order[i - 1]]);
    }
  }

  @Test
  @Timeout(20)
  void metrics_100000Scores_takeMilliseconds() {
    SplittableRandom random = new SplittableRandom(1);
    double[] scores = random.doubles(100_000).toArray();
    List<Label> labels = new ArrayList<>();
    for (double score : scores) {
      labels.add(random.nextDouble() < score ? Label.AI : Label.NATURE);
    }
    Duration best = Duration.ofDays(1);
    for (int run = 0; run < 5; run++) {
      long start = System.nanoTime();
      Ranking ranking = Ranking.of(scores, labels);
      Metrics.all().forEach(metric -> metric.of(ranking));
      Duration time = Duration.ofNanos(System.nanoTime() - start);
      best = time.compareTo(best) < 0 ? time : best;
    }
    assertThat(best).isLessThan(Duration.ofMillis(500));
  }
}
