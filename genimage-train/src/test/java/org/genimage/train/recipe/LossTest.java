package org.genimage.train.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
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

  /** A loss by the fixtures' name of it; some names have the loss on inputs of another form. */
  private record Case(LossFunction loss, boolean summed, boolean shared) {

    static Case of(LossFunction loss) {
      return new Case(loss, false, false);
    }
  }

  @FunctionalInterface
  private interface LossFunction {
    Operand<TFloat32> value(Ops tf, Operand<TFloat32> logits, Operand<TFloat32> targets);
  }

  @Test
  @Tag("reference")
  void valueAndGradient_equalPyTorchsAndTimms() {
    Map<String, ReferenceArray> arrays = ReferenceData.arrays("losses/losses.safetensors");
    for (JsonNode entry : ReferenceData.json("losses/losses.json").get("losses")) {
      String name = entry.get("loss").asText();
      String set = entry.get("case").asText();
      Case loss = named(name);
      float[] logits = arrays.get(entry.get("logits").asText()).floats();
      boolean single = name.startsWith("bce_with_logits_n");
      boolean jsd = name.startsWith("jsd");
      float[] targets =
          loss.shared()
              ? arrays.get(set + "/soft_targets").floats()
              : oneHot(
                  arrays.get(jsd ? "jsd_labels" : set + "/labels"),
                  jsd ? Integer.parseInt(name.substring("jsd_splits".length()).split("_")[0]) : 1);
      float[] gradient = arrays.get(set + "/" + name + "/gradient").floats();
      float[] found = new float[gradient.length];

      double value =
          single
              ? check(loss, pairs(logits), targets, found, 1)
              : check(loss, logits, targets, found, 0);

      double expected = entry.get("value").asDouble();
      assertThat(value).as(set + " " + name).isCloseTo(expected, within(1e-5 * Math.abs(expected)));
      assertThat(found)
          .as(set + " " + name)
          .containsExactly(gradient, within(jsd || name.endsWith("_sum") ? 1e-5f : 1e-6f));
    }
  }

  private static Case named(String name) {
    switch (name) {
      case "cross_entropy":
        return Case.of(new Loss.CrossEntropy(0)::value);
      case "cross_entropy_sum":
        return new Case(new Loss.CrossEntropy(0)::value, true, false);
      case "nll_of_log_softmax":
        Loss likelihood = new Loss.NegativeLogLikelihood();
        return Case.of((tf, x, y) -> likelihood.value(tf, tf.nn.logSoftmax(x), y));
      case "soft_target":
        return new Case(new Loss.CrossEntropy(0)::value, false, true);
      case "bce_with_logits_on_soft_targets":
        return new Case(
            (tf, x, y) -> tf.math.mean(Loss.BinaryCrossEntropy.ofEach(tf, x, y), tf.array(0, 1)),
            false,
            true);
      case "bce_with_logits_n", "bce_with_logits_n1":
        return Case.of(new Loss.BinaryCrossEntropy()::value);
      default:
        break;
    }
    if (name.contains("label_smoothing_")) {
      double smoothing = Double.parseDouble(name.substring(name.lastIndexOf('_') + 1));
      return Case.of(new Loss.CrossEntropy(smoothing)::value);
    }
    String[] parts = name.split("_");
    assertThat(parts[0]).isEqualTo("jsd");
    return Case.of(
        new Loss.JsdCrossEntropy(
                Integer.parseInt(parts[1].substring("splits".length())),
                Double.parseDouble(parts[2].substring("alpha".length())),
                Double.parseDouble(parts[3].substring("smoothing".length())))
            ::value);
  }

  private static float[] oneHot(ReferenceArray labels, int splits) {
    long[] indices = labels.longs();
    float[] targets = new float[2 * indices.length / splits];
    for (int i = 0; i < targets.length / 2; i++) {
      targets[2 * i + (int) indices[i]] = 1;
    }
    return targets;
  }

  /** The two logits (0, z) of each logit z. */
  private static float[] pairs(float[] logits) {
    float[] pairs = new float[2 * logits.length];
    for (int i = 0; i < logits.length; i++) {
      pairs[2 * i + 1] = logits[i];
    }
    return pairs;
  }

  /**
   * Returns the value.
   *
   * @param gradient takes the gradient of every logit from this one on
   */
  private static double check(
      Case loss, float[] logits, float[] targets, float[] gradient, int from) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> x = constant(tf, logits);
      Operand<TFloat32> y = loss.loss().value(tf, x, constant(tf, targets));
      y = tf.math.mul(y, tf.constant(loss.summed() ? logits.length / 2f : 1f));
      Output<?>[] gradients = graph.addGradients(y.asOutput(), new Output<?>[] {x.asOutput()});
      try (Session session = new Session(graph);
          var result = session.runner().fetch(y).fetch(gradients[0]).run()) {
        float[] found = new float[logits.length];
        ((TFloat32) result.get(1)).copyTo(DataBuffers.of(found));
        int step = logits.length / gradient.length;
        for (int i = 0; i < gradient.length; i++) {
          gradient[i] = found[from + step * i];
        }
        return ((TFloat32) result.get(0)).getFloat();
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
