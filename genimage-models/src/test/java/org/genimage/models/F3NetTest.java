package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.genimage.data.Seed;
import org.genimage.models.nn.Mode;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Parameter;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class F3NetTest {

  @Nested
  class Mix implements F3NetContract, NetworkContract {

    @Override
    public F3NetVariant variant() {
      return F3NetVariant.MIX;
    }

    @Override
    public String folder() {
      return "f3net";
    }

    @Override
    public double preprocessedLogitTolerance() {
      return 3e-3;
    }
  }

  @Nested
  class MixTwoLogits implements F3NetContract {

    @Override
    public F3NetVariant variant() {
      return F3NetVariant.MIX;
    }

    @Override
    public String folder() {
      return "f3net_2";
    }

    @Override
    public Head head() {
      return Head.NATURE_AI;
    }
  }

  @Nested
  class Fad implements F3NetContract {

    @Override
    public F3NetVariant variant() {
      return F3NetVariant.FAD;
    }

    @Override
    public String folder() {
      return "f3net_fad";
    }
  }

  @Nested
  class Lfs implements F3NetContract {

    @Override
    public F3NetVariant variant() {
      return F3NetVariant.LFS;
    }

    @Override
    public String folder() {
      return "f3net_lfs";
    }
  }

  @Nested
  class Both implements F3NetContract {

    @Override
    public F3NetVariant variant() {
      return F3NetVariant.BOTH;
    }

    @Override
    public String folder() {
      return "f3net_both";
    }
  }

  /** Values of the authors' code. */
  @Test
  void heads_wavesAndNothingLearnt_areTheAuthors() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> images =
          tf.constant(Shape.of(1, 299, 299, 3), DataBuffers.of(waves(), true, false));
      // Without weights everything learnt is 0.
      ModelScope scope =
          ModelScope.root(tf, Mode.DIFFERENTIABLE, new WeightConstants(Weights.of(Map.of())));
      F3Net network = new F3Net(F3NetVariant.MIX, 1);
      var fad = network.decomposition(scope.at("fad_head"), images);
      var lfs = network.localStatistics(scope.at("lfs_head"), images);
      try (Session session = new Session(graph);
          var result = session.runner().fetch(fad).fetch(lfs).run()) {
        assertThat(at((TFloat32) result.get(0), 100, 50))
            .containsExactly(
                new double[] {
                  -.568438, .174946, -.09236, .030131, .494149, 1.011814, -.003703, -.016684,
                  -.006866, -.542013, .652402, .91257
                },
                within(2e-5));
        assertThat(at((TFloat32) result.get(1), 70, 80))
            .containsExactly(
                new double[] {1.171, .16006, -.9409, -2.0897, -2.55737, -3.32106}, within(2e-2));
        assertThat(at((TFloat32) result.get(1), 0, 0))
            .containsExactly(
                new double[] {2.13967, 1.26093, .96371, .48762, .42797, .59032}, within(2e-4));
      }
    }
  }

  private static float[] waves() {
    float[] values = new float[299 * 299 * 3];
    for (int i = 0; i < values.length; i++) {
      int row = i / 3 / 299;
      int column = i / 3 % 299;
      values[i] = (float) Math.sin(0.1 * column + 0.05 * row * (i % 3 + 1));
    }
    return values;
  }

  private static double[] at(TFloat32 features, long row, long column) {
    double[] values = new double[(int) features.shape().get(3)];
    for (int channel = 0; channel < values.length; channel++) {
      values[channel] = features.getFloat(0, row, column, channel);
    }
    return values;
  }

  @Test
  void firstKernel_isOneForThreeChannelsRepeated() {
    Parameter first =
        Detectors.f3Net().entries().stream()
            .filter(entry -> entry.key().equals("fad_excep.conv1.weight"))
            .findFirst()
            .orElseThrow();
    float[] kernel = first.init().values(Seed.of(1), first.key(), first.shape());
    assertThat(first.shape()).containsExactly(32, 12, 3, 3);
    for (int filter = 0; filter < 32; filter++) {
      for (int i = 27; i < 108; i++) {
        assertThat(kernel[108 * filter + i]).isEqualTo(kernel[108 * filter + i % 27]);
      }
    }
    assertThat(kernel[0]).isNotEqualTo(kernel[9]).isNotEqualTo(kernel[108]);
  }
}
