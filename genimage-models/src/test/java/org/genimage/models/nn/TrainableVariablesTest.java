package org.genimage.models.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.genimage.data.Seed;
import org.genimage.data.fuzz.Allocations;
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

  /** They share the variables' memory, and pass through the heap in parts. */
  @Test
  void valuesAndFill_ofLargeVariables_takeAFractionOfThemFromTheHeap() {
    int side = 2048;
    try (Graph large = new Graph()) {
      TrainableVariables variables = new TrainableVariables();
      Ops tf = Ops.create(large);
      for (Layout layout : List.of(Layout.SAME, Layout.LINEAR)) {
        variables.value(
            tf,
            new Parameter(
                layout.name(), List.of(side, side), layout, Init.ONES, Parameter.Role.TRAINED));
      }
      try (Session open = new Session(large)) {
        long bytes = 2L * Float.BYTES * side * side;
        Runnable passed =
            () -> {
              variables.fill(
                  open, entry -> entry.init().source(Seed.of(1), entry.key(), entry.shape()));
              try (VariableValues values = variables.values(open)) {
                for (Parameter entry : variables.entries()) {
                  int[] ones = {0};
                  values
                      .source(entry)
                      .read(
                          entry.size(),
                          new float[1000],
                          (numbers, count, before) -> {
                            for (int i = 0; i < count; i++) {
                              ones[0] += numbers[i] == 1 ? 1 : 0;
                            }
                          });
                  assertThat(ones[0]).isEqualTo(entry.size());
                }
              }
            };
        passed.run(); // loads classes

        assertThat(Allocations.during(passed)).isLessThan(bytes / 8);
      }
    }
  }

  @Test
  void values_heldWhileVariablesChange_areThoseOfTheirMoment() {
    variables.fill(session, entry -> FloatSource.zeros());
    try (VariableValues before = variables.values(session)) {
      variables.load(session, entry -> filled(entry, 1));

      for (Parameter entry : variables.entries()) {
        assertThat(before.source(entry).floats(entry.size())).containsOnly(0);
        assertThat(variables.read(session).get(entry.key())).containsOnly(1);
      }
    }
  }

  private static float[] filled(Parameter entry, float value) {
    float[] numbers = new float[entry.size()];
    Arrays.fill(numbers, value);
    return numbers;
  }

  @Test
  void values_ofNoVariables_areNone() {
    assertThat(new TrainableVariables().read(session)).isEmpty();
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
