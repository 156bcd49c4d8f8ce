package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.genimage.data.Progress;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.reference.ReferenceFill;
import org.genimage.data.simulation.SimulatedGenImage;
import org.genimage.models.networks.F3NetVariant;
import org.genimage.models.nn.Parameter;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Writes every detector's weights, what it makes of two images of noise, its SavedModel and its
 * scores of image files into the folder that the system property {@code genimage.exchange} names,
 * for {@code tools/check_weights.py} and {@code tools/check_saved_model.py} to hold PyTorch's and
 * TensorFlow's own results against. The files are those below the folder {@code genimage.images},
 * else simulated ones. Not among the tests by default; docs/weights.md has the command.
 */
class WeightsExchange {

  static Stream<Blueprint> detectors() {
    return Stream.concat(
        Detectors.all().stream(), Stream.of(Detectors.f3Net(F3NetVariant.ORIGINAL, Head.AI_LOGIT)));
  }

  @ParameterizedTest
  @MethodSource("detectors")
  void write_detector_forPyTorch(Blueprint blueprint) throws IOException {
    Path folder = Path.of(System.getProperty("genimage.exchange", "target/exchange"));
    String name = blueprint.name().toLowerCase(Locale.ROOT);
    ReferenceFill fill = ReferenceFill.salted("exchange");
    Map<String, WeightArray> arrays = new LinkedHashMap<>(blueprint.initialWeights(1).arrays());
    for (Parameter entry : blueprint.entries()) {
      if (!arrays.get(entry.key()).isInteger() && entry.role().required()) {
        float[] values = fill.weights(entry.key(), entry.shape());
        if (entry
            .key()
            .equals("fcnewr.3.weight")) { // GramNet's inputs are large, and so its logits
          for (int i = 0; i < values.length; i++) {
            values[i] /= 64;
          }
        }
        arrays.put(entry.key(), WeightArray.of(entry.shape(), values));
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
    blueprint.export(weights, folder.resolve(name + ".saved_model"));
    StringBuilder scores = new StringBuilder();
    try (Detector detector = blueprint.load(weights);
        Stream<Path> files = Files.walk(images(folder)).filter(Files::isRegularFile).sorted()) {
      detector
          .score(files)
          .forEach(
              found -> scores.append(found.score()).append(' ').append(found.file()).append('\n'));
    }
    Files.writeString(folder.resolve(name + ".scores.txt"), scores);
    assertThat(folder.resolve(name + ".run.safetensors")).exists();
  }

  private static Path images(Path folder) {
    String given = System.getProperty("genimage.images");
    if (given != null) {
      return Path.of(given);
    }
    Path simulated = folder.resolve("images");
    if (!Files.exists(simulated)) {
      SimulatedGenImage.seeded(1).train(0).validation(8).writeTo(simulated, Progress.NONE);
    }
    return simulated;
  }
}
