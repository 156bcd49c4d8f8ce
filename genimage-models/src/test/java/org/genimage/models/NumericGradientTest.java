package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.common.primitives.Longs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.genimage.data.Seed;
import org.genimage.data.reference.ReferenceArray;
import org.genimage.data.reference.ReferenceData;
import org.genimage.data.reference.ReferenceInput;
import org.genimage.models.networks.F3Net;
import org.genimage.models.networks.F3NetVariant;
import org.genimage.models.networks.FerretNet;
import org.genimage.models.networks.GramNet;
import org.genimage.models.networks.Npr;
import org.genimage.models.networks.Residuals;
import org.genimage.models.networks.Safe;
import org.genimage.models.networks.Spec;
import org.genimage.models.networks.SwinTransformer;
import org.genimage.models.networks.VisionTransformer;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.Dct;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.Layers;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Parameter;
import org.genimage.models.nn.Shapes;
import org.genimage.models.nn.TrainableVariables;
import org.genimage.models.nn.Transformers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * The gradient of every layer that pads, gathers, rolls, normalises, or goes through a transform or
 * a Gram product, by its input and by every parameter, against differences of its outputs.
 */
class NumericGradientTest {

  /** Places of a tensor whose slope is measured, besides the steepest. */
  private static final int PLACES = 10;

  private interface Layer {
    Operand<TFloat32> of(ModelScope scope, Operand<TFloat32> x);
  }

  /**
   * A layer and where its slope is measured.
   *
   * @param name what a failure is called
   * @param shape of the input
   * @param values draws the input
   * @param step between the values whose outputs are compared
   * @param tolerance relative to the largest slope of the same tensor
   */
  private record Case(
      String name,
      Graphs mode,
      Shape shape,
      Layer layer,
      UnaryOperator<float[]> values,
      double step,
      double tolerance) {

    static Case of(String name, Graphs mode, Shape shape, Layer layer) {
      return new Case(name, mode, shape, layer, UnaryOperator.identity(), 2e-2, 1e-3);
    }

    static Case of(String name, Shape shape, Layer layer) {
      return of(name, Graphs.TRAINING, shape, layer);
    }

    Case values(UnaryOperator<float[]> change) {
      return new Case(name, mode, shape, layer, change, step, tolerance);
    }

    Case step(double length, double allowed) {
      return new Case(name, mode, shape, layer, values, length, allowed);
    }

    @Override
    public String toString() {
      return name + ", " + mode;
    }
  }

  static Stream<Case> cases() {
    List<Case> cases = new ArrayList<>();
    Shape images = Shape.of(2, 9, 9, 3);
    Map<String, Conv> windows = new LinkedHashMap<>();
    windows.put("3x3", Conv.kernel(3));
    windows.put("3x3 by 2", Conv.kernel(3).stride(2));
    windows.put("3x3 by 2 without padding", Conv.kernel(3).stride(2).padding(0));
    windows.put("7x7 by 2", Conv.kernel(7).stride(2));
    windows.put("1x1 by 2", Conv.kernel(1).stride(2));
    windows.put("4x4 by 2 padded by 1", new Conv(4, 2, 1));
    for (Graphs mode : List.of(Graphs.TRAINING, Graphs.PLAIN_TRAINING, Graphs.PLAIN_GRADIENTS)) {
      windows.forEach(
          (name, window) ->
              cases.add(
                  Case.of(
                      "convolution " + name,
                      mode,
                      images,
                      (scope, x) -> Layers.biasedConv(scope.at("conv"), x, 4, window))));
      cases.add(
          Case.of(
              "batch norm",
              mode,
              images,
              (scope, x) -> Layers.batchNorm(scope.at("bn"), x, Init.ONES)));
      cases.add(
          Case.of(
              "convolution and batch norm",
              mode,
              images,
              (scope, x) ->
                  Layers.convBatchNorm(
                      scope.at("conv"),
                      scope.at("bn"),
                      x,
                      4,
                      Conv.kernel(3).stride(2),
                      Init.ONES)));
      cases.add(
          Case.of(
              "convolution with bias and batch norm",
              mode,
              images,
              (scope, x) ->
                  Layers.biasedConvBatchNorm(
                      scope.at("conv"),
                      scope.at("bn"),
                      x,
                      4,
                      Conv.kernel(1).stride(2),
                      Init.ONES)));
      cases.add(
          Case.of(
              "separable convolution, two filters a channel, by 2, dense and dilated",
              mode,
              images,
              (scope, x) ->
                  Layers.separableConvBatchNorm(
                      scope.at("point"),
                      scope.at("bn"),
                      x,
                      Layers.depthwiseKernel(scope.at("dense"), 6, 3)
                          .spread(1, 5)
                          .plus(Layers.depthwiseKernel(scope.at("dilated"), 6, 3).spread(2, 5)),
                      4,
                      Conv.kernel(5).stride(2),
                      Init.ONES)));
    }
    cases.add(
        Case.of(
                "max-pool of negative values, padded",
                images,
                (scope, x) -> Layers.maxPool(scope, x, Conv.kernel(3).stride(2)))
            .values(NumericGradientTest::spread));
    cases.add(
        Case.of(
            "depthwise convolution",
            images,
            (scope, x) -> Layers.biasedDepthwiseConv(scope.at("conv"), x, Conv.kernel(3))));
    cases.add(
        Case.of("mean over positions", images, (scope, x) -> Layers.globalAveragePool(scope, x)));
    cases.add(Case.of("linear", Shape.of(3, 5), (scope, x) -> Layers.linear(scope.at("fc"), x, 4)));
    Shape tokens = Shape.of(2, 6, 8);
    for (double epsilon : new double[] {1e-5, 1e-6}) {
      cases.add(
          Case.of(
              "layer norm " + epsilon,
              tokens,
              (scope, x) -> Transformers.layerNorm(scope.at("norm"), x, epsilon)));
    }
    cases.add(
        Case.of(
            "layer norm of images",
            Shape.of(2, 3, 2, 8),
            (scope, x) -> Transformers.layerNorm(scope.at("norm"), x, 1e-5)));
    cases.add(Case.of("GELU", tokens, Transformers::gelu));
    cases.add(Case.of("MLP", tokens, (scope, x) -> Transformers.mlp(scope.at("mlp"), x)));
    cases.add(
        Case.of(
            "self-attention",
            tokens,
            (scope, x) -> Transformers.selfAttention(scope.at("attn"), x, 2, Optional.empty())));
    cases.add(
        Case.of(
            "patches",
            Shape.of(2, 8, 12, 3),
            (scope, x) -> Transformers.patchEmbedding(scope.at("embed"), x, 4, 5)));
    cases.add(
        Case.of(
            "class token and positions",
            Shape.of(2, 8, 8, 3),
            new VisionTransformer(4, 8, 1, 2, 2)::logits));
    // 8x8 tokens in windows of 4x4, moved by 2 in the second block; merged; one window.
    cases.add(
        Case.of(
            "windows, shift, mask, position bias and merging",
            Shape.of(2, 16, 16, 3),
            new SwinTransformer(2, 4, List.of(2, 2), List.of(1, 2), 4, 2)::logits));
    cases.add(
        Case.of(
            "DCT and its inverse",
            Shape.of(2, 3, 12, 12),
            (scope, x) -> {
              var dct = Layers.constant(scope.tf(), List.of(12, 12), Dct.matrix(12));
              var spectrum = scope.tf().math.square(Dct.transform(scope.tf(), x, dct));
              return Dct.inverse(scope.tf(), spectrum, dct);
            }));
    cases.add(
        Case.of(
            "frequency-aware decomposition",
            Shape.of(1, 32, 32, 3),
            (scope, x) -> new F3Net(F3NetVariant.MIX, 1).decomposition(scope.at("fad_head"), x)));
    cases.add(
        Case.of(
            "MixBlock",
            Graphs.PLAIN_GRADIENTS,
            Shape.of(2, 5, 5, 6),
            (scope, x) -> {
              var halves = scope.tf().split(scope.tf().constant(3), x, 2L).output();
              var mixed =
                  F3Net.mix(scope.at("mix"), new F3Net.Streams(halves.get(0), halves.get(1)));
              return scope.tf().concat(List.of(mixed.fad(), mixed.lfs()), scope.tf().constant(3));
            }));
    cases.add(Case.of("Gram product", images, (scope, x) -> GramNet.gram(scope.at("gram"), x)));
    cases.add(
        Case.of(
                "log spectrum between percentiles",
                Shape.of(1, 12, 12, 3),
                (scope, x) -> Spec.spectrum(scope.tf(), x, true))
            .values(NumericGradientTest::pixels)
            .step(5e-4, 1e-2));
    return cases.stream();
  }

  /** What SAFE, NPR and FerretNet see of images, on even and odd numbers of rows and columns. */
  static Stream<Case> frontEnds() {
    List<Case> cases = new ArrayList<>();
    for (Graphs mode : List.of(Graphs.GRADIENTS, Graphs.PLAIN_GRADIENTS)) {
      for (Shape shape : List.of(Shape.of(1, 6, 7, 3), Shape.of(1, 7, 4, 3))) {
        cases.add(Case.of("wavelet band " + shape, mode, shape, Safe::band));
        cases.add(
            Case.of(
                "wavelet band at the images' size " + shape,
                mode,
                shape,
                (scope, x) ->
                    Safe.resized(scope.tf(), Safe.band(scope, x), Shapes.sides(scope.tf(), x))));
        cases.add(
            Case.of(
                    "local median " + shape,
                    mode,
                    shape,
                    (scope, x) -> FerretNet.median(scope.tf(), x))
                .values(NumericGradientTest::aroundZero));
      }
      Shape even = Shape.of(1, 4, 6, 3);
      cases.add(
          Case.of(
              "neighbouring pixel relationships",
              mode,
              even,
              (scope, x) -> Npr.relationships(scope.tf(), x)));
      cases.add(
          Case.of("limited residuals", mode, even, (scope, x) -> Residuals.residuals(scope.tf(), x))
              .values(NumericGradientTest::faint)
              .step(5e-4, 2e-3));
      cases.add(Case.of("means and deviations of channels", mode, even, Residuals::statistics));
    }
    return cases.stream();
  }

  /** Also in the outermost rows and columns, where the wavelet library of SAFE's authors is not. */
  @ParameterizedTest
  @MethodSource("frontEnds")
  void gradient_ofAFrontEnd_equalsDifferencesEverywhere(Case tested) {
    RandomGenerator random = Seed.of(6).random();
    float[] input = tested.values().apply(normal(random, (int) tested.shape().size()));
    try (Slopes slopes = new Slopes(tested.mode(), tested.shape(), tested.layer(), random)) {
      Map<String, float[]> at = slopes.start(input, random);
      float[] gradient = slopes.gradients(at).get(Slopes.INPUT);
      double allowed = tested.tolerance() * Math.abs(gradient[steepest(gradient)]);
      for (int place = 0; place < gradient.length; place++) {
        assertThat((double) gradient[place])
            .as("place %d", place)
            .isCloseTo(slopes.difference(at, Slopes.INPUT, place, tested.step()), within(allowed));
      }
    }
  }

  /** Distinct values on both sides of 0 and away from it, further apart than any step reaches. */
  private static float[] aroundZero(float[] random) {
    float[] values = spread(random);
    for (int i = 0; i < values.length; i++) {
      values[i] += 1.1f + 0.1f * values.length;
    }
    return values;
  }

  /** Small values, which the tangent does not limit. */
  private static float[] faint(float[] random) {
    float[] values = random.clone();
    for (int i = 0; i < values.length; i++) {
      values[i] *= 0.01f;
    }
    return values;
  }

  /** Distinct negative values, further apart than any step reaches. */
  private static float[] spread(float[] random) {
    float[] values = new float[random.length];
    for (int i = 0; i < values.length; i++) {
      int rank = 0;
      for (float other : random) {
        rank += other < random[i] ? 1 : 0;
      }
      values[i] = -1 - 0.2f * rank;
    }
    return values;
  }

  private static float[] pixels(float[] random) {
    float[] values = new float[random.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.5 + 0.4 * Math.tanh(random[i]));
    }
    return values;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradient_equalsDifferences(Case tested) {
    RandomGenerator random = Seed.of(5).random();
    float[] input = tested.values().apply(normal(random, (int) tested.shape().size()));
    try (Slopes slopes = new Slopes(tested.mode(), tested.shape(), tested.layer(), random)) {
      Map<String, float[]> at = slopes.start(input, random);
      Map<String, float[]> gradients = slopes.gradients(at);
      for (Map.Entry<String, float[]> item : gradients.entrySet()) {
        float[] gradient = item.getValue();
        int steepest = steepest(gradient);
        double allowed =
            tested.tolerance() * Math.max(Math.abs(gradient[steepest]), slopes.least(gradients));
        for (int k = 0; k <= PLACES; k++) {
          int place = k == 0 ? steepest : random.nextInt(gradient.length);
          assertThat((double) gradient[place])
              .as("%s[%d]", item.getKey(), place)
              .isCloseTo(
                  slopes.difference(at, item.getKey(), place, tested.step()), within(allowed));
        }
      }
    }
  }

  /**
   * Local frequency statistics take logarithms of single coefficients, so the image has to keep all
   * of them away from 0, as this one does; the slope is measured over a third of it at a time.
   */
  @Test
  @Tag("reference")
  void gradient_ofLocalFrequencyStatistics_equalsDifferences() {
    ReferenceArray images =
        ReferenceData.arrays("models/f3net/input.safetensors").get("conditioned");
    int side = images.shape().get(2);
    float[] image =
        ReferenceInput.toNhwc(Arrays.copyOf(images.floats(), 3 * side * side), 1, 3, side, side);
    RandomGenerator random = Seed.of(5).random();
    try (Slopes slopes =
        new Slopes(
            Graphs.TRAINING,
            Shape.of(1, side, side, 3),
            (scope, x) -> new F3Net(F3NetVariant.MIX, 1).localStatistics(scope.at("lfs_head"), x),
            random)) {
      Map<String, float[]> at = slopes.start(image, random);
      float[] gradient = slopes.gradients(at).get(Slopes.INPUT);
      for (int third = 0; third < 3; third++) {
        float[] direction = new float[image.length];
        double expected = 0;
        for (int i = 0; i < image.length; i++) {
          if (i / 3 / side * 3 / side == third) {
            direction[i] = Math.signum(gradient[i]);
            expected += Math.abs(gradient[i]);
          }
        }
        assertThat(slopes.along(at, Slopes.INPUT, direction, 1e-5))
            .as("third %d", third)
            .isCloseTo(expected, within(5e-3 * expected));
      }
    }
  }

  private static float[] normal(RandomGenerator random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static int steepest(float[] gradient) {
    int steepest = 0;
    for (int i = 1; i < gradient.length; i++) {
      if (Math.abs(gradient[i]) > Math.abs(gradient[steepest])) {
        steepest = i;
      }
    }
    return steepest;
  }

  /** A layer's outputs, weighed at random and summed, as a function of its input and parameters. */
  private static final class Slopes implements AutoCloseable {

    static final String INPUT = "input";

    private final Graph graph = new Graph();
    private final Session session;
    private final TrainableVariables variables = new TrainableVariables();
    private final Shape shape;
    private final Placeholder<TFloat32> input;
    private final Operand<TFloat32> outputs;
    private final float[] weights;
    private final List<Operand<TFloat32>> gradients;

    Slopes(Graphs mode, Shape shape, Layer layer, RandomGenerator random) {
      this.shape = shape;
      Ops tf = Ops.create(graph);
      input = tf.withName(INPUT).placeholder(TFloat32.class, Placeholder.shape(shape));
      ModelScope scope = mode.root(tf, variables);
      outputs = layer.of(scope, input);
      weights = normal(random, (int) outputs.shape().size());
      List<Integer> sides =
          Longs.asList(outputs.shape().asArray()).stream().map(Long::intValue).toList();
      Operand<TFloat32> weighed = tf.math.mul(outputs, Layers.constant(tf, sides, weights));
      Operand<TFloat32> sum = tf.sum(tf.reshape(weighed, tf.array(-1)), tf.constant(0));
      List<Operand<TFloat32>> places = new ArrayList<>(List.of(input));
      places.addAll(variables.values(variables.trained()));
      gradients = scope.kernels().gradients().of(graph, tf, sum, places);
      session = new Session(graph);
    }

    /** Returns the input and what the parameters are, none of them as neutral as at first. */
    Map<String, float[]> start(float[] image, RandomGenerator random) {
      Map<String, float[]> values = new LinkedHashMap<>(Map.of(INPUT, image));
      for (Parameter entry : variables.entries()) {
        if (entry.role().required()) {
          float[] first = entry.init().values(Seed.of(1), entry.key(), entry.shape());
          for (int i = 0; i < first.length; i++) {
            first[i] += 0.4f * random.nextFloat();
          }
          values.put(entry.key(), first);
        }
      }
      return values;
    }

    Map<String, float[]> gradients(Map<String, float[]> at) {
      List<Parameter> trained = variables.trained();
      List<float[]> found = run(at, gradients);
      Map<String, float[]> result = new LinkedHashMap<>(Map.of(INPUT, found.get(0)));
      for (int i = 0; i < trained.size(); i++) {
        Parameter entry = trained.get(i);
        result.put(entry.key(), entry.layout().toPyTorch(found.get(i + 1), entry.shape()));
      }
      return result;
    }

    /** A tensor whose slopes all vanish, such as a bias before a batch norm, has rounding left. */
    double least(Map<String, float[]> slopes) {
      return 0.05
          * slopes.values().stream()
              .mapToDouble(slope -> Math.abs(slope[steepest(slope)]))
              .max()
              .orElseThrow();
    }

    double difference(Map<String, float[]> at, String key, int place, double step) {
      float[] direction = new float[at.get(key).length];
      direction[place] = 1;
      return along(at, key, direction, step);
    }

    /** Returns the slope by four values of the function, exact for polynomials of degree four. */
    double along(Map<String, float[]> at, String key, float[] direction, double step) {
      double near = value(at, key, direction, step) - value(at, key, direction, -step);
      double far = value(at, key, direction, 2 * step) - value(at, key, direction, -2 * step);
      return (8 * near - far) / (12 * step);
    }

    private double value(Map<String, float[]> at, String key, float[] direction, double step) {
      float[] moved = at.get(key).clone();
      for (int i = 0; i < moved.length; i++) {
        moved[i] += (float) (step * direction[i]);
      }
      Map<String, float[]> there = new LinkedHashMap<>(at);
      there.put(key, moved);
      float[] values = run(there, List.of(outputs)).get(0);
      double sum = 0;
      for (int i = 0; i < values.length; i++) {
        sum += weights[i] * (double) values[i];
      }
      return sum;
    }

    private List<float[]> run(Map<String, float[]> at, List<Operand<TFloat32>> fetched) {
      variables.load(session, entry -> at.get(entry.key()));
      Session.Runner runner = session.runner();
      fetched.forEach(runner::fetch);
      List<float[]> found = new ArrayList<>();
      try (TFloat32 image = TFloat32.tensorOf(shape, DataBuffers.of(at.get(INPUT), true, false));
          var result = runner.feed(input, image).run()) {
        for (int i = 0; i < fetched.size(); i++) {
          float[] values = new float[Math.toIntExact(result.get(i).size())];
          ((TFloat32) result.get(i)).copyTo(DataBuffers.of(values));
          found.add(values);
        }
      }
      return found;
    }

    @Override
    public void close() {
      session.close();
      graph.close();
    }
  }
}
