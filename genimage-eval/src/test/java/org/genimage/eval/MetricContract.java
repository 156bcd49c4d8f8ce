package org.genimage.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every metric keeps to, whatever it measures. */
interface MetricContract {

  static List<Metric> metrics() {
    return Metrics.all();
  }

  @ParameterizedTest
  @MethodSource("metrics")
  default void metric_orderOfImages_changesNothing(Metric metric) {
    Scores scores = Fakes.scores(40, 3);
    List<Score> shuffled = new ArrayList<>(scores.all());
    Collections.shuffle(shuffled, new Random(1));
    assertThat(metric.of(Scores.of(shuffled))).isCloseTo(metric.of(scores), within(1e-12));
  }

  @ParameterizedTest
  @MethodSource("metrics")
  default void metric_everyImageTwice_changesNothing(Metric metric) {
    Scores scores = Fakes.scores(40, 3);
    List<Score> twice = new ArrayList<>(scores.all());
    twice.addAll(scores.all());
    assertThat(metric.of(Scores.of(twice))).isCloseTo(metric.of(scores), within(1e-12));
  }

  @ParameterizedTest
  @MethodSource("metrics")
  default void metric_oneImage_isANumberInRangeOrUndefined(Metric metric) {
    for (Label label : Label.values()) {
      for (double value : new double[] {0, 0.25, 0.5, 1}) {
        double result = metric.of(Scores.of(List.of(new Score("x", Generator.ADM, label, value))));
        assertThat(Double.isNaN(result) || result >= 0 && result < 40).isTrue();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("metrics")
  default void metric_placesWithoutImages_changeNothing(Metric metric) {
    Ranking ranking =
        Ranking.of(
            new double[] {0.9, 0.7, 0.4, 0.2},
            List.of(Label.AI, Label.NATURE, Label.AI, Label.NATURE));
    Ranking fewer =
        Ranking.of(new double[] {0.9, 0.4, 0.2}, List.of(Label.AI, Label.AI, Label.NATURE));
    assertThat(metric.of(ranking.counts(new long[] {1, 0, 1, 0}, new long[] {0, 0, 0, 1})))
        .isCloseTo(metric.of(fewer), within(1e-12));
  }
}
