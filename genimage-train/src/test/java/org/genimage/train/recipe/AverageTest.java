package org.genimage.train.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.Layout;
import org.genimage.models.nn.Parameter;
import org.genimage.models.nn.TrainableVariables;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

class AverageTest {

  private static final Parameter ENTRY =
      new Parameter("w", List.of(1), Layout.SAME, Init.ZEROS, Parameter.Role.TRAINED);

  /** Returns the average after each step, of a value that begins with the first of these. */
  private static List<Double> averages(Average average, float first, float... values) {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      TrainableVariables slots = new TrainableVariables();
      var value = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(1)));
      List<Op> updates = average.updates(tf, List.of(ENTRY), entry -> value, slots);
      slots.load(
          session, slot -> new float[] {slot.key().equals(Average.of(ENTRY).key()) ? first : 0});
      List<Double> found = new ArrayList<>();
      for (float each : values) {
        try (TFloat32 fed = TFloat32.vectorOf(each)) {
          Session.Runner runner = session.runner().feed(value, fed);
          updates.forEach(runner::addTarget);
          runner.run().close();
        }
        found.add((double) slots.read(session).get(Average.of(ENTRY).key())[0]);
      }
      return found;
    }
  }

  /** 0.1 * 100 + 0.9 * 2 and so on: TensorFlow's ExponentialMovingAverage with num_updates. */
  @Test
  void updates_warmup_forgetTheFirstValue() {
    List<Double> found = averages(new Average(0.25, true, true), 100, 2, 3, 4);

    double one = 0.1 * 100 + 0.9 * 2;
    double two = 2 / 11.0 * one + 9 / 11.0 * 3;
    double three = 0.25 * two + 0.75 * 4;
    assertThat(found.get(0)).isCloseTo(one, within(1e-5));
    assertThat(found.get(1)).isCloseTo(two, within(1e-5));
    assertThat(found.get(2)).as("3 / 12 is the decay itself").isCloseTo(three, within(1e-5));
  }

  @Test
  void toString_noWarmup_isWhatOlderCheckpointsState() {
    assertThat(new Average(0.75, true)).hasToString("Average[decay=0.75, used=true]");
    assertThat(new Average(0.75, true, true))
        .hasToString("Average[decay=0.75, used=true, warmup=true]");
  }

  @Test
  void updates_noWarmup_keepTheFirstValue() {
    assertThat(averages(new Average(0.75, true), 100, 0, 0)).containsExactly(75.0, 56.25);
  }
}
