package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.genimage.data.Seed;
import org.genimage.data.reference.ReferenceArray;
import org.genimage.data.reference.ReferenceData;
import org.genimage.data.reference.ReferenceFill;
import org.genimage.data.reference.ReferenceInput;
import org.genimage.models.nn.Mode;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Parameter;
import org.genimage.models.nn.TrainableVariables;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** F3Net in training mode, dropout off: loss, gradients and running statistics of PyTorch. */
class F3NetTrainingStepTest {

  private static final String FOLDER = "models/f3net/";

  @Test
  @Tag("reference")
  void oneStep_equalsPyTorchs() {
    JsonNode expected = ReferenceData.json(FOLDER + "train.json");
    Map<String, ReferenceArray> arrays = ReferenceData.arrays(FOLDER + "train.safetensors");
    ReferenceFill fill = ReferenceFill.salted(expected.get("salt").asText());
    ReferenceArray input =
        ReferenceData.arrays(FOLDER + "input.safetensors")
            .get(expected.get("input").get("tensor").asText());
    int count = input.shape().get(0);
    int side = input.shape().get(2);
    float[] images = ReferenceInput.toNhwc(input.floats(), count, 3, side, side);
    TrainableVariables variables = new TrainableVariables();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> fed =
          tf.constant(Shape.of(count, side, side, 3), DataBuffers.of(images, true, false));
      ModelScope scope = ModelScope.root(tf, Mode.TRAINING, variables);
      Operand<TFloat32> logits = new F3Net(F3NetVariant.MIX, 1).logits(scope, fed);
      Operand<TFloat32> loss = loss(tf, logits, expected.get("targets"));
      List<Parameter> trained = variables.trained();
      List<Output<?>> sources = new ArrayList<>();
      variables.values(trained).forEach(value -> sources.add(value.asOutput()));
      sources.add(fed.asOutput());
      Output<?>[] gradients =
          graph.addGradients(loss.asOutput(), sources.toArray(new Output<?>[0]));
      try (Session session = new Session(graph, ScoringGraph.config())) {
        JsonNode overrides = expected.get("overrides");
        variables.load(
            session, entry -> ReferenceInput.weights(entry.key(), entry.shape(), overrides, fill));
        Session.Runner runner = session.runner().fetch(loss).fetch(logits);
        for (Output<?> gradient : gradients) {
          runner.fetch(gradient);
        }
        for (Op update : scope.updates()) {
          runner.addTarget(update);
        }
        try (var result = runner.run()) {
          double value = expected.get("loss_value").get("float64").asDouble();
          assertThat((double) ((TFloat32) result.get(0)).getFloat())
              .isCloseTo(value, within(3e-5 * value));
          for (int i = 0; i < count; i++) {
            assertThat((double) ((TFloat32) result.get(1)).getFloat(i, 0))
                .isCloseTo(expected.get("logits").get(i).get(0).asDouble(), within(2e-5));
          }
          Map<String, Double> norms = new LinkedHashMap<>();
          for (int i = 0; i < trained.size(); i++) {
            norms.put(trained.get(i).key(), norm((TFloat32) result.get(2 + i)));
          }
          assertGradients(norms, expected);
          double image = norm((TFloat32) result.get(2 + trained.size()));
          assertThat(image / expected.get("gradient_input_norm").get("float64").asDouble())
              .isCloseTo(1, within(1e-3));
        }
        assertRunningStatistics(variables.read(session), arrays);
      }
    }
  }

  /** Binary cross-entropy of one logit, as that of two of which the first is 0. */
  private static Operand<TFloat32> loss(Ops tf, Operand<TFloat32> logits, JsonNode targets) {
    float[] oneHot = new float[2 * targets.size()];
    for (int i = 0; i < targets.size(); i++) {
      oneHot[2 * i + targets.get(i).asInt()] = 1;
    }
    Operand<TFloat32> labels =
        tf.constant(Shape.of(targets.size(), 2), DataBuffers.of(oneHot, true, false));
    Operand<TFloat32> losses =
        tf.nn.softmaxCrossEntropyWithLogits(Head.AI_LOGIT.byLabel(tf, logits), labels).loss();
    return tf.math.mean(losses, tf.constant(0));
  }

  private static void assertGradients(Map<String, Double> norms, JsonNode expected) {
    double total = expected.get("gradient_norm_total").asDouble();
    List<Double> differences = new ArrayList<>();
    double square = 0;
    Set<String> vanishing = new HashSet<>();
    expected.get("zero_gradient").forEach(key -> vanishing.add(key.asText()));
    for (var item : expected.get("gradient_norms_float64").properties()) {
      double norm = norms.get(item.getKey());
      square += norm * norm;
      double difference = Math.abs(norm / item.getValue().asDouble() - 1);
      if (item.getKey().endsWith("gamma")) {
        assertThat(difference).as(item.getKey()).isLessThan(0.5);
      } else if (!vanishing.contains(item.getKey())) {
        differences.add(difference);
      }
    }
    for (String key : vanishing) {
      assertThat(norms.get(key)).as(key).isLessThan(1e-4 * total);
    }
    assertThat(Math.sqrt(square)).isCloseTo(total, within(1e-3 * total));
    Collections.sort(differences);
    assertThat(differences.get(differences.size() / 2)).as("median").isLessThan(2e-3);
    assertThat(differences.get(differences.size() * 9 / 10)).as("90 %").isLessThan(1e-2);
    assertThat(differences.get(differences.size() - 1)).as("largest").isLessThan(3e-2);
  }

  private static void assertRunningStatistics(
      Map<String, float[]> found, Map<String, ReferenceArray> arrays) {
    arrays.forEach(
        (name, array) -> {
          if (name.startsWith("after.")) {
            double[] values = array.doubles();
            float[] statistics = found.get(name.substring("after.".length()));
            double largest = 0;
            for (double value : values) {
              largest = Math.max(largest, Math.abs(value));
            }
            assertThat(statistics).hasSize(values.length);
            for (int i = 0; i < values.length; i++) {
              assertThat((double) statistics[i])
                  .as(name)
                  .isCloseTo(values[i], within(2e-5 * largest));
            }
          }
        });
  }

  private static double norm(TFloat32 tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    tensor.copyTo(DataBuffers.of(values));
    double square = 0;
    for (float value : values) {
      square += (double) value * value;
    }
    return Math.sqrt(square);
  }

  /** The trunks' own classifiers of these variants take no part, and still have a gradient: 0. */
  @ParameterizedTest
  @CsvSource({"FAD, FAD_xcep.fc.weight", "LFS, LFS_xcep.fc.bias"})
  void idleClassifier_hasTheGradientZero(F3NetVariant variant, String key) {
    TrainableVariables variables = new TrainableVariables();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      float[] noise = new float[2 * 80 * 80 * 3];
      var random = Seed.of(1).random();
      for (int i = 0; i < noise.length; i++) {
        noise[i] = random.nextFloat();
      }
      Operand<TFloat32> images =
          tf.constant(Shape.of(2, 80, 80, 3), DataBuffers.of(noise, true, false));
      ModelScope scope = ModelScope.root(tf, Mode.TRAINING, variables);
      Operand<TFloat32> logits = new F3Net(variant, 1).logits(scope, images);
      Parameter idle =
          variables.trained().stream()
              .filter(entry -> entry.key().equals(key))
              .findFirst()
              .orElseThrow();
      Output<?>[] gradient =
          graph.addGradients(
              tf.sum(logits, tf.array(0, 1)).asOutput(),
              new Output<?>[] {variables.values(List.of(idle)).get(0).asOutput()});
      try (Session session = new Session(graph, ScoringGraph.config())) {
        variables.load(
            session, entry -> entry.init().values(Seed.of(1), entry.key(), entry.shape()));
        try (var result = session.runner().fetch(gradient[0]).run()) {
          assertThat(norm((TFloat32) result.get(0))).isZero();
        }
      }
    }
  }
}
