package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.genimage.data.reference.ReferenceArray;
import org.genimage.data.reference.ReferenceData;
import org.genimage.data.reference.ReferenceFill;
import org.genimage.data.reference.ReferenceInput;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.models.nn.Mode;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Parameter;
import org.genimage.models.nn.TrainableVariables;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * One training step and five, with the reference fill, against timm's ResNet-50. Tolerances are the
 * fixtures': a rounding of 1e-6 flips ReLU decisions, so gradients of ReLU networks are loose.
 */
@Tag("reference")
class ResNetTrainingTest {

  private static final String FOLDER = "models/resnet50/";

  @Test
  void oneStep_equalsPyTorchs() {
    JsonNode expected = ReferenceData.json(FOLDER + "train.json");
    Map<String, ReferenceArray> arrays = ReferenceData.arrays(FOLDER + "train.safetensors");
    try (Training training = new Training(expected, new Optimizer.Sgd(0.9, true, 2e-5))) {
      assertThat(ReferenceData.sha256(training.input))
          .isEqualTo(expected.get("input").get("sha256").asText());
      Map<String, float[]> gradients = training.gradients();

      double loss = expected.get("loss_value").get("float64").asDouble();
      assertThat((double) training.step(0)).isCloseTo(loss, within(3e-5 * loss));

      List<Double> differences = new ArrayList<>();
      double square = 0;
      for (var item : expected.get("gradient_norms_float64").properties()) {
        double norm = norm(gradients.get(item.getKey()));
        differences.add(Math.abs(norm / item.getValue().asDouble() - 1));
        square += norm * norm;
      }
      assertQuantiles("gradient norms", differences, 2e-3, 1e-2, 3e-2);
      assertThat(Math.sqrt(square) / expected.get("gradient_norm_total").asDouble())
          .isCloseTo(1, within(1e-3));

      for (JsonNode key : expected.get("selected")) {
        assertSample(
            "gradient of " + key.asText(),
            gradients.get(key.asText()),
            arrays.get("gradient." + key.asText() + ".sample").doubles(),
            3e-2,
            8e-2);
      }
      float[] image = gradients.get("input");
      assertThat(norm(image) / number(expected.get("gradient_input_norm")))
          .isCloseTo(1, within(1e-3));
      double[] inputSample = arrays.get("gradient_input.sample").doubles();
      double[] difference = ReferenceInput.sample(image);
      for (int i = 0; i < difference.length; i++) {
        difference[i] -= inputSample[i];
      }
      assertThat(norm(difference) / norm(inputSample)).isLessThan(6e-2);

      assertRunningStatistics(training.read(), arrays, expected.get("batch_norms"), 2e-5);
    }
  }

  @Test
  void fiveSteps_equalPyTorchs() {
    JsonNode expected = ReferenceData.json(FOLDER + "trajectory.json");
    Map<String, ReferenceArray> arrays = ReferenceData.arrays(FOLDER + "trajectory.safetensors");
    JsonNode rule = expected.get("optimizer");
    Optimizer optimizer =
        new Optimizer.Sgd(
            rule.get("momentum").asDouble(),
            rule.get("nesterov").asBoolean(),
            rule.get("weight_decay").asDouble());
    try (Training training = new Training(expected, optimizer)) {
      Map<String, float[]> before = training.read();
      int steps = expected.get("steps").asInt();
      for (int step = 0; step <= steps; step++) {
        double loss = expected.get("losses_float64").get(step).asDouble();
        // The last pass sees the loss after five updates; like the fixture's it moves statistics.
        double rate = step < steps ? rule.get("lr").asDouble() : 0;
        Map<String, float[]> unmoved = step == steps ? training.read() : Map.of();
        assertThat((double) training.step(rate))
            .as("loss before step %d", step)
            .isCloseTo(loss, within(1e-3 * loss));
        if (step == steps) {
          assertUpdates(before, unmoved, expected, arrays);
        }
      }
      assertRunningStatistics(training.read(), arrays, List.of("bn1", "layer4.2.bn3"), 1e-3);
      assertThat(doubles(training.evalLogits()))
          .containsExactly(arrays.get("eval_logits.float64").doubles(), within(1e-3));
    }
  }

  private static void assertUpdates(
      Map<String, float[]> before,
      Map<String, float[]> after,
      JsonNode expected,
      Map<String, ReferenceArray> arrays) {
    List<Double> differences = new ArrayList<>();
    for (var item : expected.get("update_norms_float64").properties()) {
      float[] first = before.get(item.getKey());
      float[] last = after.get(item.getKey());
      double square = 0;
      for (int i = 0; i < first.length; i++) {
        square += Math.pow((double) last[i] - first[i], 2);
      }
      differences.add(Math.abs(Math.sqrt(square) / item.getValue().asDouble() - 1));
    }
    assertQuantiles("norms of the updates", differences, 3e-3, 4e-2, 4e-2);
    for (var item : expected.get("parameters").properties()) {
      double[] sample = arrays.get("final." + item.getKey() + ".sample").doubles();
      double[] update = arrays.get("update." + item.getKey() + ".sample").doubles();
      double[] found = ReferenceInput.sample(after.get(item.getKey()));
      double largest = Arrays.stream(update).map(Math::abs).max().orElseThrow();
      assertThat(found).as(item.getKey()).containsExactly(sample, within(8e-2 * largest + 1e-6));
    }
  }

  private static void assertRunningStatistics(
      Map<String, float[]> found,
      Map<String, ReferenceArray> arrays,
      Iterable<?> norms,
      double tolerance) {
    for (Object norm : norms) {
      String prefix = norm instanceof JsonNode node ? node.asText() : norm.toString();
      for (String name : List.of(".running_mean", ".running_var")) {
        double[] expected = arrays.get("after." + prefix + name).doubles();
        double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        assertThat(doubles(found.get(prefix + name)))
            .as(prefix + name)
            .containsExactly(expected, within(tolerance * largest));
      }
    }
  }

  private static void assertSample(
      String what, float[] values, double[] expected, double median, double all) {
    double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    double[] found = ReferenceInput.sample(values);
    List<Double> differences = new ArrayList<>();
    for (int i = 0; i < found.length; i++) {
      differences.add(Math.abs(found[i] - expected[i]) / largest);
    }
    assertQuantiles(what, differences, median, all, all);
  }

  private static void assertQuantiles(
      String what, List<Double> differences, double median, double ninetyPercent, double all) {
    List<Double> sorted = differences.stream().sorted().toList();
    assertThat(sorted.get(sorted.size() / 2)).as(what + ", median").isLessThan(median);
    assertThat(sorted.get(sorted.size() * 9 / 10)).as(what + ", 90 %").isLessThan(ninetyPercent);
    assertThat(sorted.get(sorted.size() - 1)).as(what + ", all").isLessThan(all);
  }

  private static double number(JsonNode value) {
    return value.isObject() ? value.get("float64").asDouble() : value.asDouble();
  }

  private static double norm(float[] values) {
    return norm(doubles(values));
  }

  private static double norm(double[] values) {
    return Math.sqrt(Arrays.stream(values).map(value -> value * value).sum());
  }

  private static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }

  /** The step's graph over the fixture's normalised images. */
  private static final class Training implements AutoCloseable {

    final float[] input;
    private final Graph graph = new Graph();
    private final TrainableVariables variables = new TrainableVariables();
    private final Placeholder<TFloat32> rate;
    private final TrainingPass pass;
    private final Output<?> inputGradient;
    private final Operand<TFloat32> eval;
    private final Session session;
    private final int count;
    private final int side;

    Training(JsonNode expected, Optimizer optimizer) {
      ReferenceFill fill = ReferenceFill.salted(expected.get("salt").asText());
      JsonNode shape = expected.get("input").get("shape");
      count = shape.get(0).asInt();
      side = shape.get(2).asInt();
      input = ReferenceInput.network(expected.get("input"), expected.get("domain").asText(), fill);
      Blueprint blueprint = Detectors.resnet50();
      Recipe recipe = Recipe.paper(blueprint).optimizer(optimizer);
      Ops tf = Ops.create(graph);
      Operand<TFloat32> images =
          tf.constant(
              Shape.of(count, side, side, 3),
              DataBuffers.of(ReferenceInput.toNhwc(input, count, 3, side, side), true, false));
      rate = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
      TrainableVariables slots = new TrainableVariables();
      pass =
          TrainingPass.create(
              graph,
              tf,
              blueprint,
              recipe,
              variables,
              slots,
              images,
              targets(tf, expected, recipe.loss().splits()),
              rate);
      inputGradient =
          graph.addGradients(pass.loss().asOutput(), new Output<?>[] {images.asOutput()})[0];
      eval =
          blueprint.network().logits(ModelScope.root(tf, Mode.DIFFERENTIABLE, variables), images);
      session = new Session(graph);
      variables.load(
          session,
          entry ->
              ReferenceInput.weights(entry.key(), entry.shape(), expected.get("overrides"), fill));
      slots.load(session, entry -> new float[entry.size()]);
    }

    /** The loss takes its labels from the first split. */
    private static Operand<TFloat32> targets(Ops tf, JsonNode expected, int splits) {
      int samples = expected.get("targets").size() / splits;
      float[] oneHot = new float[2 * samples];
      for (int i = 0; i < samples; i++) {
        oneHot[2 * i + expected.get("targets").get(i).asInt()] = 1;
      }
      return tf.constant(Shape.of(samples, 2), DataBuffers.of(oneHot, true, false));
    }

    float step(double learningRate) {
      try (TFloat32 fed = TFloat32.scalarOf((float) learningRate)) {
        Session.Runner runner = session.runner().feed(rate, fed).fetch(pass.loss());
        for (Op update : pass.updates()) {
          runner.addTarget(update);
        }
        try (var result = runner.run()) {
          return ((TFloat32) result.get(0)).getFloat();
        }
      }
    }

    /** Returns the gradients by key in PyTorch's order, and that of the input in NCHW. */
    Map<String, float[]> gradients() {
      Map<String, float[]> gradients = new LinkedHashMap<>();
      Session.Runner runner = session.runner().fetch(inputGradient);
      pass.gradients().forEach(runner::fetch);
      try (var result = runner.run()) {
        gradients.put(
            "input", ReferenceInput.toNchw(floats((TFloat32) result.get(0)), count, side, side, 3));
        for (int i = 0; i < pass.parameters().size(); i++) {
          Parameter parameter = pass.parameters().get(i);
          gradients.put(
              parameter.key(),
              parameter
                  .layout()
                  .toPyTorch(floats((TFloat32) result.get(i + 1)), parameter.shape()));
        }
      }
      return gradients;
    }

    Map<String, float[]> read() {
      return variables.read(session);
    }

    float[] evalLogits() {
      try (var result = session.runner().fetch(eval).run()) {
        return floats((TFloat32) result.get(0));
      }
    }

    private static float[] floats(TFloat32 tensor) {
      float[] values = new float[Math.toIntExact(tensor.size())];
      tensor.copyTo(DataBuffers.of(values));
      return values;
    }

    @Override
    public void close() {
      session.close();
      graph.close();
    }
  }
}
