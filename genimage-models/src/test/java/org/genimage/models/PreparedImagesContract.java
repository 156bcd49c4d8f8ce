package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.primitives.Doubles;
import java.util.ArrayList;
import java.util.Arrays;
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

/**
 * What a detector owes to the official network where the fixtures have pictures through the
 * official preprocessing.
 */
@Tag("reference")
interface PreparedImagesContract extends NetworkContract {

  @Test
  default void officialTestPreprocessing_givesSameBytesAndLogits() {
    JsonNode preprocess = json("preprocess");
    ReferenceFill fill = ReferenceFill.salted(preprocess.get("salt").asText());
    Weights weights =
        compares("logits") ? filled(preprocess.get("overrides"), fill) : Weights.of(Map.of());
    List<Image> images = new ArrayList<>();
    for (JsonNode description : preprocess.get("images")) {
      Image image = ReferenceInput.image(description, fill);
      assertThat(ReferenceData.sha256(image.toArray()))
          .isEqualTo(description.get("sha256").asText());
      images.add(image);
    }
    for (Map.Entry<String, JsonNode> item : preprocess.get("cases").properties()) {
      Blueprint prepared = blueprint().input(input(item.getKey()));
      List<Image> inputs = images.stream().map(prepared.input()::prepare).toList();
      assertThat(inputs)
          .as(item.getKey())
          .extracting(input -> ReferenceData.sha256(bytes(input, prepared.input().channels())))
          .containsExactlyElementsOf(item.getValue().get("bytes").findValuesAsText("sha256"));
      assertInput(prepared, inputs, item.getKey(), item.getValue().get("input"));
      if (!compares("logits")) {
        continue;
      }
      try (ScoringGraph graph = ScoringGraph.create(prepared, weights, Precision.FLOAT32)) {
        assertThat(NetworkContract.doubles(graph.logits(ImageBatch.of(inputs))))
            .as(item.getKey())
            .containsExactly(
                byLabel(item.getValue().get("logits")), within(preprocessedLogitTolerance()));
      }
    }
  }

  /** Compares what the network's first layer sees. */
  private void assertInput(
      Blueprint blueprint, List<Image> images, String preprocessing, JsonNode expected) {
    var arrays = ReferenceData.arrays("models/" + folder() + "/preprocess.safetensors");
    int side = blueprint.input().side();
    int size = 3 * side * side;
    float[] nhwc = networkInput(blueprint, ImageBatch.of(images).toPixels());
    float[] found = ReferenceInput.toNchw(nhwc, images.size(), side, side, 3);
    double allowed = 2e-5 * expected.get("max_abs").asDouble();
    NetworkContract.assertSummary(preprocessing, found, expected, allowed, allowed);
    double[] first = arrays.get(preprocessing + ".input.first8").doubles();
    double[] sample = arrays.get(preprocessing + ".input.sample").doubles();
    for (int n = 0; n < images.size(); n++) {
      float[] image = Arrays.copyOfRange(found, n * size, (n + 1) * size);
      int values = sample.length / images.size();
      NetworkContract.assertClose(
          preprocessing,
          Doubles.concat(
              Arrays.copyOf(NetworkContract.doubles(image), 8), ReferenceInput.sample(image)),
          Doubles.concat(
              Arrays.copyOfRange(first, 8 * n, 8 * (n + 1)),
              Arrays.copyOfRange(sample, values * n, values * (n + 1))),
          allowed,
          1);
    }
  }

  /** Returns an image's bytes in the order in which the original reads them. */
  private static byte[] bytes(Image image, ChannelOrder order) {
    byte[] bytes = image.toArray();
    for (int i = 0; order == ChannelOrder.BGR && i < bytes.length; i += 3) {
      byte red = bytes[i];
      bytes[i] = bytes[i + 2];
      bytes[i + 2] = red;
    }
    return bytes;
  }

  /** Returns two logits per image; one that stands alone is the second, the first is 0. */
  static double[] byLabel(JsonNode rows) {
    List<Double> logits = new ArrayList<>();
    for (JsonNode row : rows) {
      if (row.size() == 1) {
        logits.add(0.0);
      }
      row.forEach(value -> logits.add(value.asDouble()));
    }
    return Doubles.toArray(logits);
  }
}
