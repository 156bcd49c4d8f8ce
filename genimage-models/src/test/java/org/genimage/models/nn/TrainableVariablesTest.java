package org.genimage.models.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;

class TrainableVariablesTest {

  private final Graph graph = new Graph();
  private final TrainableVariables variables = new TrainableVariables();
  private Session session;

  @BeforeEach
  void declare() {
    Ops tf = Ops.create(graph);
    add(tf, "scalar", Layout.SAME);
    add(tf, "bias", Layout.SAME, 5);
    add(tf, "linear", Layout.LINEAR, 3, 5);
    add(tf, "conv", Layout.CONV, 4, 3, 2, 2);
    add(tf, "depthwise", Layout.DEPTHWISE, 6, 1, 2, 3);
    session = new Session(graph);
  }

  private void add(Ops tf, String key, Layout layout, Integer... shape) {
    variables.value(
        tf, new Parameter(key, List.of(shape), layout, Init.ZEROS, Parameter.Role.TRAINED));
  }

  @AfterEach
  void close() {
    session.close();
    graph.close();
  }

  @Test
  void read_givesWhatWasLoaded() {
    Map<String, float[]> values = new LinkedHashMap<>();
    for (Parameter entry : variables.entries()) {
      float[] numbers = new float[entry.size()];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = i + 1;
      }
      values.put(entry.key(), numbers);
    }

    variables.load(session, entry -> values.get(entry.key()));

    assertThat(variables.read(session)).containsExactlyEntriesOf(values);
  }

  @ParameterizedTest
  @ValueSource(strings = {"scalar", "bias", "linear", "conv", "depthwise"})
  void load_otherCountOfNumbers_saysSo(String wrong) {
    for (int more : new int[] {-1, 1}) {
      assertThatThrownBy(
              () ->
                  variables.load(
                      session,
                      entry -> new float[entry.size() + (entry.key().equals(wrong) ? more : 0)]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("parameter " + wrong + " of shape")
          .hasMessageContaining("numbers, got ");
    }
  }
}
