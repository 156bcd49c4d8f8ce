package org.genimage.eval.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.genimage.eval.reference.EvaluationChecks.assertClose;
import static org.genimage.eval.reference.EvaluationChecks.get;
import static org.genimage.eval.reference.EvaluationChecks.numbers;
import static org.genimage.eval.reference.EvaluationChecks.rows;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.genimage.eval.reference.EvaluationChecks;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Against SciPy, statsmodels and scikit-learn; see {@code evaluation_checks.json}. */
class StatisticsTest {

  private static Proportion proportion(JsonNode row, String count, String total) {
    return new Proportion(row.get(count).asLong(), row.get(total).asLong());
  }

  @Test
  @Tag("reference")
  void proportion_twoSided_equalsSciPy() {
    assertThat(rows("proportion_intervals_two_sided"))
        .isNotEmpty()
        .allSatisfy(
            row -> {
              Proportion proportion = proportion(row, "k", "n");
              double confidence = row.get("confidence").asDouble();
              assertClose(proportion.wilson(confidence), row.get("wilson"));
              assertClose(proportion.clopperPearson(confidence), row.get("clopper_pearson"));
              assertThat(proportion.wilson(confidence).width()).isPositive();
              assertThat(proportion.clopperPearson(confidence).width()).isPositive();
            });
  }

  @Test
  @Tag("reference")
  void proportion_oneSided_equalsSciPy() {
    assertThat(rows("clopper_pearson_one_sided"))
        .isNotEmpty()
        .allSatisfy(
            row -> {
              Proportion proportion = proportion(row, "k", "n");
              double confidence = 1 - row.get("delta").asDouble();
              assertClose(proportion.upperBound(confidence), row.get("upper"));
              assertClose(proportion.lowerBound(confidence), row.get("lower"));
            });
  }

  @Test
  @Tag("reference")
  void binomial_smallestSample_equalsSciPy() {
    assertThat(rows("smallest_sample_for_k_errors"))
        .isNotEmpty()
        .allSatisfy(
            row -> {
              List<JsonNode> errors = EvaluationChecks.list(row.get("errors_allowed"));
              for (int i = 0; i < errors.size(); i++) {
                assertThat(
                        Binomial.smallestSample(
                            errors.get(i).asInt(),
                            row.get("alpha").asDouble(),
                            row.get("delta").asDouble()))
                    .isEqualTo(row.get("smallest_n").get(i).asInt());
              }
            });
  }

  @Test
  void binomial_tails_sumToOne() {
    for (int count = -1; count <= 21; count++) {
      assertThat(Binomial.atMost(count, 20, 0.3) + Binomial.atLeast(count + 1, 20, 0.3))
          .isCloseTo(1, within(1e-14));
      assertThat(Binomial.atMost(count, 20, 0.3) - Binomial.atMost(count - 1, 20, 0.3))
          .isCloseTo(Binomial.exactly(count, 20, 0.3), within(1e-14));
    }
    assertThat(Binomial.atMost(0, 0, 0.5)).isEqualTo(1);
    assertThatThrownBy(() -> Binomial.atMost(1, 2, 1.5))
        .hasMessage("rate must be in [0, 1], got 1.5");
  }

  @Test
  @Tag("reference")
  void balancedAccuracy_interval_equalsReference() {
    assertThat(rows("balanced_accuracy_interval"))
        .isNotEmpty()
        .allSatisfy(
            row -> {
              BalancedAccuracy accuracy =
                  new BalancedAccuracy(
                      proportion(row, "real_right", "real"), proportion(row, "fake_right", "fake"));
              assertClose(accuracy.value(), row.get("balanced_accuracy"));
              assertClose(accuracy.nature().value(), row.get("r_acc"));
              assertClose(accuracy.ai().value(), row.get("f_acc"));
              assertClose(accuracy.interval(), row.get("mover_wilson_95"));
              assertThat(accuracy.interval().width()).isPositive();
            });
  }

  @Test
  @Tag("reference")
  void proportionDifference_interval_equalsStatsmodels() {
    assertThat(rows("difference_of_independent_proportions"))
        .isNotEmpty()
        .allSatisfy(
            row -> {
              ProportionDifference difference =
                  new ProportionDifference(
                      proportion(row, "k1", "n1"), proportion(row, "k2", "n2"));
              assertClose(difference.value(), row.get("difference"));
              assertClose(difference.interval(), row.get("newcombe_95"));
            });
  }

  @Test
  @Tag("reference")
  void mcNemar_counts_equalStatsmodels() {
    assertThat(rows("mcnemar"))
        .isNotEmpty()
        .allSatisfy(
            row -> {
              McNemar test = new McNemar(row.get("b").asLong(), row.get("c").asLong());
              assertClose(test.exact(), row.get("p_exact"));
              assertClose(test.mid(), row.get("p_mid"));
              assertThat(test.difference(200, 0.95).width()).isPositive();
            });
  }

  @Test
  @Tag("reference")
  void holm_pValues_equalStatsmodels() {
    JsonNode expected = get("holm");
    List<Double> adjusted =
        Holm.adjusted(DoubleStream.of(numbers(expected.get("p"))).boxed().toList());
    for (int i = 0; i < adjusted.size(); i++) {
      assertClose(adjusted.get(i), expected.get("adjusted").get(i));
      assertThat(adjusted.get(i) <= 0.05)
          .isEqualTo(expected.get("rejected_at_0.05").get(i).asBoolean());
    }
    assertThat(Holm.adjusted(List.of())).isEmpty();
    assertThatThrownBy(() -> Holm.adjusted(List.of(Double.NaN)))
        .hasMessage("p-value must be in [0, 1], got NaN");
  }

  @Test
  @Tag("reference")
  void bca_statedGenerator_equalsSciPy() {
    JsonNode expected = get("bca");
    double[] data = numbers(expected.get("data"));
    SplittableRandom random = new SplittableRandom(42); // the generator that the file states
    double[] replicates =
        IntStream.range(0, expected.get("replicates").asInt())
            .mapToDouble(
                i ->
                    mean(
                        DoubleStream.generate(
                                () ->
                                    data[
                                        (int) ((random.nextLong() >>> 11) * 0x1p-53 * data.length)])
                            .limit(data.length)
                            .toArray()))
            .toArray();
    double estimate = mean(data);
    double[] without =
        Arrays.stream(data).map(x -> (estimate * data.length - x) / (data.length - 1)).toArray();
    Bca bca = Bca.of(estimate, replicates, List.of(without)).orElseThrow();

    for (int i = 0; i < expected.get("first_means").size(); i++) {
      assertClose(replicates[i], expected.get("first_means").get(i));
    }
    assertClose(bca.bias(), expected.get("z0"));
    assertClose(bca.acceleration(), expected.get("acceleration"));
    assertClose(bca.level(Confidence.quantile(0.025)), expected.get("levels").get(0));
    assertClose(bca.level(Confidence.quantile(0.975)), expected.get("levels").get(1));
    assertClose(bca.interval(replicates, 0.95).orElseThrow(), expected.get("interval_95"));
    assertClose(Quantiles.central(replicates, 0.95), expected.get("percentile_95"));
  }

  /** As NumPy sums 8 to 128 numbers, in eight parts, so that equal means are equal. */
  private static double mean(double[] values) {
    double[] parts = Arrays.copyOf(values, 8);
    int at = 8;
    for (; at + 8 <= values.length; at += 8) {
      for (int i = 0; i < 8; i++) {
        parts[i] += values[at + i];
      }
    }
    double sum =
        ((parts[0] + parts[1]) + (parts[2] + parts[3]))
            + ((parts[4] + parts[5]) + (parts[6] + parts[7]));
    for (; at < values.length; at++) {
      sum += values[at];
    }
    return sum / values.length;
  }

  @Test
  void bca_constantData_isNotDefined() {
    double[] ones = {1, 1, 1, 1};
    assertThat(Bca.of(1, ones, List.of(ones))).isEmpty();
    assertThat(Bca.of(2, ones, List.of(new double[] {1, 2, 3}))).isEmpty();
    assertThat(Bca.of(1, ones, List.of())).isEmpty();
    assertThat(Quantiles.central(new double[0], 0.95).low()).isNaN();
  }

  private static List<Double> list(double... numbers) {
    return DoubleStream.of(numbers).boxed().toList();
  }

  @Test
  @Tag("reference")
  void rankAgreement_lists_equalSciPy() {
    JsonNode expected = get("rank_agreement");
    RankAgreement agreement =
        RankAgreement.of(list(numbers(expected.get("a"))), list(numbers(expected.get("b"))));
    assertClose(agreement.spearman(), expected.get("spearman"));
    assertClose(agreement.kendall(), expected.get("kendall_tau_b"));
    assertClose(agreement.pValue(), expected.get("kendall_p_exact"));
    JsonNode ties = expected.get("tau_b_with_ties");
    RankAgreement tied =
        RankAgreement.of(list(numbers(ties.get("a"))), list(numbers(ties.get("b"))));
    assertClose(tied.kendall(), ties.get("value"));
    assertClose(tied.spearman(), expected.get("spearman_with_ties"));
    assertThat(tied.pValue()).isNaN();
    assertThat(RankAgreement.of(list(1, 1), list(1, 2)).kendall()).isNaN();
    assertThat(RankAgreement.of(list(1, 2), list(1, 2)).pValue()).isEqualTo(1);
    assertThatThrownBy(() -> RankAgreement.of(list(1), list(1)))
        .hasMessage("an agreement of ranks needs two figures or more in each list, got 1 and 1");
    assertThatThrownBy(() -> RankAgreement.of(list(1, Double.NaN), list(1, 2)))
        .hasMessage("figures to rank must be numbers, got NaN");
  }

  private static DeLong deLong(int detector) {
    JsonNode checks = get("delong");
    return DeLong.of(
        numbers(checks.get("positives").get(detector)),
        numbers(checks.get("negatives").get(detector)));
  }

  @Test
  @Tag("reference")
  void deLong_areas_equalNumPy() {
    JsonNode expected = get("delong");
    for (int i = 0; i < 2; i++) {
      DeLong area = deLong(i);
      assertClose(area.area(), expected.get("auc").get(i));
      assertClose(area.varianceOfAi(), expected.get("s10").get(i).get(i));
      assertClose(area.varianceOfNature(), expected.get("s01").get(i).get(i));
      assertClose(area.interval(), expected.get("logit_95").get(i));
      for (int j = 0; j < 2; j++) {
        assertClose(area.covariance(deLong(j)), expected.get("covariance").get(i).get(j));
      }
    }
  }

  @Test
  @Tag("reference")
  void deLong_difference_equalsNumPy() {
    JsonNode expected = get("delong");
    DeLong.Difference difference = deLong(0).minus(deLong(1));
    assertClose(difference.value(), expected.get("difference"));
    assertClose(
        difference.standardError() * difference.standardError(),
        expected.get("difference_variance"));
    assertClose(difference.z(), expected.get("z"));
    assertClose(difference.pValue(), expected.get("p_two_sided"));
    assertClose(difference.interval(), expected.get("difference_95"));
  }

  @Test
  @Tag("reference")
  void areaInterval_method5_equalsSciPysRoots() {
    assertThat(rows("auc_newcombe_method_5_95"))
        .isNotEmpty()
        .allSatisfy(
            row -> {
              Interval interval =
                  AreaInterval.of(
                      row.get("auc").asDouble(),
                      row.get("positives").asLong(),
                      row.get("negatives").asLong(),
                      0.95);
              assertClose(interval.low(), row.get("lower"));
              assertClose(interval.high(), row.get("upper"));
            });
  }

  /** Where DeLong's variance is 0 or not defined, there still is a width. */
  @Test
  void deLong_perfectEqualOrFewScores_hasAnInterval() {
    double[] high = {0.9, 0.8, 0.7};
    double[] low = {0.3, 0.2, 0.1};
    double[] same = {0.5, 0.5, 0.5};
    double[] one = {0.5};
    assertThat(DeLong.of(high, low).interval()).isEqualTo(AreaInterval.of(1, 3, 3, 0.95));
    assertThat(DeLong.of(low, high).interval()).isEqualTo(AreaInterval.of(0, 3, 3, 0.95));
    assertThat(DeLong.of(same, same).interval()).isEqualTo(AreaInterval.of(0.5, 3, 3, 0.95));
    assertThat(DeLong.of(one, one).interval().width()).isGreaterThan(0.8);

    DeLong.Difference none = DeLong.of(high, low).minus(DeLong.of(high, low));
    assertThat(none.value()).isZero();
    assertThat(none.pValue()).isEqualTo(1);
    assertThat(none.interval().contains(0)).isTrue();
    assertThat(none.interval().width()).isGreaterThan(0.5);

    DeLong.Difference all = DeLong.of(high, low).minus(DeLong.of(low, high));
    assertThat(all.value()).isEqualTo(1);
    assertThat(all.pValue()).isBetween(1e-6, 0.05); // three images a label prove little
    assertThat(all.interval().contains(0)).isFalse();
    DeLong.Difference two = DeLong.of(one, new double[] {0.4}).minus(DeLong.of(one, one));
    assertThat(two.standardError()).isNaN();
    assertThat(two.pValue()).isBetween(0.3, 1.0);
  }

  @Test
  void deLong_oneLabelOrNaN_isRefused() {
    assertThatThrownBy(() -> DeLong.of(new double[0], new double[] {0.5}))
        .hasMessage(
            "an area under a ROC curve needs images of both labels, got 1 natural and 0 AI");
    assertThatThrownBy(() -> DeLong.of(new double[] {Double.NaN}, new double[] {0.5}))
        .hasMessage("scores of a ROC curve must be numbers, got NaN");
    assertThatThrownBy(() -> new Proportion(1, 2).wilson(1))
        .hasMessage("confidence must be in (0, 1), got 1.0");
  }
}
