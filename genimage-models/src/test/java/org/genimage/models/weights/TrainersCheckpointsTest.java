package org.genimage.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checkpoints as training programs of the field save them; make.py beside the files made them. */
class TrainersCheckpointsTest {

  private static final JsonNode EXPECTED = expected();

  @TempDir private Path folder;

  private static InputStream resource(String name) {
    return TrainersCheckpointsTest.class.getResourceAsStream("/written-by-trainers/" + name);
  }

  private static JsonNode expected() {
    try (InputStream in = resource("expected.json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static Stream<String> files() {
    return EXPECTED.properties().stream().map(Map.Entry::getKey);
  }

  private Path file(String name) throws IOException {
    try (InputStream in = resource(name)) {
      return Files.write(folder.resolve(name), in.readAllBytes());
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void read_checkpoint_hasItsTensorsAndReportsTheRest(String name) throws IOException {
    JsonNode expected = EXPECTED.get(name);
    Path file = file(name);
    if (expected.has("refused")) {
      assertThatThrownBy(() -> Weights.read(file))
          .isInstanceOf(WeightsException.class)
          .hasMessageStartingWith(file + ": expected a PyTorch file of tensors, but ")
          .hasMessageContaining(expected.get("refused").asText());
      return;
    }

    Weights weights = Weights.read(file);

    assertTensors(weights, expected.get("tensors"));
    WeightsReport report = weights.report();
    assertThat(report.container())
        .isEqualTo(Optional.ofNullable(expected.get("container")).map(JsonNode::asText));
    assertThat(report.containers()).isEqualTo(texts(expected.get("containers")));
    assertThat(report.hasChoice()).isEqualTo(expected.get("containers").size() > 1);
    assertThat(report.prefixes()).isEqualTo(texts(expected.get("prefixes")));
    if (expected.has("objects")) {
      assertThat(report.objects()).isEqualTo(texts(expected.get("objects")));
    }
    assertThat(report.objects()).containsAll(texts(expected.path("objects_include")));
    if (expected.has("bare")) {
      assertThat(weights.unwrapped().keys()).containsExactlyElementsOf(texts(expected.get("bare")));
    }
    for (Map.Entry<String, JsonNode> other : expected.path("other").properties()) {
      assertTensors(Weights.read(file, other.getKey()), other.getValue());
    }
  }

  @Test
  void report_ofSeveralContainers_saysWhichWasRead() throws IOException {
    Weights weights = Weights.read(file("timm.pth.tar"));

    assertThat(weights.report())
        .hasToString(
            "the entry 'state_dict' was read; other entries with tensors were not read:"
                + " state_dict_ema; Python objects that were not read: "
                + String.join(", ", weights.report().objects().subList(0, 8))
                + " and %s more".formatted(weights.report().objects().size() - 8));
    assertThat(Weights.read(file("timm.pth.tar"), "state_dict_ema").report().container())
        .hasValue("state_dict_ema");
  }

  /** PyTorch's average has a counter beside the keys that it wraps. */
  @Test
  void unwrapped_ofAnAverage_leavesItsCounterOut() throws IOException {
    Path file = file("swa.pth");
    Weights average = Weights.read(file, "swa_net");

    assertThat(average.keys()).contains("n_averaged", "module.conv1.weight");
    assertThat(average.report().prefixes()).containsExactly("module.");
    assertThat(average.unwrapped().keys())
        .containsExactlyInAnyOrderElementsOf(Weights.read(file).keys());
  }

  @Test
  void under_aPrefix_takesThatNetworkAndReportsTheRest() throws IOException {
    Weights lightning = Weights.read(file("lightning.ckpt"));

    Weights network = lightning.under("net.");

    assertThat(network.keys()).contains("conv1.weight", "fc.bias").doesNotContain("weight");
    assertThat(network.report().leftOut()).containsExactly("criterion.weight");
    assertThatThrownBy(() -> lightning.under("ema."))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("some key must begin with ema., found");
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(one -> texts.add(one.asText()));
    return texts;
  }

  private static void assertTensors(Weights weights, JsonNode tensors) {
    assertThat(weights.keys())
        .containsExactlyInAnyOrderElementsOf(
            tensors.properties().stream().map(Map.Entry::getKey).toList());
    for (Map.Entry<String, JsonNode> tensor : tensors.properties()) {
      WeightArray array = weights.get(tensor.getKey());
      JsonNode expected = tensor.getValue();
      List<Integer> shape = new ArrayList<>();
      expected.get("shape").forEach(side -> shape.add(side.asInt()));
      assertThat(array.shape()).as(tensor.getKey()).isEqualTo(shape);
      assertThat(array.isInteger()).isEqualTo(expected.get("integer").asBoolean());
      for (int i = 0; i < expected.get("values").size(); i++) {
        double value = expected.get("values").get(i).asDouble();
        assertThat(array.isInteger() ? array.toLongs()[i] : (double) array.toFloats()[i])
            .isEqualTo(value);
      }
    }
  }
}
