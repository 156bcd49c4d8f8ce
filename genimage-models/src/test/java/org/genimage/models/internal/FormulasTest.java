package org.genimage.models.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.genimage.data.internal.GraphOps;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;

class FormulasTest {

  /** With XLA the same formula is compiled once for each number of rows. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void of_rowsOfAnyNumber_givesTheFormula(boolean compiled) {
    Formulas formulas = compiled ? Formulas.compiled() : Formulas.plain();
    try (Graph graph = new Graph()) {
      var tf = GraphOps.of(graph);
      var x = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, 2)));
      var factor = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, 1)));
      var y =
          formulas.of(
              tf,
              "test",
              TBfloat16.class,
              (inside, inputs) ->
                  inside.math.sub(
                      inside.math.mul(inputs.get(0), inputs.get(1)), inside.constant(1f)),
              List.of(tf.dtypes.cast(x, TBfloat16.class), factor));
      assertThat(y.shape().asArray()).containsExactly(-1, 2);
      var wide = tf.dtypes.cast(y, TFloat32.class);
      try (Session session = new Session(graph)) {
        for (int rows = 1; rows <= 2; rows++) {
          float[][] numbers = new float[rows][];
          float[][] factors = new float[rows][];
          for (int i = 0; i < rows; i++) {
            numbers[i] = new float[] {i + 1, 0.5f};
            factors[i] = new float[] {i + 2};
          }
          try (TFloat32 fedX = TFloat32.tensorOf(StdArrays.ndCopyOf(numbers));
              TFloat32 fedFactor = TFloat32.tensorOf(StdArrays.ndCopyOf(factors));
              var result =
                  session.runner().feed(x, fedX).feed(factor, fedFactor).fetch(wide).run()) {
            TFloat32 found = (TFloat32) result.get(0);
            assertThat(found.shape()).isEqualTo(Shape.of(rows, 2));
            for (int i = 0; i < rows; i++) {
              assertThat(found.getFloat(i, 0)).isCloseTo((i + 1) * (i + 2) - 1, within(1e-3f));
              assertThat(found.getFloat(i, 1)).isCloseTo(0.5f * (i + 2) - 1, within(1e-3f));
            }
          }
        }
      }
    }
  }
}
