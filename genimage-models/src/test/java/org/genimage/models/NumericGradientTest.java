package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
import org.genimage.models.nn.Shapes;
import org.genimage.models.nn.Transformers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.ndarray.Shape;

/**
 * The gradient of every layer that pads, gathers, rolls, normalises, or goes through a transform or
 * a Gram product, by its input and by every parameter, against differences of its outputs.
 */
class NumericGradientTest {

  /** Places of a tensor whose slope is measured, besides the steepest. */
  private static final int PLACES = 10;

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
      Slopes.Layer layer,
      UnaryOperator<float[]> values,
      double step,
      double tolerance) {

    static Case of(String name, Graphs mode, Shape shape, Slopes.Layer layer) {
      return new Case(name, mode, shape, layer, UnaryOperator.identity(), 2e-2, 1e-3);
    }

    static Case of(String name, Shape shape, Slopes.Layer layer) {
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
    float[] input = tested.values().apply(Slopes.normal(random, (int) tested.shape().size()));
    try (Slopes slopes = new Slopes(tested.mode(), tested.shape(), tested.layer(), random)) {
      Map<String, float[]> at = slopes.start(input, random);
      float[] gradient = slopes.gradients(at).get(Slopes.INPUT);
      double allowed = tested.tolerance() * Math.abs(gradient[Slopes.steepest(gradient)]);
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
    float[] input = tested.values().apply(Slopes.normal(random, (int) tested.shape().size()));
    try (Slopes slopes = new Slopes(tested.mode(), tested.shape(), tested.layer(), random)) {
      Map<String, float[]> at = slopes.start(input, random);
      Map<String, float[]> gradients = slopes.gradients(at);
      for (Map.Entry<String, float[]> item : gradients.entrySet()) {
        float[] gradient = item.getValue();
        int steepest = Slopes.steepest(gradient);
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
}
