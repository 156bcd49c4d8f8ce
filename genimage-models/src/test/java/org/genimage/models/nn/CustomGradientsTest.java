package org.genimage.models.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;

class CustomGradientsTest {

  private final Graph graph = new Graph();
  private final Ops tf = Ops.create(graph);
  private final CustomGradients gradients = new CustomGradients();
  private final Operand<TFloat32> x = tf.math.add(tf.constant(2f), tf.constant(1f)); // 3
  private final Operand<TFloat32> y = tf.math.add(tf.constant(4f), tf.constant(1f)); // 5

  @AfterEach
  void close() {
    graph.close();
  }

  @Test
  void of_nothingRegistered_isTensorFlows() {
    assertThat(slopes(tf.math.mul(x, tf.math.square(y)), List.of(x, y))).containsExactly(25f, 30f);
  }

  @Test
  void of_registered_isTheCustomOne() {
    Operand<TFloat32> square =
        gradients.register(
            tf,
            tf.math.square(x),
            List.of(x),
            own -> List.of(tf.math.mul(own, tf.constant(100f)))); // not 2 x

    assertThat(slopes(tf.math.mul(tf.math.mul(square, y), tf.constant(2f)), List.of(x, y)))
        .containsExactly(1000f, 18f);
  }

  @Test
  void of_residualBlocks_addUpAllWays() {
    // x1 = x + x y, x2 = x1 + x1^2
    Operand<TFloat32> first = sum(x, tf.math.mul(x, y));
    Operand<TFloat32> second = sum(first, tf.math.square(first));

    // x2 = 3 * 6 + (3 * 6)^2; dx2/dx1 = 1 + 2 * 18
    assertThat(slopes(tf.math.mul(second, tf.constant(1f)), List.of(x, y)))
        .containsExactly(37f * 6, 37f * 3);
  }

  @Test
  void of_severalOutputs_joinsThem() {
    var parts = tf.unstack(tf.math.mul(tf.stack(List.of(x, y)), tf.constant(2f)), 2L).output();
    Operand<TFloat32> product =
        gradients.register(
            tf,
            tf.math.mul(parts.get(0), parts.get(1)),
            List.of(parts.get(0), parts.get(1)),
            own -> List.of(tf.math.mul(own, parts.get(1)), tf.math.mul(own, parts.get(0))));

    assertThat(slopes(product, List.of(x, y))).containsExactly(20f, 12f);
  }

  @Test
  void of_shapesAlone_haveNoGradient() {
    Operand<TFloat32> cut = sum(x, x);
    Operand<TFloat32> count = tf.dtypes.cast(tf.size(cut), TFloat32.class);

    assertThat(slopes(tf.math.mul(cut, tf.math.add(count, count)), List.of(x))).containsExactly(4f);
  }

  @Test
  void of_sourceOfNoUse_saysSo() {
    Operand<TFloat32> loss = sum(x, x);

    assertThatThrownBy(() -> slopes(loss, List.of(x, y)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("the loss must depend on every source, not on ");
  }

  @Test
  void of_waysAroundRegions_addUp() {
    Operand<TFloat32> near = tf.math.square(x); // 9
    Operand<TFloat32> far = tf.math.square(near); // 81
    Operand<TFloat32> loss = sum(sum(product(far, y), product(near, y)), tf.math.mul(near, far));

    // 5 x^4 + 5 x^2 + x^6: 20 x^3 + 10 x + 6 x^5; x^4 + x^2
    assertThat(slopes(loss, List.of(x, y))).containsExactly(540f + 30 + 1458, 90f);
  }

  /** TensorFlow's own gradient of a reshape would ask for the shape of what it moves. */
  @Test
  void of_moves_areTakenBackInTheirOrder() {
    Operand<TFloat32> source = tf.math.mul(tf.constant(new float[][] {{1, 2, 3}, {4, 5, 6}}), x);
    var low = tf.dtypes.cast(source, TBfloat16.class);
    var layer =
        gradients.register(
            tf, tf.dtypes.cast(low, TFloat32.class), List.of(source), up -> List.of(up));
    var turned =
        tf.linalg.transpose(tf.reshape(layer, tf.array(3, 1, 2)), tf.array(2, 1, 0)); // [2, 1, 3]
    var moved = tf.reshape(tf.roll(turned, tf.array(1, 2), tf.array(0, 2)), tf.array(-1, 2));
    var factors = tf.constant(new float[][] {{1, 2}, {3, 4}, {5, 6}});
    Operand<TFloat32> tripled = tf.math.mul(moved, tf.constant(3f));
    Operand<TFloat32> plain = tf.sum(tf.math.mul(tripled, factors), tf.array(0, 1));
    var expected = graph.addGradients(plain.asOutput(), new Output<?>[] {layer.asOutput()})[0];

    for (Operand<TFloat32> last : List.of(moved, tripled)) {
      Operand<TFloat32> loss = tf.sum(product(last, factors), tf.array(0, 1));
      var found = gradients.of(graph, tf, loss, List.of(source)).get(0);
      assertThat(found.asOutput().op().name()).startsWith("back"); // not "gradients"
      try (Session session = new Session(graph);
          var result = session.runner().fetch(found).fetch(expected).run()) {
        float[] theirs = new float[6];
        float[] ours = new float[6];
        ((TFloat32) result.get(0)).copyTo(DataBuffers.of(ours));
        ((TFloat32) result.get(1)).copyTo(DataBuffers.of(theirs));
        for (int i = 0; i < ours.length; i++) {
          assertThat(ours[i] * (last == tripled ? 1 : 3)).isEqualTo(theirs[i]);
        }
      }
    }
  }

  private Operand<TFloat32> product(Operand<TFloat32> a, Operand<TFloat32> b) {
    return gradients.register(
        tf,
        tf.math.mul(a, b),
        List.of(a, b),
        own -> List.of(tf.math.mul(own, b), tf.math.mul(own, a)));
  }

  private Operand<TFloat32> sum(Operand<TFloat32> a, Operand<TFloat32> b) {
    return gradients.register(tf, tf.math.add(a, b), List.of(a, b), own -> List.of(own, own));
  }

  private float[] slopes(Operand<TFloat32> loss, List<Operand<TFloat32>> sources) {
    return values(gradients.of(graph, tf, loss, sources));
  }

  private float[] values(List<Operand<TFloat32>> found) {
    List<Float> values = new ArrayList<>();
    try (Session session = new Session(graph)) {
      for (Operand<TFloat32> each : found) {
        try (var result = session.runner().fetch(each).run()) {
          values.add(((TFloat32) result.get(0)).getFloat());
        }
      }
    }
    float[] array = new float[values.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = values.get(i);
    }
    return array;
  }
}
