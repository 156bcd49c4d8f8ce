package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.reference.ReferenceData;
import org.genimage.data.reference.ReferenceFill;
import org.genimage.data.reference.ReferenceInput;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a detector of whole images owes to the official one: the same logits at any size. */
@Tag("reference")
interface WholeImagesContract extends PixelGradientContract {

  /** Returns the input contract of the fixtures' whole images. */
  InputContract whole();

  @Test
  default void wholeImages_ofAnySize_giveOfficialLogits() {
    JsonNode expected = json("native");
    ReferenceFill fill = ReferenceFill.salted(expected.get("salt").asText());
    Weights weights = filled(expected.get("overrides"), fill);
    Map<String, Image> images = new HashMap<>();
    for (JsonNode description : expected.get("images")) {
      images.put(description.get("key").asText(), ReferenceInput.image(description, fill));
    }
    Blueprint blueprint = blueprint().input(whole());
    try (DifferentiableDetector detector = blueprint.load(weights);
        ScoringGraph graph = ScoringGraph.create(blueprint, weights, Precision.FLOAT32)) {
      for (Map.Entry<String, JsonNode> item : expected.get("cases").properties()) {
        Image image = images.get(item.getValue().get("image").asText());
        assertThat(ReferenceData.sha256(image.toArray()))
            .as(item.getKey())
            .isEqualTo(item.getValue().get("bytes").get(0).get("sha256").asText());
        Image prepared = whole().prepare(image);
        JsonNode shape = item.getValue().get("input").get("shape");
        assertThat(List.of(prepared.height(), prepared.width()))
            .containsExactly(shape.get(2).asInt(), shape.get(3).asInt());
        double[] logits = PreparedImagesContract.byLabel(item.getValue().get("logits"));

        ImageBatch batch = ImageBatch.of(List.of(prepared));
        Logits byGradients = detector.logits(batch.toPixels());

        assertThat(NetworkContract.doubles(graph.logits(batch)))
            .as(item.getKey())
            .containsExactly(logits, within(preprocessedLogitTolerance()));
        assertThat(NetworkContract.doubles(byGradients.toArray()))
            .as(item.getKey())
            .containsExactly(logits, within(preprocessedLogitTolerance()));
        double odds = Math.exp(logits[1] - logits[0]);
        assertThat(detector.score(image)).isCloseTo(odds / (1 + odds), within(1e-4));
      }
      assertThat(detector.score(List.copyOf(images.values()))).hasSize(images.size());
    }
  }
}
