package org.genimage.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.genimage.data.Label;
import org.genimage.data.image.Pixels;
import org.genimage.data.reference.ReferenceInput;
import org.genimage.models.DifferentiableDetector;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against Foolbox; deepfool/README.md says how its values were made. */
@Tag("reference")
class DeepFoolReferenceTest {

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"TWO, trained", "ONE, trained", "TWO, filled", "ONE, filled"})
  void deepFool_equalsFoolbox(ReferenceVictim reference, String kind) throws IOException {
    String name = kind + "_" + (reference == ReferenceVictim.TWO ? "two" : "one");
    JsonNode results = new ObjectMapper().readTree(bytes("deepfool.json")).get("results").get(name);
    Pixels clean = ReferenceVictim.images().toPixels();
    int length = clean.toArray().length / clean.count();
    assertThat(results).hasSize(3);
    try (DifferentiableDetector victim = reference.load(kind)) {
      for (Map.Entry<String, JsonNode> entry : results.properties()) {
        JsonNode expected = entry.getValue();
        Goal goal = Goal.leave(labels(expected.get("labels")));
        Attack<DifferentiableDetector> attack =
            Attacks.deepFool(
                Budget.l2(Double.POSITIVE_INFINITY),
                expected.get("steps").asInt(),
                expected.get("overshoot").asDouble());

        Pixels attacked = attack.perturb(victim, clean, goal);

        double[] scores = victim.score(attacked);
        for (int i = 0; i < scores.length; i++) {
          String image = "%s, %s, image %d".formatted(name, entry.getKey(), i);
          double distance =
              Norm.L2.distance(clean.toArray(), attacked.toArray(), i * length, (i + 1) * length);
          assertThat(distance)
              .as(image)
              .isCloseTo(expected.get("l2").get(i).asDouble(), within(1e-4));
          assertThat(victim.logits(attacked).margin(i))
              .as(image)
              .isCloseTo(expected.get("margins").get(i).asDouble(), within(1e-3));
          assertThat(goal.reached(i, scores[i]))
              .as(image)
              .isEqualTo(expected.get("success").get(i).asBoolean());
        }
        if (kind.equals("filled") && entry.getKey().equals("default")) {
          assertThat(attacked.toArray()).containsExactly(pixels(name), within(1e-5f));
        }
      }
    }
  }

  private static List<Label> labels(JsonNode indices) {
    List<Label> labels = new ArrayList<>();
    indices.forEach(index -> labels.add(Label.values()[index.asInt()]));
    return labels;
  }

  private float[] pixels(String name) throws IOException {
    Path file = folder.resolve("deepfool.safetensors");
    Files.write(file, bytes("deepfool.safetensors"));
    WeightArray array = Weights.read(file).get(name);
    List<Integer> shape = array.shape();
    return ReferenceInput.toNhwc(
        array.toFloats(), shape.get(0), shape.get(1), shape.get(2), shape.get(3));
  }

  private static byte[] bytes(String file) throws IOException {
    try (InputStream in = DeepFoolReferenceTest.class.getResourceAsStream("/deepfool/" + file)) {
      return in.readAllBytes();
    }
  }
}
