package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.genimage.data.Image;
import org.genimage.data.ImageBatch;
import org.genimage.data.reference.ReferenceFill;
import org.genimage.models.nn.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Writes every detector's weights, and what it makes of two images of noise, into the folder that
 * the system property {@code genimage.exchange} names, for {@code tools/check_weights.py} to hold
 * PyTorch's networks against. Not among the tests by default; docs/weights.md has the command.
 */
class WeightsExchange {

  static Stream<Blueprint> detectors() {
    return Detectors.all().stream();
  }

  @ParameterizedTest
  @MethodSource("detectors")
  void write_detector_forPyTorch(Blueprint blueprint) {
    Path folder = Path.of(System.getProperty("genimage.exchange", "target/exchange"));
    String name = blueprint.name().toLowerCase(Locale.ROOT);
    ReferenceFill fill = ReferenceFill.salted("exchange");
    Map<String, WeightArray> arrays = new LinkedHashMap<>(blueprint.initialWeights(1).arrays());
    for (Parameter entry : blueprint.entries()) {
      if (!arrays.get(entry.key()).isInteger() && entry.role().required()) {
        arrays.put(
            entry.key(), WeightArray.of(entry.shape(), fill.weights(entry.key(), entry.shape())));
      }
    }
    Weights weights = blueprint.describe(Weights.of(arrays));
    int side = blueprint.input().side();
    byte[] bytes = new byte[2 * 3 * side * side];
    new Random(1).nextBytes(bytes);
    int half = bytes.length / 2;
    List<Image> images =
        Stream.of(0, half)
            .map(from -> Arrays.copyOfRange(bytes, from, from + half))
            .map(rgb -> Image.of(side, side, rgb))
            .toList();

    try (ScoringGraph graph = ScoringGraph.create(blueprint, weights, Precision.FLOAT32)) {
      float[] pixels = new float[bytes.length];
      for (int i = 0; i < bytes.length; i++) {
        pixels[i] = bytes[i] & 0xff;
      }
      weights.write(folder.resolve(name + ".safetensors"));
      Weights.of(
              Map.of(
                  "images", WeightArray.of(List.of(2, side, side, 3), pixels),
                  "logits", WeightArray.of(List.of(2, 2), graph.logits(ImageBatch.of(images)))))
          .write(folder.resolve(name + ".run.safetensors"));
    }
    assertThat(folder.resolve(name + ".run.safetensors")).exists();
  }
}
