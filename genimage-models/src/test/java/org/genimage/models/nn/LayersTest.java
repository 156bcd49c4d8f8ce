package org.genimage.models.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.genimage.data.Seed;
import org.genimage.models.Graphs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class LayersTest {

  @ParameterizedTest
  @EnumSource(Graphs.class)
  void conv_everyKernels_padLikeTorch(Graphs mode) {
    assumeTrue(mode.isAvailable());
    // A kernel of ones over ones counts the taps that lie inside the image.
    for (Conv window :
        List.of(
            Conv.kernel(3),
            Conv.kernel(3).stride(2),
            Conv.kernel(1).stride(2),
            new Conv(4, 2, 1))) {
      assertThat(run(mode, 4, (scope, x) -> Layers.conv(scope.at("conv"), x, 1, window)))
          .as("%s %s", mode, window)
          .containsExactly(taps(4, window));
    }
    assertThat(taps(4, Conv.kernel(3).stride(2))).containsExactly(4, 6, 6, 9);
  }

  @ParameterizedTest
  @EnumSource(Graphs.class)
  void depthwiseConv_everyKernels_padsLikeTorch(Graphs mode) {
    assumeTrue(mode.isAvailable());
    for (Conv window :
        List.of(
            Conv.kernel(3),
            Conv.kernel(5).stride(2),
            Conv.kernel(3).stride(2).padding(0),
            new Conv(4, 2, 1))) {
      int taps = window.kernel() * window.kernel();
      assertThat(
              run(
                  mode,
                  4,
                  (scope, x) ->
                      scope
                          .kernels()
                          .depthwiseConv(
                              x,
                              ParameterValue.fixed(
                                  scope.tf(),
                                  Layout.DEPTHWISE,
                                  List.of(1, 1, window.kernel(), window.kernel()),
                                  ones(taps)),
                              window)))
          .as("%s %s", mode, window)
          .containsExactly(taps(4, window));
    }
  }

  /** One channel, two filters: twice and three times the sum; weighed by 1 and 10, plus 0.5. */
  @ParameterizedTest
  @EnumSource(Graphs.class)
  void separableConv_ofTwoFiltersAChannel_keepsTheirOrder(Graphs mode) {
    assumeTrue(mode.isAvailable());
    float[] filters = new float[18];
    Arrays.fill(filters, 0, 9, 2);
    Arrays.fill(filters, 9, 18, 3);
    Conv window = Conv.kernel(3).stride(2);

    float[] values =
        run(
            mode,
            4,
            (scope, x) ->
                scope
                    .kernels()
                    .separableConv(
                        x,
                        ParameterValue.fixed(
                            scope.tf(), Layout.DEPTHWISE, List.of(2, 1, 3, 3), filters),
                        ParameterValue.fixed(
                            scope.tf(), Layout.CONV, List.of(1, 2, 1, 1), new float[] {1, 10}),
                        ParameterValue.fixed(
                            scope.tf(), Layout.SAME, List.of(1), new float[] {0.5f}),
                        window));

    float[] expected = taps(4, window);
    for (int i = 0; i < expected.length; i++) {
      expected[i] = 32 * expected[i] + 0.5f;
    }
    assertThat(values).containsExactly(expected, within(mode.isBfloat16() ? 1f : 1e-4f));
  }

  private static float[] taps(int side, Conv window) {
    int steps = (side + 2 * window.padding() - window.kernel()) / window.stride() + 1;
    float[] taps = new float[steps * steps];
    for (int i = 0; i < taps.length; i++) {
      taps[i] = inside(i / steps, side, window) * inside(i % steps, side, window);
    }
    return taps;
  }

  private static int inside(int step, int side, Conv window) {
    int start = step * window.stride() - window.padding();
    return Math.min(side, start + window.kernel()) - Math.max(0, start);
  }

  @Test
  void maxPool_negativeValues_ignoresThePadding() {
    Conv window = Conv.kernel(3).stride(2);

    assertThat(
            run(
                Graphs.GRADIENTS,
                4,
                (scope, x) -> Layers.maxPool(scope, scope.tf().math.neg(x), window)))
        .containsOnly(-1);
  }

  @Test
  void maxPool_unknownSides_padsLikeTorch() {
    float[] values =
        run(
            Graphs.GRADIENTS,
            4,
            (scope, x) -> {
              Ops tf = scope.tf();
              Operand<TFloat32> rows = tf.math.cumsum(x, tf.constant(1)); // 1 to 4
              Shape unknown = Shape.of(-1, -1, -1, 1);
              return Layers.maxPool(
                  scope, tf.placeholderWithDefault(rows, unknown), Conv.kernel(3).stride(2));
            });

    assertThat(values).containsExactly(2, 2, 4, 4);
  }

  @Test
  void layerNorm_ofImages_normalisesChannels() {
    float[] values =
        run(
            Graphs.SCORING,
            2,
            (scope, x) -> {
              Ops tf = scope.tf();
              Operand<TFloat32> pair = tf.concat(List.of(x, tf.math.neg(x)), tf.constant(3));
              ParameterValue one = ParameterValue.fixed(tf, Layout.SAME, List.of(2), ones(2));
              return scope.kernels().layerNorm(pair, one, one, 1e-5);
            });

    assertThat(values).containsExactly(new float[] {2, 0, 2, 0, 2, 0, 2, 0}, within(1e-4f));
  }

  /** A user's custom gradient between a convolution and its ReLU is used, not fused away. */
  @Test
  void relu_behindACustomGradient_usesIt() {
    assertThat(
            slope(
                (scope, x) -> {
                  Operand<TFloat32> y = constantConv(scope, x);
                  Operand<TFloat32> turned =
                      scope
                          .kernels()
                          .register(
                              scope.tf().identity(y),
                              List.of(y),
                              upstream -> List.of(scope.tf().math.neg(upstream)));
                  return Layers.relu(scope, turned);
                }))
        .containsOnly(-1);
    assertThat(
            slope(
                (scope, x) -> Layers.relu(scope, scope.at("name").output(constantConv(scope, x)))))
        .containsOnly(1);
    assertThat(
            slope((scope, x) -> Layers.relu(scope, Layers.add(scope, constantConv(scope, x), x))))
        .containsOnly(2);
  }

  private static Operand<TFloat32> constantConv(ModelScope scope, Operand<TFloat32> x) {
    Ops tf = scope.tf();
    return scope
        .kernels()
        .conv(
            x,
            ParameterValue.fixed(tf, Layout.CONV, List.of(1, 1, 1, 1), new float[] {1}),
            ParameterValue.fixed(tf, Layout.SAME, List.of(1), new float[1]),
            Conv.kernel(1));
  }

  private static float[] slope(
      BiFunction<ModelScope, Operand<TFloat32>, Operand<TFloat32>> layers) {
    return run(
        Graphs.GRADIENTS,
        3,
        (scope, x) -> {
          Ops tf = scope.tf();
          Operand<TFloat32> source = tf.math.mul(x, tf.constant(1f));
          Operand<TFloat32> sum = tf.sum(layers.apply(scope, source), tf.array(0, 1, 2, 3));
          return scope
              .kernels()
              .gradients()
              .of((Graph) tf.scope().env(), tf, sum, List.of(source))
              .get(0);
        });
  }

  @Test
  void dropout_inTraining_zeroesTheShareAndKeepsTheMean() {
    float[] values =
        run(Graphs.TRAINING, 100, (scope, x) -> Layers.dropout(scope.at("dropout"), x, 0.25));

    long zeros = IntStream.range(0, values.length).filter(i -> values[i] == 0).count();
    assertThat(zeros).isBetween(2300L, 2700L);
    assertThat(values).containsOnly(0, 1 / 0.75f);
  }

  @Test
  void dropout_otherwise_doesNothing() {
    for (Graphs mode : List.of(Graphs.GRADIENTS, Graphs.SCORING)) {
      assertThat(run(mode, 10, (scope, x) -> Layers.dropout(scope.at("dropout"), x, 0.25)))
          .containsOnly(1);
    }
  }

  @Test
  void dropout_gradient_isThatOfWhatStays() {
    float[] gradient =
        run(
            Graphs.TRAINING,
            10,
            (scope, x) -> {
              Ops tf = scope.tf();
              Operand<TFloat32> y = Layers.dropout(scope.at("dropout"), x, 0.5);
              Operand<TFloat32> sum = tf.sum(y, tf.constant(new int[] {0, 1, 2, 3}));
              Graph graph = (Graph) tf.scope().env();
              Output<?> slopes =
                  graph.addGradients(sum.asOutput(), new Output<?>[] {x.asOutput()})[0];
              return tf.math.sub(slopes.expect(TFloat32.class), y);
            });

    // Of ones, what stays is its own gradient.
    assertThat(gradient).containsOnly(0);
  }

  @Test
  void dropPath_inTraining_dropsWholeSamplesAndKeepsTheMean() {
    float[] values =
        run(
            Graphs.TRAINING,
            100,
            (scope, x) -> {
              Operand<TFloat32> samples = scope.tf().reshape(x, scope.tf().array(2000, 5, 1));
              return Layers.dropPath(scope.at("drop_path"), samples, 0.2);
            });

    int dropped = 0;
    for (int sample = 0; sample < 2000; sample++) {
      float first = values[5 * sample];
      assertThat(Arrays.copyOfRange(values, 5 * sample, 5 * sample + 5)).containsOnly(first);
      assertThat(first).isIn(0f, 1.25f);
      dropped += first == 0 ? 1 : 0;
    }
    assertThat(dropped).isBetween(330, 470);
  }

  @Test
  void dropPath_otherwise_doesNothing() {
    assertThat(run(Graphs.GRADIENTS, 4, (scope, x) -> dropRows(scope, x, 0.9))).containsOnly(1);
    assertThat(run(Graphs.TRAINING, 4, (scope, x) -> dropRows(scope, x, 0))).containsOnly(1);
  }

  private static Operand<TFloat32> dropRows(ModelScope scope, Operand<TFloat32> x, double rate) {
    Operand<TFloat32> rows = scope.tf().reshape(x, scope.tf().array(4, 4, 1));
    return Layers.dropPath(scope, rows, rate);
  }

  @Test
  void drop_pathsOfBlocks_growLinearlyFromZero() {
    Drop drop = new Drop(0, 0.2);

    assertThat(drop.path(0, 12)).isZero();
    assertThat(drop.path(11, 12)).isEqualTo(0.2);
    assertThat(drop.path(5, 11)).isEqualTo(0.1);
    assertThat(drop.path(0, 1)).isZero();
  }

  /** Runs layers over an image of ones with all parameters 1. */
  private static float[] run(
      Graphs mode, int side, BiFunction<ModelScope, Operand<TFloat32>, Operand<TFloat32>> layers) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      TrainableVariables variables = new TrainableVariables();
      Operand<TFloat32> x = Layers.constant(tf, List.of(1, side, side, 1), ones(side * side));
      Operand<TFloat32> y = layers.apply(mode.root(tf, variables), x);
      try (Session session = new Session(graph)) {
        variables.load(session, parameter -> ones(parameter.size()));
        try (var result = session.runner().fetch(y).run()) {
          return floats((TFloat32) result.get(0));
        }
      }
    }
  }

  private static float[] ones(int count) {
    float[] values = new float[count];
    Arrays.fill(values, 1);
    return values;
  }

  private static float[] floats(TFloat32 tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    tensor.copyTo(DataBuffers.of(values));
    return values;
  }

  @Test
  void gradient_throughPaddingPoolingAndBatchNorm_equalsFiniteDifferences() {
    RandomGenerator random = Seed.of(9).random();
    Shape shape = Shape.of(2, 6, 6, 2);
    float[] image = new float[(int) shape.size()];
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) random.nextGaussian();
    }
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      TrainableVariables variables = new TrainableVariables();
      ModelScope scope = ModelScope.root(tf, Purpose.TRAINING, variables);
      Operand<TFloat32> input = tf.placeholder(TFloat32.class);
      Operand<TFloat32> x = tf.reshape(input, tf.constant(shape.asArray()));
      Conv window = Conv.kernel(3).stride(2);
      Operand<TFloat32> y =
          Layers.convBatchNorm(scope.at("conv"), scope.at("bn"), x, 3, window, Init.ONES);
      y = Layers.globalAveragePool(scope, Layers.maxPool(scope, y, window));
      Operand<TFloat32> loss = tf.sum(tf.math.square(y), tf.constant(new int[] {0, 1}));
      Output<?> slopes = graph.addGradients(loss.asOutput(), new Output<?>[] {x.asOutput()})[0];
      try (Session session = new Session(graph)) {
        variables.load(
            session, entry -> entry.init().values(Seed.of(1), entry.key(), entry.shape()));
        float[] gradient = fetch(session, input, image, slopes);
        List<Double> differences = new ArrayList<>();
        double largest = 0;
        for (int i = 0; i < image.length; i++) {
          largest = Math.max(largest, Math.abs(gradient[i]));
          float step = 1e-3f;
          double rise =
              fetch(session, input, moved(image, i, step), loss.asOutput())[0]
                  - fetch(session, input, moved(image, i, -step), loss.asOutput())[0];
          differences.add(Math.abs(gradient[i] - rise / (2 * step)));
        }
        // A step that crosses from one largest value of a pool to another has no slope to compare.
        List<Double> sorted = differences.stream().sorted().toList();
        assertThat(sorted.get(sorted.size() * 95 / 100)).isLessThan(1e-2 * largest);
      }
    }
  }

  private static float[] moved(float[] values, int index, float step) {
    float[] result = values.clone();
    result[index] += step;
    return result;
  }

  private static float[] fetch(
      Session session, Operand<TFloat32> input, float[] values, Output<?> output) {
    try (TFloat32 fed =
            TFloat32.tensorOf(Shape.of(values.length), DataBuffers.of(values, true, false));
        var result = session.runner().feed(input, fed).fetch(output).run()) {
      return floats((TFloat32) result.get(0));
    }
  }

  @Test
  void parameter_sameKeyOtherShape_isRefused() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      ModelScope scope = ModelScope.root(tf, Purpose.TRAINING, new TrainableVariables()).at("a");
      Operand<TFloat32> first = scope.parameter("weight", Layout.SAME, Init.ONES, 3);

      assertThat(scope.parameter("weight", Layout.SAME, Init.ONES, 3)).isSameAs(first);
      assertThat(first.op().name()).isEqualTo("a.weight");
      assertThatThrownBy(() -> scope.parameter("weight", Layout.SAME, Init.ONES, 4))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("parameter a.weight has shape [3], asked for with shape [4]");
    }
  }

  @ParameterizedTest
  @EnumSource(Layout.class)
  void layout_thereAndBack_isTheSame(Layout layout) {
    List<Integer> shape =
        switch (layout) {
          case SAME -> List.of(7);
          case CONV -> List.of(2, 3, 4, 5);
          case DEPTHWISE -> List.of(5, 1, 3, 4);
          case LINEAR -> List.of(3, 4);
        };
    float[] values = new float[shape.stream().reduce(1, (a, b) -> a * b)];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }

    assertThat(layout.toPyTorch(layout.toTensorFlow(values, shape), shape)).isEqualTo(values);
  }

  @Test
  void layout_conv_movesFiltersLast() {
    List<Integer> shape = List.of(2, 3, 4, 5);
    float[] values = new float[120];
    values[60 + 2 * 20 + 3 * 5 + 4] = 1; // filter 1, channel 2, row 3, column 4

    float[] moved = Layout.CONV.toTensorFlow(values, shape);

    assertThat(Layout.CONV.toTensorFlow(shape)).containsExactly(4, 5, 3, 2);
    assertThat(moved[3 * 30 + 4 * 6 + 2 * 2 + 1]).isEqualTo(1);
  }
}
