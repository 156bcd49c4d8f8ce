package org.genimage.eval.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.genimage.eval.reference.EvaluationChecks.assertClose;
import static org.genimage.eval.reference.EvaluationChecks.get;
import static org.genimage.eval.reference.EvaluationChecks.list;
import static org.genimage.eval.reference.EvaluationChecks.numbers;
import static org.genimage.eval.reference.EvaluationChecks.rows;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.BetaDistribution;
import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.Score;
import org.genimage.eval.Scores;
import org.genimage.models.Verdict;
import org.genimage.models.VerdictRule;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Against SciPy; see {@code evaluation_checks.json}. */
class VerdictStatisticsTest {

  private static boolean isNull(JsonNode row, String field) {
    return row.get(field).isNull();
  }

  @Test
  @Tag("reference")
  void orderStatistic_ranks_equalSciPy() {
    assertThat(rows("neyman_pearson_umbrella"))
        .isNotEmpty()
        .allSatisfy(
            row -> {
              int images = row.get("n").asInt();
              double limit = row.get("alpha").asDouble();
              OptionalInt rank = OrderStatistic.rank(images, limit, row.get("delta").asDouble());
              assertClose(
                  OrderStatistic.violation(images, images, limit), row.get("violation_at_n"));
              if (isNull(row, "k")) {
                assertThat(rank).isEmpty();
              } else {
                int k = row.get("k").asInt();
                assertThat(rank).hasValue(k);
                assertClose(OrderStatistic.violation(k, images, limit), row.get("violation_at_k"));
                if (k > 1) {
                  assertClose(
                      OrderStatistic.violation(k - 1, images, limit),
                      row.get("violation_at_k_minus_1"));
                }
              }
            });
    assertThat(OrderStatistic.rank(0, 0.01, 0.05)).isEmpty();
  }

  @Test
  @Tag("reference")
  void learnThenTest_pValues_equalSciPy() {
    assertThat(rows("learn_then_test_p_values"))
        .isNotEmpty()
        .allSatisfy(
            row -> {
              int errors = row.get("errors").asInt();
              int images = row.get("n").asInt();
              double limit = row.get("alpha").asDouble();
              assertClose(LearnThenTest.binomial(errors, images, limit), row.get("binomial"));
              assertClose(LearnThenTest.hoeffding(errors, images, limit), row.get("hoeffding"));
              assertClose(
                  LearnThenTest.hoeffdingBentkus(errors, images, limit),
                  row.get("hoeffding_bentkus"));
            });
  }

  @Test
  @Tag("reference")
  void learnThenTest_settings_areThoseOfTheReference() {
    JsonNode expected = get("learn_then_test_fixed_sequence");
    List<Double> p =
        IntStream.of(list(expected.get("errors")).stream().mapToInt(JsonNode::asInt).toArray())
            .mapToObj(
                errors ->
                    LearnThenTest.binomial(
                        errors, expected.get("n").asInt(), expected.get("alpha").asDouble()))
            .toList();
    double delta = expected.get("delta").asDouble();
    double[] thresholds = numbers(expected.get("thresholds_safest_first"));

    for (int i = 0; i < p.size(); i++) {
      assertClose(p.get(i), expected.get("p_values").get(i));
    }
    assertThat(LearnThenTest.fixedSequence(p, delta)).isEqualTo(expected.get("accepted").size());
    assertThat(LearnThenTest.bonferroni(p, delta).stream().mapToDouble(i -> thresholds[i]))
        .containsExactly(
            DoubleStream.of(numbers(expected.get("bonferroni_accepted")))
                .boxed()
                .toArray(Double[]::new));
    assertThat(LearnThenTest.fixedSequence(List.of(), 0.05)).isZero();
    assertThatThrownBy(() -> LearnThenTest.binomial(3, 2, 0.1))
        .hasMessage("errors must be from 0 to 2, got 3");
  }

  @Test
  @Tag("reference")
  void conformal_ranks_areRational() {
    assertThat(rows("split_conformal_rank"))
        .isNotEmpty()
        .allSatisfy(
            row -> {
              int images = row.get("n").asInt();
              double alpha = row.get("alpha").asDouble();
              OptionalInt rank = Conformal.rank(images, alpha);
              if (isNull(row, "rank")) {
                assertThat(rank).isEmpty();
              } else {
                assertThat(rank).hasValue(row.get("rank").asInt());
                int k = rank.getAsInt();
                assertClose(
                    Conformal.coverage(images, k, 1 - alpha),
                    row.get("probability_coverage_below_1_minus_alpha"));
                assertClose(
                    BetaDistribution.of(k, images + 1.0 - k).getMean(), row.get("coverage_mean"));
                assertThat(
                        Conformal.coverage(images, k, row.get("coverage_quantile_05").asDouble()))
                    .isCloseTo(0.05, within(1e-9));
              }
            });
  }

  private static Scores mondrian() {
    JsonNode checks = get("mondrian_verdicts");
    List<Score> scores = new ArrayList<>();
    for (double value : numbers(checks.get("natural"))) {
      scores.add(new Score("n" + scores.size(), Generator.ADM, Label.NATURE, value));
    }
    for (double value : numbers(checks.get("ai"))) {
      scores.add(new Score("a" + scores.size(), Generator.ADM, Label.AI, value));
    }
    return Scores.of(scores);
  }

  @Test
  @Tag("reference")
  void conformal_verdicts_equalReference() {
    JsonNode expected = get("mondrian_verdicts");
    Conformal conformal =
        Conformal.of(
            mondrian(),
            expected.get("alpha_natural").asDouble(),
            expected.get("alpha_ai").asDouble());
    Map<String, Verdict> names =
        Map.of("AI", Verdict.AI, "natural", Verdict.NATURE, "unsure", Verdict.UNSURE);

    assertThat(list(expected.get("tests")))
        .isNotEmpty()
        .allSatisfy(
            test -> {
              double score = test.get("score").asDouble();
              assertClose(conformal.pValue(Label.NATURE, score), test.get("p_natural"));
              assertClose(conformal.pValue(Label.AI, score), test.get("p_ai"));
              assertThat(conformal.possible(Label.NATURE, score))
                  .isEqualTo(test.get("natural_possible").asBoolean());
              assertThat(conformal.possible(Label.AI, score))
                  .isEqualTo(test.get("ai_possible").asBoolean());
              assertThat(conformal.verdict(score))
                  .isEqualTo(names.get(test.get("verdict").asText()));
            });
    double upTo = expected.get("natural_possible_up_to").asDouble();
    assertThat(conformal.possible(Label.NATURE, upTo)).isTrue();
    assertThat(conformal.possible(Label.NATURE, Math.nextUp(upTo))).isFalse();
  }

  @Test
  void conformal_fewImages_deniesNothing() {
    Conformal conformal =
        Conformal.of(
            Scores.of(List.of(new Score("n", Generator.ADM, Label.NATURE, 0.2))), 0.05, 0.05);
    assertThat(conformal.possible(Label.NATURE, 1)).isTrue();
    assertThat(conformal.possible(Label.AI, 0)).isTrue();
    assertThat(conformal.verdict(0.9)).isEqualTo(Verdict.UNSURE);
    assertThat(conformal.pValue(Label.AI, 0.9)).isEqualTo(1);
  }

  @Test
  @Tag("reference")
  void verdictRule_twoThresholds_equalReference() {
    Scores scores = mondrian();
    EvaluationResult result =
        new EvaluationResult(
            "d",
            Map.of(),
            "0",
            scores,
            List.of(),
            scores.size(),
            Duration.ofSeconds(1),
            Optional.empty());
    assertThat(rows("two_threshold_rule"))
        .isNotEmpty()
        .allSatisfy(
            row -> {
              VerdictRule rule =
                  VerdictRules.of(
                          row.get("alpha_false_accusation").asDouble(),
                          row.get("alpha_missed_ai").asDouble())
                      .confidence(1 - row.get("delta_each").asDouble())
                      .choose(result);
              if (isNull(row, "ai_above")) {
                assertThat(rule.falseAccusations().holds()).isFalse();
              } else if (!isNull(row, "natural_below")
                  && !row.get("thresholds_cross").asBoolean()) {
                assertThat(rule.aiAbove()).isEqualTo(row.get("ai_above").asDouble());
                assertThat(rule.natureBelow()).isEqualTo(row.get("natural_below").asDouble());
                assertThat(rule.falseAccusations().errors())
                    .isEqualTo(row.get("false_accusations").asLong());
                assertThat(rule.missed().errors()).isEqualTo(row.get("missed_ai").asLong());
                assertClose(rule.falseAccusations().bound(), row.get("upper_false_accusation"));
                assertClose(rule.missed().bound(), row.get("upper_missed_ai"));
                VerdictCounts counts = Verdicts.of(rule, scores).counts();
                assertThat(counts.natureUnsure()).isEqualTo(row.get("unsure_natural").asLong());
                assertThat(counts.aiUnsure()).isEqualTo(row.get("unsure_ai").asLong());
              } else if (!isNull(row, "natural_below")) {
                assertThat(rule.aiAbove()).isEqualTo(rule.natureBelow());
                assertThat(rule.aiAbove())
                    .isBetween(row.get("ai_above").asDouble(), row.get("natural_below").asDouble());
                assertThat(rule.falseAccusations().holds()).isTrue();
                assertThat(rule.missed().holds()).isTrue();
              }
            });
  }

  @Test
  @Tag("reference")
  void selectiveRisk_area_equalsReference() {
    JsonNode expected = get("risk_coverage");
    double[] confidences = numbers(expected.get("confidence_sorted"));
    List<SelectiveRisk.Decision> decisions = new ArrayList<>();
    for (int i = confidences.length - 1; i >= 0; i--) {
      decisions.add(
          new SelectiveRisk.Decision(confidences[i], expected.get("wrong").get(i).asInt() == 1));
    }
    SelectiveRisk risk = SelectiveRisk.of(decisions);

    for (int i = 0; i < confidences.length; i++) {
      SelectiveRisk.Point point = risk.points().get(i);
      assertClose(point.risk(), expected.get("selective_risk").get(i));
      assertClose(point.upperBound(0.95), expected.get("sgr_upper_bounds_delta_0.05").get(i));
      assertThat(point.coverage()).isCloseTo((i + 1) / (double) confidences.length, within(1e-12));
    }
    assertClose(risk.area(), expected.get("aurc"));
    assertClose(risk.best(), expected.get("optimal_aurc"));
    assertClose(risk.excess(), expected.get("e_aurc"));
  }

  /** Equal confidences have no order: the area is the mean over all orders. */
  @Test
  void selectiveRisk_equalConfidences_areAveraged() {
    SelectiveRisk risk =
        SelectiveRisk.of(
            List.of(new SelectiveRisk.Decision(0.5, true), new SelectiveRisk.Decision(0.5, false)));
    assertThat(risk.points()).hasSize(1);
    assertThat(risk.area()).isCloseTo((0.5 + 0.5) / 2, within(1e-12));
    assertThatThrownBy(() -> SelectiveRisk.of(List.<SelectiveRisk.Decision>of()))
        .hasMessage("a selective risk needs at least one decision, got none");
    assertThatThrownBy(() -> new SelectiveRisk.Decision(Double.NaN, true))
        .hasMessage("confidence of a decision must be a number, got NaN");
  }
}
