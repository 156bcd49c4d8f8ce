package org.genimage.eval.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.StreamSupport;
import org.genimage.data.reference.ReferenceData;
import org.genimage.eval.statistics.Interval;

/** Values of SciPy, statsmodels and scikit-learn, and the comparison with them. */
public final class EvaluationChecks {

  private static final JsonNode CHECKS = ReferenceData.json("evaluation_checks.json").get("checks");

  private EvaluationChecks() {}

  /** Returns a part of the file. */
  public static JsonNode get(String name) {
    return CHECKS.get(name);
  }

  /** Returns the rows of a part: itself if it is a list, else its {@code rows}. */
  public static List<JsonNode> rows(String name) {
    JsonNode part = CHECKS.get(name);
    return list(part.isArray() ? part : part.get("rows"));
  }

  public static List<JsonNode> list(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }

  public static double[] numbers(JsonNode array) {
    return list(array).stream().mapToDouble(JsonNode::doubleValue).toArray();
  }

  /** Within 1e-9 of the expected value, relatively, or 1e-12. */
  public static void assertClose(double actual, JsonNode expected) {
    assertThat(actual)
        .isCloseTo(
            expected.doubleValue(),
            within(Math.max(1e-12, 1e-9 * Math.abs(expected.doubleValue()))));
  }

  public static void assertClose(Interval actual, JsonNode expected) {
    assertClose(actual.low(), expected.get(0));
    assertClose(actual.high(), expected.get(1));
  }
}
