package org.genimage.models.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.genimage.data.Seed;
import org.genimage.data.internal.GraphOps;
import org.genimage.models.Blueprint;
import org.genimage.models.Graphs;
import org.genimage.models.Head;
import org.genimage.models.InputContract;
import org.genimage.models.Resize;
import org.genimage.models.networks.ResNet;
import org.genimage.models.networks.VisionTransformer;
import org.genimage.models.nn.FloatSource;
import org.genimage.models.nn.Network;
import org.genimage.models.nn.Parameter;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Weights that a session is filled with once compute what constants compute. */
class WeightVariablesTest {

  private static final int SIDE = 32;

  private static final Network CONVOLUTIONS =
      new ResNet(ResNet.Block.BOTTLENECK, List.of(1, 1, 1, 1), false, 2);
  private static final Network ATTENTION = new VisionTransformer(8, 192, 2, 3, 2);

  private static Blueprint blueprint(Network network) {
    return new Blueprint(
        "small", network, InputContract.imagenet(new Resize.None(), SIDE), Head.NATURE_AI);
  }

  static Stream<Arguments> graphs() {
    return Stream.of(CONVOLUTIONS, ATTENTION)
        .flatMap(
            network ->
                Stream.of(
                        Graphs.SCORING,
                        Graphs.SCORING_BFLOAT16,
                        Graphs.PORTABLE,
                        Graphs.GRADIENTS,
                        Graphs.PLAIN_GRADIENTS)
                    .map(kind -> Arguments.of(network, kind)));
  }

  @ParameterizedTest
  @MethodSource("graphs")
  void logits_ofVariables_areThoseOfConstantsBitForBit(Network network, Graphs kind) {
    assumeTrue(kind.isAvailable(), "kernels for bfloat16");
    Weights weights = blueprint(network).initialWeights(1);

    float[] constants = logits(network, kind, new WeightConstants(weights));
    float[] variables = logits(network, kind, new WeightVariables(weights));

    assertThat(variables).isEqualTo(constants);
    assertThat(variables[0]).isNotZero();
  }

  private static float[] logits(Network network, Graphs kind, GraphWeights weights) {
    try (Graph graph = new Graph()) {
      Ops tf = GraphOps.of(graph);
      Operand<TFloat32> images = images(tf);
      Operand<TFloat32> logits = network.logits(kind.root(tf, weights), images);
      weights.verify("small");
      try (Session session = new Session(graph, SessionSettings.scoring())) {
        if (weights instanceof WeightVariables variables) {
          variables.fill(tf, session);
        }
        float[] found = new float[4];
        try (var result = session.runner().fetch(logits).run()) {
          ((TFloat32) result.get(0)).copyTo(DataBuffers.of(found));
        }
        return found;
      }
    }
  }

  private static Operand<TFloat32> images(Ops tf) {
    float[] values = new float[2 * SIDE * SIDE * 3];
    var random = Seed.of(1).random();
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    Operand<TFloat32> images =
        tf.constant(Shape.of(2, SIDE, SIDE, 3), DataBuffers.of(values, true, false));
    return tf.placeholderWithDefault(images, Shape.of(-1, SIDE, SIDE, 3));
  }

  /** The graph holds no large array, so it may be of any size, and nothing keeps a second copy. */
  @Test
  void graph_holdsOnlySmallArrays() {
    Weights weights = blueprint(ATTENTION).initialWeights(1);
    long constants = graphBytes(new WeightConstants(weights));
    long variables = graphBytes(new WeightVariables(weights));

    assertThat(constants).isGreaterThan(4 * weights.size());
    assertThat(variables).isLessThan(200_000);
  }

  private static long graphBytes(GraphWeights weights) {
    try (Graph graph = new Graph()) {
      Ops tf = GraphOps.of(graph);
      ATTENTION.logits(Graphs.SCORING.root(tf, weights), images(tf));
      return graph.toGraphDef().getSerializedSize();
    }
  }

  /** Numbers are read when the session is filled, each array once for each of its uses. */
  @Test
  void fill_readsTheNumbersThen() {
    Weights weights = blueprint(ATTENTION).initialWeights(1);
    List<String> read = new ArrayList<>();
    WeightVariables variables = new WeightVariables(weights);
    try (Graph graph = new Graph()) {
      Ops tf = GraphOps.of(graph);
      Parameter large =
          blueprint(ATTENTION).entries().stream()
              .filter(entry -> entry.key().equals("blocks.0.mlp.fc1.weight"))
              .findFirst()
              .orElseThrow();
      var operand =
          variables.fixed(
              tf,
              TFloat32.class,
              large.layout(),
              large.shape(),
              FloatSource.of(
                  () -> {
                    read.add(large.key());
                    return weights.get(large.key()).floats();
                  }));
      assertThat(read).isEmpty();
      try (Session session = new Session(graph, SessionSettings.scoring())) {
        variables.fill(tf, session);
        assertThat(read).containsExactly(large.key());
        try (var result = session.runner().fetch(operand).run()) {
          float[] found = new float[large.size()];
          ((TFloat32) result.get(0)).copyTo(DataBuffers.of(found));
          assertThat(large.layout().toPyTorch(found, large.shape()))
              .isEqualTo(weights.get(large.key()).floats());
        }
      }
    }
  }

  /** The check of the numbers reads none of them a second time. */
  @Test
  void fill_numberThatIsNotFinite_isNamed() {
    String key = "blocks.0.mlp.fc1.weight";
    Weights weights = blueprint(ATTENTION).initialWeights(1);
    float[] values = weights.get(key).toFloats();
    values[70_000] = Float.NaN;
    Map<String, WeightArray> arrays = new LinkedHashMap<>(weights.arrays());
    arrays.put(key, WeightArray.of(weights.get(key).shape(), values));
    WeightVariables variables = new WeightVariables(Weights.of(arrays));
    try (Graph graph = new Graph()) {
      Ops tf = GraphOps.of(graph);
      ATTENTION.logits(Graphs.SCORING.root(tf, variables), images(tf));
      variables.verify("small");
      try (Session session = new Session(graph, SessionSettings.scoring())) {
        assertThatThrownBy(() -> variables.fill(tf, session))
            .isInstanceOf(WeightsException.class)
            .hasMessageStartingWith("weights do not fit small: ")
            .hasMessageContaining("1 not finite: " + key + " has NaN at index 70000");
      }
    }
  }

  @Test
  void verify_weightsThatDoNotFit_namesThemBeforeAnyIsRead() {
    Weights weights = blueprint(ATTENTION).initialWeights(1).without("blocks.1.mlp.fc1.weight");
    WeightVariables variables =
        new WeightVariables(
            Weights.of(
                Stream.concat(
                        weights.arrays().entrySet().stream(),
                        Stream.of(Map.entry("more", WeightArray.counter(1))))
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue))));
    try (Graph graph = new Graph()) {
      Ops tf = GraphOps.of(graph);
      ATTENTION.logits(Graphs.SCORING.root(tf, variables), images(tf));

      assertThatThrownBy(() -> variables.verify("small"))
          .isInstanceOf(WeightsException.class)
          .hasMessageContaining("1 missing: blocks.1.mlp.fc1.weight")
          .hasMessageContaining("1 unexpected: more");
    }
  }
}
