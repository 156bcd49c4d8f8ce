package org.genimage.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.genimage.data.Label;
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
