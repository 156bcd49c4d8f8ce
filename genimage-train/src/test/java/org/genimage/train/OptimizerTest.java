package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.genimage.data.internal.NativeRuntime;
import org.genimage.data.reference.ReferenceArray;
import org.genimage.data.reference.ReferenceData;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.Layout;
import org.genimage.models.nn.Parameter;
import org.genimage.models.nn.TrainableVariables;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class OptimizerTest {

  static {
    NativeRuntime.prepare();
  }

  /** Decay that leaves one-dimensional parameters alone, as ours always does, or no decay. */
  private static final List<String> OURS =
      List.of("sgd", "sgd_momentum", "sgd_nesterov", "timm_sgd", "timm_momentum");

  @Test
  @Tag("reference")
  void sgd_equalsPyTorchs() {
    Map<String, ReferenceArray> arrays = ReferenceData.arrays("optimizers/optimizers.safetensors");
    List<String> compared = new ArrayList<>();
    for (JsonNode variant : ReferenceData.json("optimizers/optimizers.json").get("variants")) {
      String name = variant.get("name").asText();
      if (OURS.contains(name)) {
        Optimizer optimizer =
            new Optimizer.Sgd(
                variant.path("momentum").asDouble(0),
                variant.path("nesterov").asBoolean(false),
                variant.path("l2_weight_decay").asDouble(0));
        for (String parameter : List.of("weight", "bias", "kernel")) {
          check(optimizer, name, parameter, variant.get("lr").asDouble(), arrays);
        }
        compared.add(name);
      }
    }
    assertThat(compared).containsExactlyElementsOf(OURS);
  }

  @Test
  @Tag("reference")
  void adamW_equalsPyTorchs() {
    Map<String, ReferenceArray> arrays = ReferenceData.arrays("optimizers/optimizers.safetensors");
    List<String> compared = new ArrayList<>();
    for (JsonNode variant : ReferenceData.json("optimizers/optimizers.json").get("variants")) {
      String name = variant.get("name").asText();
      boolean decays = variant.has("decoupled_weight_decay");
      if (List.of("adam", "adam_beta1_0.5", "adam_cnnspot", "timm_adamw").contains(name)) {
        assertThat(variant.has("l2_weight_decay")).isFalse();
        Optimizer optimizer =
            new Optimizer.AdamW(
                variant.get("betas").get(0).asDouble(),
                variant.get("betas").get(1).asDouble(),
                variant.get("eps").asDouble(),
                decays ? variant.get("decoupled_weight_decay").asDouble() : 0,
                List.of());
        for (String parameter : List.of("weight", "bias", "kernel")) {
          check(optimizer, name, parameter, variant.get("lr").asDouble(), arrays);
        }
        compared.add(name);
      }
    }
    assertThat(compared).hasSize(4);
  }

  @Test
  @Tag("reference")
  void clipped_equalsPyTorchs() {
    Map<String, ReferenceArray> arrays = ReferenceData.arrays("optimizers/optimizers.safetensors");
    List<String> names = List.of("weight", "bias", "kernel");
    Optimizer optimizer = new Optimizer.Clipped(new Optimizer.Sgd(0, false, 0), 5);
    int steps = arrays.get("gradient/bias").shape().get(0);
    for (int step = 0; step < steps; step++) {
      try (Graph graph = new Graph();
          Session session = new Session(graph)) {
        Ops tf = Ops.create(graph);
        List<Operand<TFloat32>> gradients = new ArrayList<>();
        for (String name : names) {
          gradients.add(tf.constant(at(step, arrays.get("gradient/" + name))));
        }
        List<Operand<TFloat32>> clipped = optimizer.gradients(tf, gradients);
        for (int i = 0; i < names.size(); i++) {
          float[] expected = at(step, arrays.get("clipped5/" + names.get(i)));
          float[] found = new float[expected.length];
          try (var result = session.runner().fetch(clipped.get(i)).run()) {
            ((TFloat32) result.get(0)).copyTo(DataBuffers.of(found));
          }
          assertThat(found)
              .as("%s in step %d", names.get(i), step)
              .containsExactly(expected, within(1e-5f));
        }
      }
    }
  }

  private static float[] at(int step, ReferenceArray array) {
    int size = array.floats().length / array.shape().get(0);
    return Arrays.copyOfRange(array.floats(), step * size, (step + 1) * size);
  }

  private static void check(
      Optimizer optimizer,
      String variant,
      String name,
      double rate,
      Map<String, ReferenceArray> arrays) {
    ReferenceArray start = arrays.get("start/" + name);
    float[] gradients = arrays.get("gradient/" + name).floats();
    float[] expected = arrays.get(variant + "/" + name).floats();
    int size = start.floats().length;
    Parameter parameter =
        new Parameter(name, start.shape(), Layout.SAME, Init.ZEROS, Parameter.Role.TRAINED);
    long[] sides = start.shape().stream().mapToLong(side -> side).toArray();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      TrainableVariables variables = new TrainableVariables();
      TrainableVariables slots = new TrainableVariables();
      variables.value(tf, parameter);
      Operand<TFloat32> gradient = tf.placeholder(TFloat32.class);
      Operand<TFloat32> shaped = tf.ensureShape(gradient, Shape.of(sides));
      Op update =
          optimizer.update(tf, variables, slots, parameter, shaped, tf.constant((float) rate));
      try (Session session = new Session(graph)) {
        variables.load(session, entry -> start.floats());
        slots.load(session, entry -> new float[entry.size()]);
        for (int step = 0; step < gradients.length / size; step++) {
          float[] now = Arrays.copyOfRange(gradients, step * size, (step + 1) * size);
          try (TFloat32 fed =
              TFloat32.tensorOf(Shape.of(sides), DataBuffers.of(now, true, false))) {
            session.runner().feed(gradient, fed).addTarget(update).run().close();
          }
          assertThat(variables.read(session).get(name))
              .as("%s of %s after step %d", name, variant, step)
              .containsExactly(
                  Arrays.copyOfRange(expected, step * size, (step + 1) * size), within(1e-5f));
        }
      }
    }
  }

  @Test
  void adamW_biasesAndNamedParameters_doNotDecay() {
    var optimizer = new Optimizer.AdamW(0.9, 0.999, 1e-8, 0.05, List.of("pos_embed"));

    assertThat(optimizer.decays(parameter("head.weight", 2, 3))).isTrue();
    assertThat(optimizer.decays(parameter("pos_embed", 1, 2, 3))).isFalse();
    assertThat(optimizer.decays(parameter("head.bias", 3))).isFalse();
  }

  private static Parameter parameter(String key, Integer... shape) {
    return new Parameter(key, List.of(shape), Layout.SAME, Init.ZEROS, Parameter.Role.TRAINED);
  }

  @Test
  void momentum_ofOne_isRefused() {
    assertThatThrownBy(() -> new Optimizer.Sgd(1, true, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("momentum must be in [0, 1), got 1.0");
  }
}
