package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.genimage.data.Label;
import org.genimage.data.Seed;
import org.genimage.data.image.Pixels;
import org.genimage.data.reference.ReferenceArray;
import org.genimage.data.reference.ReferenceData;
import org.genimage.data.reference.ReferenceInput;
import org.genimage.models.internal.SessionSettings;
import org.genimage.models.internal.WeightConstants;
import org.genimage.models.networks.F3Net;
import org.genimage.models.networks.F3NetVariant;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Parameter;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class F3NetTest {

  @Nested
  class Mix implements F3NetContract, PublishedNetworkContract {

    @Override
    public F3NetVariant variant() {
      return F3NetVariant.MIX;
    }

    @Override
    public String folder() {
      return "f3net";
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
      ModelScope scope = Graphs.PLAIN_GRADIENTS.root(tf, new WeightConstants(Weights.of(Map.of())));
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

  /** Numbers of ones in the filters of both implementations. */
  @ParameterizedTest
  @CsvSource({
    "MIX, 189 551 44407 89400 9 18 36 21 12 3",
    "BOTH, 5778 5654 78226 89401 10 18 36 30 12 3",
  })
  void bands_haveAsManyOnesAsTheAuthors(F3NetVariant variant, String expected) {
    List<Integer> ones = new ArrayList<>();
    List<Integer> counts = new ArrayList<>();
    for (Parameter entry : Detectors.f3Net(variant, Head.AI_LOGIT).entries()) {
      if (entry.key().endsWith(".base")) {
        ones.add(sum(entry));
      }
      if (entry.key().endsWith(".ft_num")) {
        counts.add(sum(entry));
      }
    }
    assertThat(ones.stream().map(String::valueOf).collect(Collectors.joining(" ")))
        .isEqualTo(expected);
    assertThat(counts).isEqualTo(ones.subList(4, 10));
  }

  private static int sum(Parameter entry) {
    float sum = 0;
    for (float value : entry.init().values(Seed.of(0), entry.key(), entry.shape())) {
      sum += value;
    }
    return Math.round(sum);
  }

  /** Values of the authors' code, weights and image by a hash. */
  @ParameterizedTest
  @CsvSource({
    "MIX, NATURE_AI, -0.413775, -1.873914, 2e-3",
    "FAD, AI_LOGIT, 0, -0.433806, 2e-5",
  })
  void logits_hashedWeights_areTheAuthors(
      F3NetVariant variant, Head head, double nature, double ai, double tolerance) {
    Blueprint detector = Detectors.f3Net(variant, head);
    float[] chw = new float[3 * 299 * 299];
    for (int i = 0; i < chw.length; i++) {
      chw[i] = (float) uniform(i, 9999);
    }
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      float[] hwc = ReferenceInput.toNhwc(chw, 1, 3, 299, 299);
      Operand<TFloat32> image =
          tf.constant(Shape.of(1, 299, 299, 3), DataBuffers.of(hwc, true, false));
      ModelScope scope = Graphs.SCORING.root(tf, new WeightConstants(hashedWeights(detector)));
      var logits = head.byLabel(tf, detector.network().logits(scope, image));
      try (Session session = new Session(graph, SessionSettings.scoring());
          var result = session.runner().fetch(logits).run()) {
        TFloat32 found = (TFloat32) result.get(0);
        assertThat(found.getFloat(0, 0)).isCloseTo((float) nature, within((float) tolerance));
        assertThat(found.getFloat(0, 1)).isCloseTo((float) ai, within((float) tolerance));
      }
    }
  }

  private static Weights hashedWeights(Blueprint detector) {
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    for (Parameter entry : detector.entries()) {
      int number = arrays.size();
      arrays.put(
          entry.key(),
          entry.role().required()
              ? WeightArray.of(entry.shape(), hashed(entry, number))
              : WeightArray.initial(entry, Seed.of(0)));
    }
    return Weights.of(arrays);
  }

  private static float[] hashed(Parameter entry, int number) {
    String name = entry.key().substring(entry.key().lastIndexOf('.') + 1);
    int rank = entry.shape().size();
    double scale = Math.sqrt(3.0 * entry.shape().get(0) / entry.size());
    float[] values = new float[entry.size()];
    for (int i = 0; i < values.length; i++) {
      double u = uniform(i, number);
      values[i] =
          (float)
              (name.contains("gamma")
                  ? u
                  : name.equals("running_var")
                      ? 1 + .5 * u
                      : rank > 1 ? u * scale : name.equals("weight") ? 1 + .1 * u : .1 * u);
    }
    return values;
  }

  /** A hash of two numbers, in [-1, 1). */
  private static double uniform(int i, int k) {
    int h = i * (int) 2654435761L + k * (int) 2246822519L + 374761393;
    for (int round = 0; round < 2; round++) {
      h ^= h >>> 16;
      h *= 0x45d9f3b;
    }
    h ^= h >>> 16;
    return Integer.toUnsignedLong(h) / 0x1p32 * 2 - 1;
  }

  /** Through both transforms, both trunks and the attention between them. */
  @Test
  void lossGradient_smallStepAlongIt_raisesTheLossAsMuch() {
    ReferenceArray images =
        ReferenceData.arrays("models/f3net/input.safetensors").get("conditioned");
    float[] signed = ReferenceInput.toNhwc(images.floats(), images.shape().get(0), 3, 299, 299);
    float[] pixels = new float[299 * 299 * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (signed[i] + 1) / 2;
    }
    try (DifferentiableDetector detector =
        Detectors.f3Net().load(hashedWeights(Detectors.f3Net()))) {
      float[] gradient = detector.lossGradient(image(pixels), List.of(Label.AI)).toArray();
      double norm = 0;
      for (float value : gradient) {
        norm += (double) value * value;
      }
      norm = Math.sqrt(norm);
      double step = 0.003;
      float[] up = new float[pixels.length];
      float[] down = new float[pixels.length];
      for (int i = 0; i < pixels.length; i++) {
        up[i] = (float) (pixels[i] + step * gradient[i] / norm);
        down[i] = (float) (pixels[i] - step * gradient[i] / norm);
      }
      double rise =
          Math.log(detector.score(image(down))[0]) - Math.log(detector.score(image(up))[0]);
      assertThat(rise / (2 * step)).isCloseTo(norm, withinPercentage(3));
    }
  }

  private static Pixels image(float[] pixels) {
    return Pixels.of(1, 299, 299, pixels);
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
