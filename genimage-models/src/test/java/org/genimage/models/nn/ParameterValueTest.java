package org.genimage.models.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.op.Ops;

class ParameterValueTest {

  private final Graph graph = new Graph();

  /** Two groups of two outputs, each with three inputs. */
  private final ParameterValue weight =
      ParameterValue.fixed(
          Ops.create(graph),
          Layout.LINEAR,
          List.of(4, 3),
          new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});

  @AfterEach
  void close() {
    graph.close();
  }

  @Test
  void outputs_areThoseOfEachGroup() {
    ParameterValue second = weight.outputs(2, 1, 2);

    assertThat(second.shape()).containsExactly(2, 3);
    assertThat(second.numbers().orElseThrow()).containsExactly(4, 5, 6, 10, 11, 12);
  }

  @Test
  void inputs_areThoseOfEachOutput() {
    ParameterValue last = weight.inputs(1, 3);

    assertThat(last.shape()).containsExactly(4, 2);
    assertThat(last.numbers().orElseThrow()).containsExactly(2, 3, 5, 6, 8, 9, 11, 12);
  }

  @ParameterizedTest
  @CsvSource({"-1, 1", "1, 1", "2, 1", "0, 4"})
  void inputs_thatAreNotThere_areRefused(int from, int to) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> weight.inputs(from, to))
        .withMessage("expected one or more of 3 inputs, got those from %s to before %s", from, to);
  }

  @Test
  void outputs_thatAreNotThere_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> weight.outputs(2, 1, 3))
        .withMessage("expected one or more of 2 outputs of a group, got those from 1 to before 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> weight.outputs(3, 0, 1))
        .withMessage("4 outputs are not 3 equal groups");
  }

  @Test
  void inputs_ofABias_areRefused() {
    ParameterValue bias =
        ParameterValue.fixed(Ops.create(graph), Layout.SAME, List.of(4), new float[4]);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> bias.inputs(0, 1))
        .withMessage("a linear layer's weight has shape [out, in], got [4]");
  }
}
