package org.genimage.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.genimage.data.reference.ReferenceArray;
import org.genimage.data.reference.ReferenceData;
import org.genimage.eval.statistics.Interval;
import org.genimage.eval.statistics.Proportion;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MetricsTest implements MetricContract {

  private static final Map<String, Metric> SCIKIT_LEARN =
      Map.of(
          "accuracy", Metrics.ACCURACY,
          "balanced_accuracy", Metrics.BALANCED_ACCURACY,
          "precision", Metrics.PRECISION,
          "recall", Metrics.RECALL,
          "f1", Metrics.F1,
          "matthews", Metrics.MATTHEWS,
          "average_precision", Metrics.AVERAGE_PRECISION,
          "roc_auc", Metrics.ROC_AUC,
          "log_loss", Metrics.LOG_LOSS,
          "brier", Metrics.BRIER);

  private static final Map<String, Metric> TORCHMETRICS =
      Map.of(
          "calibration_error_l1", Metrics.CALIBRATION_ERROR,
          "calibration_error_l2", Metrics.RMS_CALIBRATION_ERROR,
          "calibration_error_max", Metrics.MAX_CALIBRATION_ERROR);

  private static final Map<String, Metric> TPR_AT_FPR =
      Map.of("0.01", Metrics.TPR_AT_1_PERCENT_FPR, "0.001", Metrics.TPR_AT_0_1_PERCENT_FPR);

  private static final JsonNode SETS = ReferenceData.json("metrics/metrics.json").get("sets");
  private static final Map<String, ReferenceArray> ARRAYS =
      ReferenceData.arrays("metrics/metrics.safetensors");

  static List<String> sets() {
    List<String> names = new ArrayList<>();
    SETS.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static Scores scores(String set) {
    float[] scores = ARRAYS.get(set + "/score").floats();
    long[] labels = ARRAYS.get(set + "/label").longs();
    List<Score> list = new ArrayList<>();
    for (int i = 0; i < scores.length; i++) {
      list.add(new Score("image " + i, Generator.ADM, Label.values()[(int) labels[i]], scores[i]));
    }
    return Scores.of(list);
  }

  private static double number(JsonNode value) {
    return Double.parseDouble(value.asText());
  }

  @Test
  void metrics_all_hasEveryConstant() {
    List<Metric> constants =
        Arrays.stream(Metrics.class.getFields())
            .filter(field -> Modifier.isStatic(field.getModifiers()))
            .filter(field -> field.getType() == Metric.class)
            .map(
                field -> {
                  try {
                    return (Metric) field.get(null);
                  } catch (IllegalAccessException e) {
                    throw new AssertionError(e);
                  }
                })
            .toList();

    assertThat(Metrics.all()).containsExactlyElementsOf(constants);
    assertThat(Metrics.all()).extracting(Metric::name).doesNotHaveDuplicates();
  }

  @Test
  @Tag("reference")
  void metrics_all_areHeldAgainstReferences() {
    assertThat(
            Stream.of(
                    SCIKIT_LEARN.values(),
                    TORCHMETRICS.values(),
                    TPR_AT_FPR.values(),
                    List.of(Metrics.EQUAL_ERROR_RATE, Metrics.NATURE_ACCURACY, Metrics.AI_ACCURACY))
                .flatMap(Collection::stream))
        .containsExactlyInAnyOrderElementsOf(Metrics.all());
  }

  @ParameterizedTest
  @MethodSource("sets")
  @Tag("reference")
  void metric_referenceSet_equalsScikitLearn(String set) {
    Scores scores = scores(set);
    SCIKIT_LEARN.forEach(
        (key, metric) -> {
          double expected = number(SETS.get(set).get("sklearn").get(key).get("value"));
          if (Double.isNaN(expected)) {
            assertThat(metric.of(scores)).as(key).isNaN();
          } else {
            assertThat(metric.of(scores)).as(key).isCloseTo(expected, within(1e-9));
          }
        });
  }

  @ParameterizedTest
  @MethodSource("sets")
  @Tag("reference")
  void metric_referenceSet_equalsTorchmetrics(String set) {
    JsonNode expected = SETS.get(set).get("torchmetrics");
    TORCHMETRICS.forEach(
        (key, metric) ->
            assertThat(metric.of(scores(set)))
                .as(key)
                .isCloseTo(number(expected.get(key).get("value")), within(1e-6)));
    double rate = Metrics.EQUAL_ERROR_RATE.of(scores(set));
    if (!Double.isNaN(rate)) {
      assertThat(rate)
          .isCloseTo(number(expected.get("equal_error_rate").get("value")), within(1e-6));
    }
  }

  @ParameterizedTest
  @MethodSource("sets")
  @Tag("reference")
  void accuracy_ofEachLabel_equalsScikitLearnsCounts(String set) {
    JsonNode counts = SETS.get(set).get("confusion").get("score > 0.5");
    assertShare(Metrics.NATURE_ACCURACY, set, counts.get("tn"), counts.get("fp"));
    assertShare(Metrics.AI_ACCURACY, set, counts.get("tp"), counts.get("fn"));
  }

  private static void assertShare(Metric metric, String set, JsonNode right, JsonNode wrong) {
    double expected = right.asDouble() / (right.asDouble() + wrong.asDouble());
    assertThat(metric.of(scores(set)))
        .satisfiesAnyOf(
            value -> assertThat(value).isCloseTo(expected, within(1e-12)),
            value -> assertThat(value).isNaN().isEqualTo(expected));
  }

  @ParameterizedTest
  @MethodSource("sets")
  @Tag("reference")
  void tprAtFpr_referenceSet_equalsReference(String set) {
    Ranking ranking = scores(set).ranking();
    JsonNode targets = SETS.get(set).path("tpr_at_fpr_at_most");
    if (targets.isMissingNode()) {
      TPR_AT_FPR.values().forEach(metric -> assertThat(metric.of(ranking)).isNaN());
    }
    targets
        .properties()
        .forEach(
            target -> {
              double rate = Double.parseDouble(target.getKey());
              double expected = number(target.getValue());
              assertThat(Metrics.tprAtFpr(rate, ranking)).isCloseTo(expected, within(1e-9));
              if (TPR_AT_FPR.containsKey(target.getKey())) {
                assertThat(TPR_AT_FPR.get(target.getKey()).of(ranking))
                    .isCloseTo(expected, within(1e-9));
              }
            });
  }

  @ParameterizedTest
  @MethodSource("sets")
  @Tag("reference")
  void equalErrorRate_referenceSet_isAmongCandidates(String set) {
    double rate = Metrics.EQUAL_ERROR_RATE.of(scores(set));
    JsonNode candidates = SETS.get(set).path("equal_error_rate_candidates");
    if (candidates.isMissingNode()) {
      assertThat(rate).isNaN();
    } else {
      assertThat(candidates)
          .anySatisfy(value -> assertThat(rate).isCloseTo(number(value), within(1e-9)));
    }
  }

  @ParameterizedTest
  @MethodSource("sets")
  @Tag("reference")
  void rocCurve_referenceSet_equalsScikitLearn(String set) {
    RocCurve curve = RocCurve.of(scores(set));
    assertRoc(curve, set + "/roc_all/");
    assertRoc(curve.withoutIntermediate(), set + "/roc/");
    double area = Metrics.ROC_AUC.of(scores(set));
    if (Double.isNaN(area)) {
      assertThat(curve.area()).isNaN();
    } else {
      assertThat(curve.area()).isCloseTo(area, within(1e-12));
    }
  }

  private static void assertRoc(RocCurve curve, String prefix) {
    List<RocCurve.Point> points = curve.points();
    float[] thresholds = ARRAYS.get(prefix + "threshold").floats();
    float[] falsePositives = ARRAYS.get(prefix + "fpr").floats();
    float[] truePositives = ARRAYS.get(prefix + "tpr").floats();
    assertThat(points).hasSameSizeAs(thresholds);
    for (int i = 0; i < thresholds.length; i++) {
      assertThat(points.get(i).threshold()).isEqualTo(thresholds[i]);
      assertSame(points.get(i).falsePositiveRate(), falsePositives[i]);
      assertSame(points.get(i).truePositiveRate(), truePositives[i]);
      assertSame(points.get(i).falseNegativeRate(), 1 - truePositives[i]);
    }
  }

  @ParameterizedTest
  @MethodSource("sets")
  @Tag("reference")
  void precisionRecallCurve_referenceSet_equalsScikitLearn(String set) {
    List<PrecisionRecallCurve.Point> points = PrecisionRecallCurve.of(scores(set)).points();
    float[] thresholds = ARRAYS.get(set + "/precision_recall/threshold").floats();
    float[] precisions = ARRAYS.get(set + "/precision_recall/precision").floats();
    float[] recalls = ARRAYS.get(set + "/precision_recall/recall").floats();
    assertThat(points).hasSameSizeAs(precisions).hasSize(thresholds.length + 1);
    for (int i = 0; i < precisions.length; i++) {
      double threshold = i < thresholds.length ? thresholds[i] : Double.POSITIVE_INFINITY;
      assertThat(points.get(i).threshold()).isEqualTo(threshold);
      assertSame(points.get(i).precision(), precisions[i]);
      assertSame(points.get(i).recall(), recalls[i]);
    }
  }

  private static void assertSame(double actual, float expected) {
    if (Float.isNaN(expected)) {
      assertThat(actual).isNaN();
    } else {
      assertThat(actual).isCloseTo(expected, within(1e-6));
    }
  }

  @ParameterizedTest
  @MethodSource("sets")
  @Tag("reference")
  void accuracy_referenceSet_hasScipysIntervals(String set) {
    Proportion accuracy = scores(set).accuracy();
    JsonNode expected = SETS.get(set).get("scipy");
    assertInterval(accuracy.wilson(), expected.get("accuracy_wilson_95"));
    assertInterval(accuracy.clopperPearson(), expected.get("accuracy_clopper_pearson_95"));
  }

  private static void assertInterval(Interval actual, JsonNode expected) {
    assertThat(actual.low()).isCloseTo(number(expected.get(0)), within(1e-9));
    assertThat(actual.high()).isCloseTo(number(expected.get(1)), within(1e-9));
  }
}
