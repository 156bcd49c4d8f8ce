package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import org.genimage.data.reference.ReferenceArray;
import org.genimage.data.reference.ReferenceData;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.models.networks.UnivFd;
import org.genimage.models.nn.Network;
import org.genimage.models.nn.Parameter;
import org.junit.jupiter.api.Test;

/**
 * UnivFD's head on a small tower, against PyTorch: the fixtures and the script that makes them are
 * in the resources' {@code univfd}.
 */
class UnivFdTrainingTest implements TrainingContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.univFd();
  }

  @Override
  public Network network() {
    return new UnivFd(14, 64, 2, 2, 32, 1);
  }

  @Override
  public String folder() {
    return "univfd";
  }

  @Override
  public Tolerances tolerances() {
    return Tolerances.SMOOTH;
  }

  @Override
  public JsonNode json(String name) {
    try {
      return new JsonMapper().readTree(resource(name + ".json"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public Map<String, ReferenceArray> arrays(String name) {
    return ReferenceData.arraysOf(resource(name + ".safetensors"));
  }

  private static byte[] resource(String name) {
    try (var in = UnivFdTrainingTest.class.getResourceAsStream("/univfd/" + name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void towerIsFrozen_doesNotChange() {
    JsonNode expected = json("trajectory");
    try (Training training = new Training(this, expected)) {
      assertThat(training.parameters())
          .extracting(Parameter::key)
          .containsExactly("fc.weight", "fc.bias");
      Map<String, float[]> before = training.read();
      training.step(0.1);
      Map<String, float[]> after = training.read();

      assertThat(before).hasSize(34);
      before.forEach(
          (key, values) ->
              assertThat(Arrays.equals(values, after.get(key)))
                  .as(key)
                  .isEqualTo(!key.startsWith("fc.")));
    }
  }
}
