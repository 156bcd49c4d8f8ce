package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Map;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What a detector owes to the official network where the fixtures have pictures through the
 * official preprocessing, and the laws of the first weights.
 */
@Tag("reference")
interface PublishedNetworkContract extends PreparedImagesContract {

  @Test
  default void initialWeights_followTheLawsOfTheConstructor() {
    Weights weights = blueprint().initialWeights(7);
    JsonNode tensors = json("init").get("tensors");

    for (Map.Entry<String, JsonNode> item : tensors.properties()) {
      double expected = item.getValue().get("expected_std").asDouble();
      double[] values = NetworkContract.doubles(weights.get(item.getKey()).toFloats());
      double mean = Arrays.stream(values).average().orElseThrow();
      double std = NetworkContract.deviation(values, mean);
      // Five standard errors of the deviation of a normal sample.
      double allowed = expected * 5 / Math.sqrt(2.0 * values.length);
      assertThat(std).as(item.getKey()).isCloseTo(expected, within(allowed));
      String law = item.getValue().get("distribution").asText();
      double centre = law.equals("ones") ? 1 : 0;
      double reach = Arrays.stream(values).map(v -> Math.abs(v - centre)).max().orElseThrow();
      // A uniform law ends at its deviation times the root of 3; 7 deviations are as good as never.
      assertThat(reach)
          .as(item.getKey())
          .isLessThanOrEqualTo((law.equals("uniform") ? Math.sqrt(3) + 1e-4 : 7) * expected);
      if (law.contains("normal") && values.length > 1000) {
        assertThat(reach).as(item.getKey()).isGreaterThan(2 * expected);
      }
      assertThat(mean)
          .as(item.getKey())
          .isCloseTo(centre, within(5 * expected / Math.sqrt(values.length)));
    }
  }
}
