package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.primitives.Doubles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.genimage.data.reference.ReferenceArray;
import org.genimage.data.reference.ReferenceData;
import org.genimage.data.reference.ReferenceFill;
import org.genimage.data.reference.ReferenceInput;
import org.genimage.models.Blueprint;
import org.genimage.models.Precision;
import org.genimage.models.nn.Drop;
import org.genimage.models.nn.Kernels;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.genimage.models.nn.Parameter;
import org.genimage.models.nn.Purpose;
import org.genimage.models.nn.TrainableVariables;
import org.genimage.train.recipe.Loss;
import org.genimage.train.recipe.Recipe;
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

/** One training step with the reference fill, against the official network. */
@Tag("reference")
interface TrainingStepContract {

  double LOSS = 3e-5;

  /**
   * Largest differences, as the fixtures' README states them; relative unless said otherwise.
   *
   * @param logits of the step, absolute
   * @param total norm of all gradients
   * @param norms of the gradients of single parameters: median, 90 %, all
   * @param samples of gradients, to the largest of the sample: median, all
   * @param input norm of the input's gradient, and its vector
   * @param losses of the trajectory
   * @param updates norms of the updates: median, all
   * @param moved samples of the updates, as vectors; not in the README: some four times what the
   *     fixtures report of rounding alone, which flips the sign of Adam's smallest steps
   */
  record Tolerances(
      double logits,
      double total,
      List<Double> norms,
      List<Double> samples,
      List<Double> input,
      double losses,
      List<Double> updates,
      double moved) {

    /** A rounding of 1e-6 flips ReLU and max-pool decisions, so gradients are loose. */
    static final Tolerances RELU =
        new Tolerances(
            2e-5,
            1e-3,
            List.of(2e-3, 1e-2, 3e-2),
            List.of(3e-2, 8e-2),
            List.of(1e-3, 6e-2),
            1e-3,
            List.of(3e-3, 4e-2),
            0.3);

    /** The newer convolutional detectors, of few layers. */
    static final Tolerances NEWER =
        new Tolerances(
            2e-5,
            1e-4,
            List.of(2e-4, 1e-3, 1e-2),
            List.of(5e-3, 3e-2),
            List.of(1e-3, 3e-2),
            1e-3,
            List.of(3e-3, 4e-2),
            0.3);

    /** F3Net, where logarithms of small numbers add to that. */
    static final Tolerances F3NET =
        new Tolerances(
            2e-5,
            1e-3,
            List.of(2e-3, 1e-2, 3e-2),
            List.of(3e-2, 0.5),
            List.of(1e-3, 6e-2),
            1e-3,
            List.of(3e-3, 0.2),
            0.4);

    /** Nothing is decided by a rounding. */
    static final Tolerances SMOOTH =
        new Tolerances(
            2e-5,
            1e-5,
            List.of(1e-5, 1e-5, 1e-5),
            List.of(1e-4, 1e-4),
            List.of(1e-5, 5e-5),
            2e-4,
            List.of(1e-4, 1e-3),
            1e-2);

    /** Nothing is decided by a rounding, but gradients are clipped, which shrinks Adam's first. */
    static final Tolerances CLIPPED =
        new Tolerances(
            2e-5,
            1e-5,
            List.of(1e-5, 1e-5, 1e-5),
            List.of(1e-4, 1e-4),
            List.of(1e-5, 5e-5),
            2e-4,
            List.of(1e-4, 5e-3),
            1e-2);
  }

  /** Adam turns rounding noise of the keys' biases, whose gradient vanishes, into steps. */
  double QKV_BIAS_UPDATES = 5e-2;

  /** F3Net's factors of what its streams take from each other have gradients near zero. */
  double GAMMA = 0.5;

  /** Returns the detector with the fixtures' number of outputs. */
  Blueprint blueprint();

  /** Returns the network that the fixtures' inputs are fed to. */
  default Network network() {
    return blueprint().network();
  }

  /** Returns the fixtures' folder below {@code models/}. */
  String folder();

  /** Returns what this kind of network is allowed. */
  Tolerances tolerances();

  /** Returns a file of the fixtures. */
  default JsonNode json(String name) {
    return ReferenceData.json("models/" + folder() + "/" + name + ".json");
  }

  /** Returns the arrays of a file of the fixtures. */
  default Map<String, ReferenceArray> arrays(String name) {
    return ReferenceData.arrays("models/" + folder() + "/" + name + ".safetensors");
  }

  @Test
  default void oneStep_equalsPyTorchs() {
    JsonNode expected = json("train");
    Map<String, ReferenceArray> arrays = arrays("train");
    Tolerances allowed = tolerances();
    try (Training training = new Training(this, expected)) {
      assertThat(ReferenceData.sha256(training.input))
          .isEqualTo(expected.get("input").get("sha256").asText());
      List<Double> logits = new ArrayList<>();
      expected.get("logits").forEach(row -> row.forEach(value -> logits.add(value.asDouble())));
      Observation observed = training.observe();
      assertThat(Doubles.toArray(observed.logits()))
          .containsExactly(
              logits.stream().mapToDouble(value -> value).toArray(), within(allowed.logits()));
      Map<String, float[]> gradients = observed.gradients();

      double loss = expected.get("loss_value").get("float64").asDouble();
      assertThat((double) observed.loss()).isCloseTo(loss, within(LOSS * loss));

      List<Double> differences = new ArrayList<>();
      double square = 0;
      double total = expected.get("gradient_norm_total").asDouble();
      Set<String> vanishing = keys(expected.get("zero_gradient"));
      for (var item : expected.get("gradient_norms_float64").properties()) {
        double norm = norm(gradients.get(item.getKey()));
        square += norm * norm;
        double difference = Math.abs(norm / item.getValue().asDouble() - 1);
        if (vanishing.contains(item.getKey())) {
          assertThat(norm).as(item.getKey()).isLessThan(1e-4 * total);
        } else if (item.getKey().endsWith("gamma")) {
          assertThat(difference).as(item.getKey()).isLessThan(GAMMA);
        } else {
          differences.add(difference);
        }
      }
      List<Double> norms = allowed.norms();
      assertQuantiles("gradient norms", differences, norms.get(0), norms.get(1), norms.get(2));
      assertThat(Math.sqrt(square) / total).isCloseTo(1, within(allowed.total()));

      for (String key : keys(expected.get("selected"))) {
        if (vanishing.contains(key) || key.endsWith("gamma")) {
          continue;
        }
        assertSample(
            "gradient of " + key,
            gradients.get(key),
            arrays.get("gradient." + key + ".sample").doubles(),
            allowed.samples().get(0),
            allowed.samples().get(1));
      }
      float[] image = gradients.get("input");
      assertThat(norm(image) / number(expected.get("gradient_input_norm")))
          .isCloseTo(1, within(allowed.input().get(0)));
      double[] inputSample = arrays.get("gradient_input.sample").doubles();
      double[] difference = ReferenceInput.sample(image);
      for (int i = 0; i < difference.length; i++) {
        difference[i] -= inputSample[i];
      }
      assertThat(norm(difference) / norm(inputSample)).isLessThan(allowed.input().get(1));

      assertRunningStatistics(training.read(), arrays, 2e-5);
    }
  }

  /** Returns the texts of a list. */
  static Set<String> keys(JsonNode list) {
    Set<String> keys = new LinkedHashSet<>();
    list.forEach(key -> keys.add(key.asText()));
    return keys;
  }

  /** Compares batch norms' running statistics. */
  static void assertRunningStatistics(
      Map<String, float[]> found, Map<String, ReferenceArray> arrays, double tolerance) {
    arrays.forEach(
        (name, array) -> {
          if (name.startsWith("after.")) {
            String key = name.substring("after.".length());
            double largest = Arrays.stream(array.doubles()).map(Math::abs).max().orElseThrow();
            assertThat(farthest(found.get(key), array.doubles()))
                .as(key)
                .isLessThanOrEqualTo(tolerance * largest);
          }
        });
  }

  private static double farthest(float[] found, double[] expected) {
    assertThat(found).hasSameSizeAs(expected);
    double farthest = 0;
    for (int i = 0; i < expected.length; i++) {
      farthest = Math.max(farthest, Math.abs(found[i] - expected[i]));
    }
    return farthest;
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

  /** Compares differences with what is allowed. */
  static void assertQuantiles(
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

  /** Returns the Euclidean norm. */
  static double norm(double[] values) {
    return Math.sqrt(Arrays.stream(values).map(value -> value * value).sum());
  }

  /** Returns the same numbers. */
  static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }

  /**
   * What a step shows.
   *
   * @param logits the outputs of the official network: of pairs (0, z) only z
   * @param gradients by key in PyTorch's order, and that of the input in NCHW
   */
  record Observation(float loss, List<Double> logits, Map<String, float[]> gradients) {}

  /** The step's graph over the fixture's normalised images. */
  final class Training implements AutoCloseable {

    final float[] input;
    private final Graph graph = new Graph();
    private final TrainableVariables model;
    private final Placeholder<TFloat32> rate;
    private final TrainingPass pass;
    private final Operand<TFloat32> inputGradient;
    private final Operand<TFloat32> eval;
    private final Session session;
    private final int count;
    private final int side;
    private final int outputs;

    Training(TrainingStepContract fixture, JsonNode expected) {
      this(fixture, expected, Precision.FLOAT32);
    }

    Training(TrainingStepContract fixture, JsonNode expected, Precision precision) {
      ReferenceFill fill = ReferenceFill.salted(expected.get("salt").asText());
      JsonNode shape = expected.get("input").get("shape");
      count = shape.get(0).asInt();
      side = shape.get(2).asInt();
      input = input(expected, fill);
      outputs = fixture.blueprint().head().outputs();
      Recipe recipe = recipe(fixture.blueprint(), expected);
      Blueprint blueprint =
          new Blueprint(
              "fixture",
              fixture.network(),
              fixture.blueprint().input(),
              fixture.blueprint().head());
      Ops tf = Ops.create(graph);
      Operand<TFloat32> images =
          tf.constant(
              Shape.of(count, side, side, 3),
              DataBuffers.of(ReferenceInput.toNhwc(input, count, 3, side, side), true, false));
      rate = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
      TrainingPass.Variables variables = TrainingPass.Variables.create(new Frozen(recipe.frozen()));
      model = variables.model();
      Kernels kernels = Execution.PLAIN.kernels(tf, precision);
      pass =
          TrainingPass.create(
              graph,
              tf,
              blueprint,
              recipe,
              variables,
              new TrainingPass.Input(
                  images,
                  targets(tf, expected, recipe.loss().splits()),
                  rate,
                  tf.constant(new long[2]),
                  tf.constant(1f),
                  Optional.empty(),
                  Replicas.single(),
                  kernels));
      inputGradient = kernels.gradients().of(graph, tf, pass.loss(), List.of(images)).get(0);
      eval = blueprint.network().logits(ModelScope.root(tf, Purpose.SCORING, model), images);
      session = new Session(graph, Execution.PLAIN.config(precision));
      model.load(
          session,
          entry ->
              ReferenceInput.weights(entry.key(), entry.shape(), expected.get("overrides"), fill));
      variables.slots().load(session, entry -> new float[entry.size()]);
    }

    private static float[] input(JsonNode expected, ReferenceFill fill) {
      JsonNode input = expected.get("input");
      return input.has("tensor")
          ? ReferenceData.arrays("models/f3net/input.safetensors")
              .get(input.get("tensor").asText())
              .floats()
          : ReferenceInput.network(input, expected.get("domain").asText(), fill);
    }

    /**
     * The paper's recipe, without what the fixtures leave out: its dropping, smoothing, average and
     * parts.
     */
    private static Recipe recipe(Blueprint blueprint, JsonNode expected) {
      String loss = expected.get("loss").asText();
      Recipe recipe = Recipe.paper(blueprint).drop(Drop.NONE).withoutAverage().parts(1);
      if (loss.equals("soft_target_cross_entropy")) {
        return recipe.loss(new Loss.CrossEntropy(0), recipe.images());
      }
      assertThat(recipe.loss())
          .isEqualTo(
              switch (loss) {
                case "jsd_cross_entropy" -> new Loss.JsdCrossEntropy(3, 12, 0.1);
                case "cross_entropy" -> new Loss.CrossEntropy(0);
                case "label_smoothing_cross_entropy" ->
                    new Loss.CrossEntropy(expected.get("smoothing").asDouble());
                case "bce_with_logits" -> new Loss.BinaryCrossEntropy();
                case "nll" -> new Loss.NegativeLogLikelihood();
                default -> throw new IllegalArgumentException(loss);
              });
      return recipe;
    }

    /** Labels or shares of both classes; the loss takes its labels from the first split. */
    private static Operand<TFloat32> targets(Ops tf, JsonNode expected, int splits) {
      JsonNode targets = expected.get("targets");
      int samples = targets.size() / splits;
      float[] shares = new float[2 * samples];
      for (int i = 0; i < samples; i++) {
        JsonNode target = targets.get(i);
        for (int label = 0; label < 2; label++) {
          boolean hit = target.isNumber() && target.asInt() == label;
          shares[2 * i + label] =
              target.isArray() ? (float) target.get(label).asDouble() : hit ? 1 : 0;
        }
      }
      return tf.constant(Shape.of(samples, 2), DataBuffers.of(shares, true, false));
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

    /** Runs a step at rate 0, which moves the running statistics alone. */
    Observation observe() {
      try (TFloat32 fed = TFloat32.scalarOf(0)) {
        Session.Runner runner = session.runner().feed(rate, fed);
        runner.fetch(pass.loss()).fetch(pass.logits()).fetch(inputGradient);
        pass.gradients().forEach(runner::fetch);
        pass.updates().forEach(runner::addTarget);
        try (var result = runner.run()) {
          float[] image = floats((TFloat32) result.get(2));
          Map<String, float[]> gradients = new LinkedHashMap<>();
          gradients.put("input", ReferenceInput.toNchw(image, count, side, side, 3));
          for (int i = 0; i < pass.parameters().size(); i++) {
            Parameter parameter = pass.parameters().get(i);
            float[] values = floats((TFloat32) result.get(i + 3));
            gradients.put(parameter.key(), parameter.layout().toPyTorch(values, parameter.shape()));
          }
          double[] pairs = doubles(floats((TFloat32) result.get(1)));
          return new Observation(
              ((TFloat32) result.get(0)).getFloat(),
              IntStream.range(0, pairs.length)
                  .filter(i -> outputs == 2 || i % 2 == 1)
                  .mapToObj(i -> pairs[i])
                  .toList(),
              gradients);
        }
      }
    }

    Map<String, float[]> read() {
      return model.read(session);
    }

    double[] evalLogits() {
      return doubles(fetch(eval));
    }

    List<Parameter> parameters() {
      return pass.parameters();
    }

    private float[] fetch(Operand<TFloat32> operand) {
      try (var result = session.runner().fetch(operand).run()) {
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
