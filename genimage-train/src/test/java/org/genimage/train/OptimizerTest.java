package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.primitives.Floats;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import org.genimage.data.internal.NativeRuntime;
import org.genimage.data.reference.ReferenceArray;
import org.genimage.data.reference.ReferenceData;
import org.genimage.data.reference.ReferenceFill;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.Layout;
import org.genimage.models.nn.Parameter;
import org.genimage.models.nn.TrainableVariables;
import org.genimage.train.recipe.Average;
import org.genimage.train.recipe.Decay;
import org.genimage.train.recipe.ImageRecipe;
import org.genimage.train.recipe.Loss;
import org.genimage.train.recipe.Optimizer;
import org.genimage.train.recipe.Recipe;
import org.genimage.train.recipe.Schedule;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

class OptimizerTest {

  static {
    NativeRuntime.prepare();
  }

  private static final List<String> NAMES = List.of("weight", "bias", "kernel");

  @Test
  @Tag("reference")
  void everyRule_equalsPyTorchs() {
    Map<String, ReferenceArray> arrays = ReferenceData.arrays("optimizers/optimizers.safetensors");
    for (JsonNode variant : ReferenceData.json("optimizers/optimizers.json").get("variants")) {
      String name = variant.get("name").asText();
      List<Float> rates = new ArrayList<>();
      variant.path("learning_rates").forEach(rate -> rates.add((float) rate.asDouble()));
      Map<String, List<float[]>> found =
          trajectory(
              optimizer(name, variant),
              Optional.empty(),
              step -> rates.isEmpty() ? (float) variant.get("lr").asDouble() : rates.get(step),
              arrays);
      for (String parameter : NAMES) {
        for (int step = 0; step < found.get(parameter).size(); step++) {
          assertThat(found.get(parameter).get(step))
              .as("%s of %s after step %d", parameter, name, step)
              .containsExactly(at(step, arrays.get(name + "/" + parameter)), within(1e-5f));
        }
      }
    }
  }

  private static Optimizer optimizer(String name, JsonNode variant) {
    boolean spares = variant.has("decay_skips");
    boolean decoupled = variant.has("decoupled_weight_decay");
    double rate =
        variant.path(decoupled ? "decoupled_weight_decay" : "l2_weight_decay").asDouble(0);
    Decay decay = spares ? Decay.ofMatrices(rate) : Decay.of(rate);
    Optimizer rule;
    if (name.contains("sgd") || name.equals("timm_momentum")) {
      rule =
          new Optimizer.Sgd(
              variant.path("momentum").asDouble(0),
              variant.path("dampening").asDouble(0),
              variant.path("nesterov").asBoolean(false),
              decay);
    } else {
      JsonNode betas = variant.get("betas");
      Optimizer.Adam adam =
          betas == null
              ? Optimizer.Adam.of(decoupled ? Decay.NONE : decay)
              : new Optimizer.Adam(
                  betas.get(0).asDouble(),
                  betas.get(1).asDouble(),
                  variant.get("eps").asDouble(),
                  decoupled ? Decay.NONE : decay);
      rule = decoupled ? new Optimizer.AdamW(adam, decay) : adam;
    }
    return variant.has("clip_global_norm")
        ? new Optimizer.Clipped(rule, variant.get("clip_global_norm").asDouble())
        : rule;
  }

  @Test
  @Tag("reference")
  void average_equalsTimms() {
    Map<String, ReferenceArray> arrays = ReferenceData.arrays("optimizers/optimizers.safetensors");
    JsonNode file = ReferenceData.json("optimizers/optimizers.json");
    for (JsonNode average : file.get("ema")) {
      JsonNode followed = null;
      for (JsonNode variant : file.get("variants")) {
        if (variant.get("name").equals(average.get("follows"))) {
          followed = variant;
        }
      }
      float rate = (float) followed.get("lr").asDouble();
      Map<String, List<float[]>> found =
          trajectory(
              optimizer(followed.get("name").asText(), followed),
              Optional.of(new Average(average.get("decay").asDouble(), false)),
              step -> rate,
              arrays);
      for (String name : NAMES) {
        ReferenceArray expected = arrays.get(average.get("name").asText() + "/" + name);
        for (int step = 0; step < found.get(name).size(); step++) {
          assertThat(found.get("average." + name).get(step))
              .as("%s of %s after step %d", average.get("name"), name, step)
              .containsExactly(at(step, expected), within(1e-6f));
        }
      }
    }
  }

  @Test
  @Tag("reference")
  void clipped_equalsPyTorchs() {
    Map<String, ReferenceArray> arrays = ReferenceData.arrays("optimizers/optimizers.safetensors");
    Optimizer optimizer = new Optimizer.Clipped(new Optimizer.Sgd(0, 0, false, Decay.NONE), 5);
    int steps = arrays.get("gradient/bias").shape().get(0);
    for (int step = 0; step < steps; step++) {
      try (Graph graph = new Graph();
          Session session = new Session(graph)) {
        Ops tf = Ops.create(graph);
        List<Operand<TFloat32>> gradients = new ArrayList<>();
        for (String name : NAMES) {
          gradients.add(tf.constant(at(step, arrays.get("gradient/" + name))));
        }
        List<Operand<TFloat32>> clipped = optimizer.gradients(tf, gradients, own -> own);
        for (int i = 0; i < NAMES.size(); i++) {
          float[] expected = at(step, arrays.get("clipped5/" + NAMES.get(i)));
          float[] found = new float[expected.length];
          try (var result = session.runner().fetch(clipped.get(i)).run()) {
            ((TFloat32) result.get(0)).copyTo(DataBuffers.of(found));
          }
          assertThat(found)
              .as("%s in step %d", NAMES.get(i), step)
              .containsExactly(expected, within(1e-5f));
        }
      }
    }
  }

  /**
   * Lets three parameters follow the fixtures' gradients.
   *
   * @return the parameters and their averages after each step
   */
  private static Map<String, List<float[]>> trajectory(
      Optimizer optimizer,
      Optional<Average> average,
      IntFunction<Float> rates,
      Map<String, ReferenceArray> arrays) {
    Map<String, List<float[]>> found = new HashMap<>();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      TrainingPass.Variables variables = TrainingPass.Variables.create(Frozen.NONE);
      List<Parameter> parameters = new ArrayList<>();
      List<Operand<TFloat32>> gradients = new ArrayList<>();
      for (String name : NAMES) {
        Parameter parameter =
            new Parameter(
                name,
                arrays.get("start/" + name).shape(),
                Layout.SAME,
                Init.ZEROS,
                Parameter.Role.TRAINED);
        parameters.add(parameter);
        variables.model().value(tf, parameter);
        gradients.add(tf.placeholder(TFloat32.class, Placeholder.shape(shape(parameter))));
      }
      Operand<TFloat32> rate = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
      Recipe recipe =
          Recipe.of(
              optimizer,
              new Schedule.Constant(1),
              1,
              1,
              new Loss.CrossEntropy(0),
              ImageRecipe.cropAndFlip());
      if (average.isPresent()) {
        recipe = recipe.average(average.get());
      }
      List<Op> updates =
          TrainingPass.updates(
              tf, recipe, variables, parameters, gradients, rate, Replicas.single(), List.of());
      try (Session session = new Session(graph)) {
        variables.model().load(session, entry -> arrays.get("start/" + entry.key()).floats());
        variables
            .slots()
            .load(
                session,
                slot ->
                    slot.key().startsWith("average.")
                        ? arrays.get("start/" + slot.key().substring(8)).floats()
                        : new float[slot.size()]);
        int steps = arrays.get("gradient/bias").shape().get(0);
        for (int step = 0; step < steps; step++) {
          Session.Runner runner = session.runner();
          updates.forEach(runner::addTarget);
          List<TFloat32> fed = new ArrayList<>(List.of(TFloat32.scalarOf(rates.apply(step))));
          runner.feed(rate, fed.get(0));
          for (int i = 0; i < parameters.size(); i++) {
            float[] values = at(step, arrays.get("gradient/" + NAMES.get(i)));
            fed.add(
                TFloat32.tensorOf(shape(parameters.get(i)), DataBuffers.of(values, true, false)));
            runner.feed(gradients.get(i), fed.get(i + 1));
          }
          runner.run().close();
          fed.forEach(TFloat32::close);
          Map<String, float[]> after = new HashMap<>(variables.slots().read(session));
          after.putAll(variables.model().read(session));
          after.forEach(
              (name, values) -> found.computeIfAbsent(name, key -> new ArrayList<>()).add(values));
        }
      }
    }
    return found;
  }

  @Test
  @Tag("reference")
  void papersRules_equalPyTorchs_downToTinyGradients() {
    JsonNode file = ReferenceData.json("models/optimizers.json");
    ReferenceFill fill = ReferenceFill.salted(file.get("salt").asText());
    List<Parameter> parameters =
        List.of(
            parameter("layer.weight", 3, 4),
            parameter("layer.bias", 3),
            parameter("norm.weight", 4));
    Map<String, float[]> start = new HashMap<>();
    parameters.forEach(
        parameter -> start.put(parameter.key(), fill.weights(parameter.key(), parameter.shape())));
    List<String> compared = new ArrayList<>();
    for (var item : file.get("cases").properties()) {
      JsonNode steps = item.getValue().get("after_step");
      Optimizer optimizer = optimizer(item.getValue(), parameters);
      checkTogether(parameters, start, fill, item.getValue(), optimizer);
      compared.add(item.getKey());
      // The generator's float32 runs change its arrays in place: each case starts where the one
      // before ended, and the file's own start and gradients are what the last one left.
      for (var end : steps.get(steps.size() - 1).properties()) {
        start.put(end.getKey(), numbers(end.getValue()));
      }
    }
    assertThat(compared).hasSizeGreaterThan(11);
  }

  /** Returns the rule that the fixtures describe. */
  private static Optimizer optimizer(JsonNode item, List<Parameter> parameters) {
    JsonNode rule = item.get("optimizer");
    double rate = rule.get("weight_decay").asDouble();
    JsonNode spared = item.get("no_weight_decay");
    Decay decay = spared.isEmpty() ? Decay.of(rate) : Decay.ofMatrices(rate);
    for (Parameter parameter : parameters) {
      boolean listed = false;
      for (JsonNode key : spared) {
        listed |= key.asText().equals(parameter.key());
      }
      assertThat(decay.reaches(parameter)).isEqualTo(rate > 0 && !listed);
    }
    if (rule.get("name").asText().equals("sgd")) {
      return new Optimizer.Sgd(
          rule.get("momentum").asDouble(),
          rule.get("dampening").asDouble(),
          rule.get("nesterov").asBoolean(),
          decay);
    }
    boolean decoupled = rule.get("name").asText().equals("adamw");
    Optimizer.Adam adam =
        new Optimizer.Adam(
            rule.get("betas").get(0).asDouble(),
            rule.get("betas").get(1).asDouble(),
            rule.get("eps").asDouble(),
            decoupled ? Decay.NONE : decay);
    Optimizer whole = decoupled ? new Optimizer.AdamW(adam, decay) : adam;
    JsonNode clip = rule.path("clip_gradient_norm");
    return clip.isNumber() ? new Optimizer.Clipped(whole, clip.asDouble()) : whole;
  }

  /** All parameters in one graph, since clipping sees their common norm. */
  private static void checkTogether(
      List<Parameter> parameters,
      Map<String, float[]> start,
      ReferenceFill fill,
      JsonNode expected,
      Optimizer optimizer) {
    double rate = expected.get("optimizer").get("lr").asDouble();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      TrainableVariables variables = new TrainableVariables();
      TrainableVariables slots = new TrainableVariables();
      List<Operand<TFloat32>> gradients = new ArrayList<>();
      for (Parameter parameter : parameters) {
        variables.value(tf, parameter);
        gradients.add(tf.ensureShape(tf.placeholder(TFloat32.class), shape(parameter)));
      }
      List<Operand<TFloat32>> followed = optimizer.gradients(tf, gradients, own -> own);
      List<Op> updates = new ArrayList<>();
      for (int i = 0; i < parameters.size(); i++) {
        updates.add(
            optimizer.update(
                new Optimizer.Update(
                    tf,
                    variables,
                    slots,
                    parameters.get(i),
                    followed.get(i),
                    tf.constant((float) rate))));
      }
      try (Session session = new Session(graph)) {
        variables.load(session, entry -> start.get(entry.key()));
        slots.load(session, entry -> new float[entry.size()]);
        for (int step = 0; step < expected.get("after_step").size(); step++) {
          Session.Runner runner = session.runner();
          updates.forEach(runner::addTarget);
          List<TFloat32> fed = new ArrayList<>();
          for (int i = 0; i < parameters.size(); i++) {
            Parameter parameter = parameters.get(i);
            float[] values = gradient(step, parameter, fill);
            fed.add(TFloat32.tensorOf(shape(parameter), DataBuffers.of(values, true, false)));
            runner.feed(gradients.get(i), fed.get(i));
          }
          runner.run().close();
          fed.forEach(TFloat32::close);
          for (var item : expected.get("after_step").get(step).properties()) {
            assertThat(variables.read(session).get(item.getKey()))
                .as("%s after step %d of %s", item.getKey(), step, optimizer)
                .containsExactly(numbers(item.getValue()), within(1e-6f));
          }
        }
      }
    }
  }

  /** From 1 in the first column down by 1000 a column. */
  private static float[] gradient(int step, Parameter parameter, ReferenceFill fill) {
    int columns = parameter.shape().get(parameter.shape().size() - 1);
    double[] u = fill.uniforms("gradient." + step + "." + parameter.key(), parameter.size());
    float[] values = new float[u.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ((2 * u[i] - 1) * Math.pow(10, -3.0 * (i % columns)));
    }
    return values;
  }

  private static Shape shape(Parameter parameter) {
    return Shape.of(parameter.shape().stream().mapToLong(side -> side).toArray());
  }

  /** Flattens nested arrays, row-major. */
  private static float[] numbers(JsonNode node) {
    List<Float> numbers = new ArrayList<>();
    flatten(node, numbers);
    return Floats.toArray(numbers);
  }

  private static void flatten(JsonNode node, List<Float> into) {
    if (node.isArray()) {
      node.forEach(child -> flatten(child, into));
    } else {
      into.add((float) node.asDouble());
    }
  }

  private static float[] at(int step, ReferenceArray array) {
    int size = array.floats().length / array.shape().get(0);
    return Arrays.copyOfRange(array.floats(), step * size, (step + 1) * size);
  }

  @Test
  void decay_vectorsAndNamedParameters_areSpared() {
    Decay decay = Decay.ofMatrices(0.05, "pos_embed");

    assertThat(decay.reaches(parameter("head.weight", 2, 3))).isTrue();
    assertThat(decay.reaches(parameter("pos_embed", 1, 2, 3))).isFalse();
    assertThat(decay.reaches(parameter("head.bias", 3))).isFalse();
    assertThat(Decay.of(0.05).reaches(parameter("head.bias", 3))).isTrue();
    assertThat(Decay.NONE.reaches(parameter("head.weight", 2, 3))).isFalse();
  }

  private static Parameter parameter(String key, Integer... shape) {
    return new Parameter(key, List.of(shape), Layout.SAME, Init.ZEROS, Parameter.Role.TRAINED);
  }

  @Test
  void rules_outOfTheirRange_areRefused() {
    assertThatThrownBy(() -> new Optimizer.Sgd(1, 0, true, Decay.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("momentum must be in [0, 1), got 1.0");
    assertThatThrownBy(() -> new Optimizer.Sgd(0.9, 0.5, true, Decay.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Nesterov's momentum takes no dampening, got 0.5");
  }
}
