package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.genimage.models.Differences.relative;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.genimage.data.Seed;
import org.genimage.models.internal.SessionSettings;
import org.genimage.models.nn.Activation;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.Layers;
import org.genimage.models.nn.Layout;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Transformers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;

/**
 * Layers and their gradients in training in bfloat16, against TensorFlow's own gradients in 32-bit
 * floats: they are no further off than those of its mixed precision, or than numbers that were
 * rounded twice. A number of bfloat16 is off by at most 2^-9 of itself.
 */
class Bfloat16GradientTest {

  private static final double ROUNDING = Math.scalb(1, -9);

  private static final ConfigProto MIXED =
      SessionSettings.training(false, SessionSettings.MixedPrecision.BFLOAT16, 0);

  /**
   * A layer.
   *
   * @param name what a failure is called
   * @param shape of the input
   * @param lowers whether it computes in bfloat16
   */
  private record Case(String name, Shape shape, boolean lowers, Slopes.Layer layer) {

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() {
    Shape tokens = Shape.of(4, 9, 32);
    Shape odd = Shape.of(3, 9, 33);
    Shape images = Shape.of(2, 12, 12, 3);
    return Stream.of(
        new Case("linear", tokens, true, (scope, x) -> Transformers.linear(scope.at("a"), x, 48)),
        new Case(
            "linear without bias",
            tokens,
            true,
            (scope, x) -> Transformers.projection(scope.at("a"), x, 48)),
        new Case("MLP", tokens, true, (scope, x) -> Transformers.mlp(scope.at("a"), x)),
        new Case(
            "MLP of CLIP",
            tokens,
            true,
            (scope, x) -> Transformers.mlp(scope.at("a"), x, Activation.QUICK_GELU)),
        new Case(
            "attention",
            tokens,
            true,
            (scope, x) -> Transformers.selfAttention(scope.at("a"), x, 4, Optional.empty())),
        new Case(
            "attention with a bias for all",
            tokens,
            true,
            (scope, x) ->
                Transformers.selfAttention(scope.at("a"), x, 4, Optional.of(bias(scope, 1, 4)))),
        new Case(
            "attention with biases of two groups",
            tokens,
            true,
            (scope, x) ->
                Transformers.selfAttention(scope.at("a"), x, 4, Optional.of(bias(scope, 2, 4)))),
        new Case(
            "layer norm",
            tokens,
            false,
            (scope, x) -> Transformers.layerNorm(scope.at("a"), x, 1e-5)),
        new Case(
            "block of a transformer",
            tokens,
            true,
            (scope, x) -> {
              var normal = Transformers.layerNorm(scope.at("norm1"), x, 1e-5);
              var a = Transformers.selfAttention(scope.at("a"), normal, 4, Optional.empty());
              var sum = Layers.add(scope, x, a);
              var mlp =
                  Transformers.mlp(
                      scope.at("b"), Transformers.layerNorm(scope.at("norm2"), sum, 1e-5));
              return Layers.add(scope, sum, mlp);
            }),
        new Case("odd sides", odd, true, (scope, x) -> Transformers.linear(scope.at("a"), x, 47)),
        new Case(
            "odd sides without bias",
            odd,
            true,
            (scope, x) -> Transformers.projection(scope.at("a"), x, 47)),
        new Case("one output", odd, true, (scope, x) -> Transformers.linear(scope.at("a"), x, 1)),
        new Case("MLP of odd sides", odd, true, (scope, x) -> Transformers.mlp(scope.at("a"), x)),
        new Case(
            "attention of odd heads",
            odd,
            true,
            (scope, x) ->
                Transformers.selfAttention(scope.at("a"), x, 3, Optional.of(bias(scope, 1, 3)))),
        new Case(
            "padded maximum",
            images,
            true,
            (scope, x) -> Layers.maxPool(scope, x, Conv.kernel(3).stride(2))),
        new Case(
            "patches", images, true, (scope, x) -> Transformers.patchEmbedding(scope, x, 4, 24)),
        new Case(
            "padded convolution of three channels",
            images,
            true,
            (scope, x) -> Layers.biasedConv(scope.at("a"), x, 8, Conv.kernel(3))),
        new Case(
            "layers that do not know their gradient's shape",
            Shape.of(2, 9, 9, 3),
            true,
            (scope, x) -> {
              var y = forgotten(scope, Layers.conv(scope.at("1"), x, 5, Conv.kernel(3).stride(2)));
              y = forgotten(scope, Layers.batchNorm(scope.at("bn"), y, Init.ONES));
              y = forgotten(scope, Layers.conv(scope.at("2"), y, 6, Conv.kernel(1)));
              y = forgotten(scope, Layers.depthwiseConv(scope.at("3"), y, Conv.kernel(3)));
              return forgotten(
                  scope, Layers.biasedConv(scope.at("4"), y, 4, Conv.kernel(1).stride(2)));
            }),
        new Case(
            "bottleneck",
            Shape.of(2, 12, 12, 8),
            true,
            (scope, x) -> {
              var y = normalised(scope.at("1"), x, 24, Conv.kernel(1));
              y = normalised(scope.at("2"), Layers.relu(scope, y), 24, Conv.kernel(3).stride(2));
              y = normalised(scope.at("3"), Layers.relu(scope, y), 8, Conv.kernel(1));
              var shortcut = normalised(scope.at("4"), x, 8, Conv.kernel(1).stride(2));
              return Layers.add(scope, y, shortcut);
            }));
  }

  private static Operand<TFloat32> normalised(
      ModelScope scope, Operand<TFloat32> x, int filters, Conv window) {
    return Layers.convBatchNorm(scope.at("conv"), scope.at("bn"), x, filters, window, Init.ONES);
  }

  /** Returns x, whose gradient has a rank that is not known. */
  private static Operand<TFloat32> forgotten(ModelScope scope, Operand<TFloat32> x) {
    Ops tf = scope.tf();
    return scope
        .kernels()
        .register(
            tf.identity(x),
            List.of(x),
            up -> {
              var shape = tf.placeholderWithDefault(tf.shape(up), Shape.of(-1));
              return List.of(tf.reshape(up, shape));
            });
  }

  private static Operand<TFloat32> bias(ModelScope scope, int groups, int heads) {
    var table = scope.parameter("bias", Layout.SAME, Init.ONES, groups * heads, 81);
    return scope.tf().reshape(table, scope.tf().array(groups, heads, 81));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void outputsAndGradients_areNearThoseOf32BitFloats(Case tested) {
    assumeTrue(Graphs.BFLOAT16_TRAINING.isAvailable(), "kernels for bfloat16");
    try (Slopes low = slopes(Graphs.BFLOAT16_TRAINING, ConfigProto.getDefaultInstance(), tested);
        Slopes peer = slopes(Graphs.PLAIN_TRAINING, MIXED, tested);
        Slopes whole = slopes(Graphs.PLAIN_TRAINING, ConfigProto.getDefaultInstance(), tested)) {
      RandomGenerator random = Seed.of(8).random();
      float[] input = rounded(Slopes.normal(random, (int) tested.shape().size()));
      Map<String, float[]> at = onBothSidesOfZero(whole.start(input, random));
      assertNear("outputs", tested, low.outputs(at), peer.outputs(at), whole.outputs(at));
      Map<String, float[]> expected = whole.gradients(at);
      Map<String, float[]> found = low.gradients(at);
      Map<String, float[]> others = peer.gradients(at);
      double least = whole.least(expected);
      expected.forEach(
          (key, gradient) -> {
            if (Math.abs(gradient[Slopes.steepest(gradient)]) > least) {
              assertNear(key, tested, found.get(key), others.get(key), gradient);
            }
          });
    }
  }

  /** TensorFlow's own gradient of explicit padding adds up in bfloat16, and is ten times as far. */
  @Test
  void depthwiseConvolution_padded_addsUpIn32Bits() {
    assumeTrue(Graphs.BFLOAT16_TRAINING.isAvailable(), "kernels for bfloat16");
    Conv window = Conv.kernel(3).stride(2);
    Case tested =
        new Case(
            "padded depthwise convolution",
            Shape.of(2, 40, 41, 6),
            true,
            (scope, x) ->
                scope
                    .kernels()
                    .depthwiseConv(x, Layers.depthwiseKernel(scope.at("a"), 12, 3), window));
    ConfigProto config = ConfigProto.getDefaultInstance();
    try (Slopes low = slopes(Graphs.BFLOAT16_TRAINING, config, tested);
        Slopes whole = slopes(Graphs.PLAIN_TRAINING, config, tested)) {
      RandomGenerator random = Seed.of(8).random();
      float[] input = rounded(Slopes.normal(random, (int) tested.shape().size()));
      Map<String, float[]> at = onBothSidesOfZero(whole.start(input, random));
      Map<String, float[]> found = low.gradients(at);
      whole
          .gradients(at)
          .forEach(
              (key, gradient) ->
                  assertThat(relative(found.get(key), gradient)).as(key).isLessThan(2 * ROUNDING));
    }
  }

  /** Rounding must not decide which of two numbers is the larger one. */
  private static float[] rounded(float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat(Float.floatToRawIntBits(values[i]) & 0xFFFF0000);
    }
    return values;
  }

  /** Numbers with a large mean would hide how far the others are off. */
  private static Map<String, float[]> onBothSidesOfZero(Map<String, float[]> start) {
    start.forEach(
        (key, values) -> {
          if (!key.equals(Slopes.INPUT)) {
            for (int i = 0; i < values.length; i++) {
              values[i] -= 0.2f;
            }
          }
        });
    return start;
  }

  private static void assertNear(
      String name, Case tested, float[] found, float[] peer, float[] expected) {
    double rounded = tested.lowers() ? 2 * ROUNDING : 0;
    double allowed = Math.max(rounded, 2 * relative(peer, expected)) + 1e-6;
    assertThat(relative(found, expected)).as(name).isLessThan(allowed);
  }

  private static Slopes slopes(Graphs mode, ConfigProto config, Case tested) {
    return new Slopes(mode, config, tested.shape(), tested.layer(), Seed.of(7).random());
  }
}
