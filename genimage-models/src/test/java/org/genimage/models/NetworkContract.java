package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.genimage.data.Image;
import org.genimage.data.ImageBatch;
import org.genimage.data.reference.ReferenceData;
import org.genimage.data.reference.ReferenceFill;
import org.genimage.data.reference.ReferenceInput;
import org.junit.jupiter.api.Test;

/** What every detector owes to the official network, its preprocessing and its first weights. */
interface NetworkContract extends GraphContract {

  /** Returns by how much the logits of whole images may differ. */
  default double preprocessedLogitTolerance() {
    return 5e-5;
  }

  @Test
  default void officialTestPreprocessing_givesSameBytesAndLogits() {
    JsonNode preprocess = json("preprocess");
    ReferenceFill fill = ReferenceFill.salted(preprocess.get("salt").asText());
    Weights weights = filled(preprocess.get("overrides"), fill);
    JsonNode expected = preprocess.get("cases").properties().iterator().next().getValue();
    List<Image> prepared = new ArrayList<>();
    for (JsonNode description : preprocess.get("images")) {
      Image image = ReferenceInput.image(description, fill);
      assertThat(ReferenceData.sha256(image.toArray()))
          .isEqualTo(description.get("sha256").asText());
      Image input = blueprint().input().prepare(image);
      assertThat(ReferenceData.sha256(input.toArray()))
          .as(description.get("key").asText())
          .isEqualTo(expected.get("bytes").get(prepared.size()).get("sha256").asText());
      prepared.add(input);
    }
    List<Double> logits = new ArrayList<>();
    expected.get("logits").forEach(row -> row.forEach(value -> logits.add(value.asDouble())));

    try (ScoringGraph graph = ScoringGraph.create(blueprint(), weights)) {
      assertThat(GraphContract.doubles(graph.logits(ImageBatch.of(prepared))))
          .containsExactly(
              logits.stream().mapToDouble(value -> value).toArray(),
              within(preprocessedLogitTolerance()));
    }
  }

  @Test
  default void initialWeights_followTheLawsOfTheConstructor() {
    Weights weights = blueprint().initialWeights(7);
    JsonNode tensors = json("init").get("tensors");

    for (Map.Entry<String, JsonNode> item : tensors.properties()) {
      double expected = item.getValue().get("expected_std").asDouble();
      double[] values = GraphContract.doubles(weights.get(item.getKey()).toFloats());
      double mean = 0;
      double square = 0;
      for (double value : values) {
        mean += value;
        square += value * value;
      }
      mean /= values.length;
      square /= values.length;
      double std = Math.sqrt(Math.max(0, square - mean * mean));
      // Five standard errors of the deviation of a normal sample.
      double allowed = expected * 5 / Math.sqrt(2.0 * values.length);
      assertThat(std).as(item.getKey()).isCloseTo(expected, within(allowed));
      double centre = item.getValue().get("distribution").asText().equals("ones") ? 1 : 0;
      assertThat(mean)
          .as(item.getKey())
          .isCloseTo(centre, within(5 * expected / Math.sqrt(values.length)));
    }
  }
}
