package org.genimage.models.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.genimage.models.nn.Transformers.selfAttention;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.genimage.data.Seed;
import org.genimage.data.internal.GraphOps;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.models.Head;
import org.genimage.models.InputContract;
import org.genimage.models.Resize;
import org.genimage.models.nn.Activation;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.Kernels;
import org.genimage.models.nn.Layers;
import org.genimage.models.nn.Layout;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.genimage.models.nn.ParameterValue;
import org.genimage.models.nn.Purpose;
import org.genimage.models.small.SmallDetectors;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/** Layers of transformers as two halves. */
class HalvesTest {

  /** Channels of a network of the test's own, which three heads divide. */
  private static final int WIDTH = 12;

  @BeforeEach
  void needsKernels() {
    assumeTrue(OneDnn.isAvailable(), "oneDNN's ops");
  }

  @ParameterizedTest
  @ValueSource(strings = {"DeiT-S", "Swin-T", "Community Forensics-224", "UnivFD"})
  void halves_giveTheSameLogits(String name) {
    Blueprint blueprint = SmallDetectors.of(Detectors.named(name));

    float[] found = logits(blueprint, tf -> OneDnnKernels.float32(tf).halves(), true);
    float[] packed = logits(blueprint, tf -> OneDnnKernels.float32(tf).packed().halves(), true);

    float[] expected = logits(blueprint, KernelChoice::portable, false);
    assertThat(found).containsExactly(expected, within(2e-5f));
    assertThat(packed).containsExactly(expected, within(2e-5f));
  }

  @ParameterizedTest
  @ValueSource(strings = {"DeiT-S", "Swin-T", "UnivFD"})
  void halves_inBfloat16_giveLogitsAsNear(String name) {
    assumeTrue(KernelChoice.scoresBfloat16(), "kernels for bfloat16");
    Blueprint blueprint = SmallDetectors.of(Detectors.named(name));
    float[] expected = logits(blueprint, KernelChoice::portable, false);

    float[] whole = logits(blueprint, OneDnnKernels::bfloat16, false);
    float[] found = logits(blueprint, tf -> OneDnnKernels.bfloat16(tf).halves(), true);

    // Their sum is rounded once more.
    assertThat(distance(found, expected)).isLessThan(2 * distance(whole, expected) + 1e-3);
  }

  private static double distance(float[] found, float[] expected) {
    double sum = 0;
    for (int i = 0; i < found.length; i++) {
      sum += Math.pow(found[i] - expected[i], 2);
    }
    return Math.sqrt(sum / found.length);
  }

  @Test
  void sumOfThreeLayers_isNoSumOfHalves() {
    Blueprint blueprint = own((scope, x) -> scope.kernels().add(x, sumOfThree(scope, x)));
    float[] expected = logits(blueprint, KernelChoice::portable, false);

    assertThat(logits(blueprint, OneDnnKernels::float32, false))
        .containsExactly(expected, within(2e-5f));
    if (KernelChoice.scoresBfloat16()) {
      assertThat(logits(blueprint, OneDnnKernels::bfloat16, false))
          .containsExactly(expected, within(0.05f));
    }
  }

  private static Operand<TFloat32> sumOfThree(ModelScope scope, Operand<TFloat32> x) {
    List<Operand<TFloat32>> terms =
        Stream.of("a", "b", "c").map(name -> linear(scope.at(name), x, WIDTH)).toList();
    return scope.tf().math.addN(terms);
  }

  @ParameterizedTest
  @CsvSource({"1, false", "2, true", "3, true", "7, true"})
  void hiddenNumbers_areHalvesFromTwoOn(int hidden, boolean halved) {
    Blueprint blueprint = own((scope, x) -> scope.kernels().add(x, mlp(scope, x, hidden)));

    float[] found = logits(blueprint, tf -> OneDnnKernels.float32(tf).halves(), halved);

    float[] expected = logits(blueprint, KernelChoice::portable, false);
    assertThat(found).containsExactly(expected, within(2e-5f));
  }

  private static Operand<TFloat32> mlp(ModelScope scope, Operand<TFloat32> x, int hidden) {
    ModelScope in = scope.at("in");
    ModelScope out = scope.at("out");
    return scope
        .kernels()
        .feedForward(
            Activation.GELU,
            x,
            weight(in, WIDTH, hidden),
            bias(in, hidden),
            weight(out, hidden, WIDTH),
            bias(out, WIDTH));
  }

  private static Operand<TFloat32> linear(ModelScope scope, Operand<TFloat32> x, int outputs) {
    return scope
        .kernels()
        .linear(x, weight(scope, Layers.channels(x), outputs), bias(scope, outputs));
  }

  private static ParameterValue weight(ModelScope scope, int inputs, int outputs) {
    return scope.weight("weight", Layout.LINEAR, Init.truncatedNormal(0.2), outputs, inputs);
  }

  private static ParameterValue bias(ModelScope scope, int outputs) {
    return scope.weight("bias", Layout.SAME, Init.truncatedNormal(0.2), outputs);
  }

  @ParameterizedTest
  @CsvSource({"1, false", "3, true"})
  void heads_areHalvesFromTwoOn(int heads, boolean halved) {
    Blueprint blueprint =
        own((scope, x) -> scope.kernels().add(x, selfAttention(scope, x, heads, Optional.empty())));

    float[] found = logits(blueprint, tf -> OneDnnKernels.float32(tf).halves(), halved);

    float[] expected = logits(blueprint, KernelChoice::portable, false);
    assertThat(found).containsExactly(expected, within(2e-5f));
  }

  /** Returns a network of one block between two linear layers. */
  private static Blueprint own(BiFunction<ModelScope, Operand<TFloat32>, Operand<TFloat32>> block) {
    Network network =
        (scope, images) -> {
          Ops tf = scope.tf();
          var tokens = tf.reshape(images, tf.array(-1, 16, 12)); // [N, 16, 12]
          var x = linear(scope.at("embed"), tokens, WIDTH);
          x = block.apply(scope.at("block"), x); // [N, 16, WIDTH]
          return linear(scope.at("fc"), tf.math.mean(x, tf.constant(1)), 2);
        };
    return new Blueprint("own", network, InputContract.of(new Resize.None(), 8), Head.NATURE_AI);
  }

  /** The residual must not wait for both halves. */
  @Test
  void residual_joinsTheFirstHalf() {
    Blueprint blueprint = SmallDetectors.of(Detectors.deitSmall());
    try (Graph graph = new Graph()) {
      Ops tf = GraphOps.of(graph);
      Operand<TFloat32> logits =
          build(OneDnnKernels.float32(tf).halves(), blueprint, variables(blueprint));

      assertThat(logits.shape().get(1)).isEqualTo(2);
      int joined = 0;
      for (Iterator<GraphOperation> ops = operations(graph); ops.hasNext(); ) {
        GraphOperation op = ops.next();
        if (op.type().equals("_MklNativeFusedMatMul")
            && List.of(op.attributes().getAttrStringList("fused_ops")).contains("Add")) {
          joined++;
        }
      }
      assertThat(joined).as("products with a residual in two blocks").isEqualTo(4);
    }
  }

  @SuppressWarnings("unchecked")
  private static Iterator<GraphOperation> operations(Graph graph) {
    return (Iterator<GraphOperation>) (Iterator<?>) graph.operations();
  }

  @Test
  void convolutions_areLeftWhole() {
    Blueprint blueprint = SmallDetectors.of(Detectors.resnet50());
    try (Graph graph = new Graph()) {
      OneDnnKernels kernels = OneDnnKernels.float32(GraphOps.of(graph)).halves();
      build(kernels, blueprint, variables(blueprint));

      assertThat(kernels.isHalved()).isFalse();
      assertThat(KernelChoice.runs(kernels)).isEqualTo(1);
      assertThat(KernelChoice.session(kernels)).isEqualTo(SessionSettings.scoring());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2, 1, true",
    "2, True, true",
    "2, 0, false",
    "2, , false",
    "1, 1, false",
    "3, 1, false",
    "64, true, false"
  })
  void halves_areForTwoProcessorsWhoseSessionsHaveThreads(
      int processors, String own, boolean expected) {
    assertThat(KernelChoice.halves(processors, Optional.ofNullable(own))).isEqualTo(expected);
  }

  private static WeightVariables variables(Blueprint blueprint) {
    Weights weights = blueprint.initialWeights(1);
    return new WeightVariables(weights);
  }

  private static float[] logits(
      Blueprint blueprint, Function<Ops, Kernels> choice, boolean halved) {
    try (Graph graph = new Graph()) {
      Ops tf = GraphOps.of(graph);
      WeightVariables variables = variables(blueprint);
      Kernels kernels = choice.apply(tf);
      Operand<TFloat32> logits = build(kernels, blueprint, variables);
      assertThat(KernelChoice.runs(kernels)).isEqualTo(halved ? 2 : 1);
      int side = blueprint.input().side();
      try (Session session = new Session(graph, KernelChoice.session(kernels));
          TFloat32 fed = images(side)) {
        variables.fill(tf, session);
        try (var result = session.runner().feed("images", fed).fetch(logits).run()) {
          TFloat32 found = (TFloat32) result.get(0);
          float[] values = new float[Math.toIntExact(found.size())];
          found.copyTo(DataBuffers.of(values));
          return values;
        }
      }
    }
  }

  private static Operand<TFloat32> build(
      Kernels kernels, Blueprint blueprint, WeightVariables variables) {
    Ops tf = kernels.tf();
    int side = blueprint.input().side();
    Placeholder<TFloat32> images =
        tf.withName("images")
            .placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, side, side, 3)));
    ModelScope scope = ModelScope.root(Purpose.SCORING, kernels, variables);
    Operand<TFloat32> logits = blueprint.network().logits(scope, images);
    variables.verify(blueprint.name());
    return logits;
  }

  private static TFloat32 images(int side) {
    RandomGenerator random = Seed.of(3).random();
    float[] values = new float[3 * side * side * 3];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return TFloat32.tensorOf(Shape.of(3, side, side, 3), DataBuffers.of(values));
  }
}
