package org.genimage.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.genimage.data.reference.ReferenceArray;
import org.genimage.data.reference.ReferenceData;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MetricsTest {

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
    return new Scores(list);
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
    assertThat(Stream.concat(SCIKIT_LEARN.values().stream(), curveMetrics().stream()))
        .containsExactlyInAnyOrderElementsOf(Metrics.all());
  }

  private static List<Metric> curveMetrics() {
    return List.of(Metrics.RECALL_AT_1_PERCENT, Metrics.EQUAL_ERROR_RATE);
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
  void recallAt_referenceSet_equalsReference(String set) {
    Scores scores = scores(set);
    JsonNode targets = SETS.get(set).path("tpr_at_fpr_at_most");
    if (targets.isMissingNode()) {
      assertThat(Metrics.RECALL_AT_1_PERCENT.of(scores)).isNaN();
    }
    targets
        .properties()
        .forEach(
            target ->
                assertThat(Metrics.recallAt(Double.parseDouble(target.getKey()), scores))
                    .as(target.getKey())
                    .isCloseTo(number(target.getValue()), within(1e-9)));
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
    List<RocCurve.Point> points = RocCurve.of(scores(set)).points();
    float[] thresholds = ARRAYS.get(set + "/roc_all/threshold").floats();
    float[] falsePositives = ARRAYS.get(set + "/roc_all/fpr").floats();
    float[] truePositives = ARRAYS.get(set + "/roc_all/tpr").floats();
    assertThat(points).hasSameSizeAs(thresholds);
    for (int i = 0; i < thresholds.length; i++) {
      assertThat(points.get(i).threshold()).isEqualTo(thresholds[i]);
      assertSame(points.get(i).falsePositiveRate(), falsePositives[i]);
      assertSame(points.get(i).truePositiveRate(), truePositives[i]);
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
