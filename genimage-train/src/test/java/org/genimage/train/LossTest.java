package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import org.genimage.data.internal.NativeRuntime;
import org.genimage.data.reference.ReferenceArray;
import org.genimage.data.reference.ReferenceData;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class LossTest {

  static {
    NativeRuntime.prepare();
  }

  @Test
  @Tag("reference")
  void valueAndGradient_equalTimms() {
    Map<String, ReferenceArray> arrays = ReferenceData.arrays("losses/losses.safetensors");
    int compared = 0;
    for (JsonNode entry : ReferenceData.json("losses/losses.json").get("losses")) {
      String name = entry.get("loss").asText();
      String set = entry.get("case").asText();
      Optional<Loss> loss = named(name);
      if (loss.isPresent()) {
        boolean jsd = name.startsWith("jsd");
        float[] logits = arrays.get(entry.get("logits").asText()).floats();
        long[] labels = arrays.get(jsd ? "jsd_labels" : set + "/labels").longs();
        check(
            loss.get(),
            logits,
            labels,
            entry.get("value").asDouble(),
            arrays.get(set + "/" + name + "/gradient").floats(),
            jsd ? 1e-5f : 1e-6f);
        compared++;
      }
    }
    assertThat(compared).isGreaterThanOrEqualTo(20);
  }

  private static Optional<Loss> named(String name) {
    if (name.equals("cross_entropy")) {
      return Optional.of(new Loss.CrossEntropy(0));
    }
    if (name.startsWith("label_smoothing_")) {
      return Optional.of(new Loss.CrossEntropy(Double.parseDouble(name.substring(16))));
    }
    if (name.startsWith("jsd_")) {
      String[] parts = name.substring(4).split("_");
      return Optional.of(
          new Loss.JsdCrossEntropy(
              Integer.parseInt(parts[0].substring("splits".length())),
              Double.parseDouble(parts[1].substring("alpha".length())),
              Double.parseDouble(parts[2].substring("smoothing".length()))));
    }
    return Optional.empty();
  }

  private static void check(
      Loss loss, float[] logits, long[] labels, double value, float[] gradient, float tolerance) {
    int samples = logits.length / 2 / loss.splits();
    float[] targets = new float[2 * samples];
    for (int i = 0; i < samples; i++) {
      targets[2 * i + (int) labels[i]] = 1;
    }
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> x = constant(tf, logits);
      Operand<TFloat32> y = loss.value(tf, x, constant(tf, targets));
      Output<?>[] gradients = graph.addGradients(y.asOutput(), new Output<?>[] {x.asOutput()});
      try (Session session = new Session(graph);
          var result = session.runner().fetch(y).fetch(gradients[0]).run()) {
        float[] found = new float[logits.length];
        ((TFloat32) result.get(1)).copyTo(DataBuffers.of(found));

        assertThat((double) ((TFloat32) result.get(0)).getFloat())
            .as(loss.toString())
            .isCloseTo(value, within(1e-5 * Math.abs(value)));
        assertThat(found).as(loss.toString()).containsExactly(gradient, within(tolerance));
      }
    }
  }

  private static Operand<TFloat32> constant(Ops tf, float[] pairs) {
    return tf.constant(Shape.of(pairs.length / 2, 2), DataBuffers.of(pairs, true, false));
  }

  @Test
  void smoothing_ofOne_isRefused() {
    assertThatThrownBy(() -> new Loss.CrossEntropy(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("label smoothing must be in [0, 1), got 1.0");
  }
}
