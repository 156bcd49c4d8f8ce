package org.genimage.eval.explanation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.genimage.models.nn.Conv.kernel;
import static org.genimage.models.nn.Layers.conv;
import static org.genimage.models.nn.Layers.globalAveragePool;
import static org.genimage.models.nn.Layers.linear;
import static org.genimage.models.nn.Layers.relu;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.genimage.data.GenImage;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Progress;
import org.genimage.data.Seed;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.simulation.SimulatedGenImage;
import org.genimage.eval.Fakes;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.DifferentiableDetector;
import org.genimage.models.Head;
import org.genimage.models.InputContract;
import org.genimage.models.Resize;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * Maps of a network that knows one trace, on simulated natural images with that trace pasted in.
 */
class ExplanationTest {

  private static final int SIDE = 96;
  private static final int SQUARE = 32;
  private static final int LEFT = 50;
  private static final int TOP = 13;
  private static final float AMPLITUDE = 8;

  private static final Blueprint BLUEPRINT =
      new Blueprint(
          "Lattice", new Filters(2), InputContract.of(new Resize.None(), SIDE), Head.NATURE_AI);

  @TempDir private static Path folder;

  private static List<Image> natural;

  /** Filters of 3 x 3 pixels, the mean of their positive answers, and a sum of these. */
  private record Filters(int filters) implements Network {
    @Override
    public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) { // [N, 96, 96, 3]
      var x = relu(scope, conv(scope.at("conv"), images, filters, kernel(3)));
      return linear(scope.at("fc"), globalAveragePool(scope, x), 2); // [N, 2]: nature, ai
    }
  }

  /** Weights that answer to a chequered lattice of period 2, whatever its phase. */
  private static Weights lattice() {
    float[] conv = new float[2 * 3 * 9]; // [out, in, 3, 3]
    for (int i = 0; i < conv.length; i++) {
      int sign = i / 27 == 0 ? 1 : -1;
      int row = i % 9 / 3;
      int column = i % 3;
      conv[i] = sign * (1 - Math.abs(row - 1) / 2f) * (1 - Math.abs(column - 1) / 2f);
      conv[i] *= (row + column) % 2 == 0 ? 1 : -1;
    }
    return Weights.of(
        Map.of(
            "conv.weight", WeightArray.of(List.of(2, 3, 3, 3), conv),
            "fc.weight", WeightArray.of(List.of(2, 2), new float[] {0, 0, 40, 40}),
            "fc.bias", WeightArray.of(List.of(2), new float[] {0, -1})));
  }

  private static Weights random() {
    RandomGenerator random = Seed.of(3).random();
    float[] conv = new float[2 * 3 * 9];
    for (int i = 0; i < conv.length; i++) {
      conv[i] = (float) random.nextGaussian();
    }
    return lattice()
        .overlaid(Weights.of(Map.of("conv.weight", WeightArray.of(List.of(2, 3, 3, 3), conv))));
  }

  @BeforeAll
  static void render() {
    SimulatedGenImage.seeded(5)
        .imageSize(SIDE)
        .generators(List.of(Generator.ADM))
        .train(0)
        .validation(4)
        .writeTo(folder.resolve("images"), Progress.NONE);
    ImageDataset images = GenImage.open(folder.resolve("images")).validation();
    natural = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      if (images.sample(i).label() == Label.NATURE) {
        natural.add(BLUEPRINT.input().prepare(images.sample(i).image()));
      }
    }
    assertThat(natural).hasSize(4);
  }

  private static Image withLattice(Image image) {
    byte[] rgb = image.toArray();
    for (int y = TOP; y < TOP + SQUARE; y++) {
      for (int x = LEFT; x < LEFT + SQUARE; x++) {
        for (int c = 0; c < 3; c++) {
          int at = 3 * (y * SIDE + x) + c;
          float value = (rgb[at] & 0xff) + ((x + y) % 2 == 0 ? AMPLITUDE : -AMPLITUDE);
          rgb[at] = (byte) Math.max(0, Math.min(255, Math.round(value)));
        }
      }
    }
    return Image.of(SIDE, SIDE, rgb);
  }

  static List<Explainer> explainers() {
    return List.of(
        Explainers.occlusion(),
        Explainers.occlusion().fill(Fill.MEAN),
        Explainers.integratedGradients());
  }

  /** The pointing game: the strongest pixel of every map lies where the trace is. */
  @ParameterizedTest
  @MethodSource("explainers")
  void map_tracePastedIntoANaturalImage_isFoundThere(Explainer explainer) {
    try (DifferentiableDetector detector = BLUEPRINT.load(lattice())) {
      for (Image image : natural) {
        Explanation explanation = explainer.explain(detector, withLattice(image));
        int best = strongest(explanation.map());
        assertThat(best % SIDE).isBetween(LEFT, LEFT + SQUARE - 1);
        assertThat(best / SIDE).isBetween(TOP, TOP + SQUARE - 1);
      }
    }
  }

  /** What the map names matters: hiding it first harms more than showing it last. */
  @ParameterizedTest
  @MethodSource("explainers")
  void curves_ofAGoodMap_fallFastAndRiseFast(Explainer explainer) {
    try (DifferentiableDetector detector = BLUEPRINT.load(lattice())) {
      Explanation explanation = explainer.explain(detector, withLattice(natural.get(0)));
      PixelCurve deletion = PixelCurve.deletion(detector, explanation, Fill.BLUR, 8);
      PixelCurve insertion = PixelCurve.insertion(detector, explanation, Fill.BLUR, 8);
      double whole = deletion.margins().get(0);
      double none = deletion.margins().get(8);
      assertThat(deletion.margins()).hasSize(9);
      assertThat(insertion.margins().get(8)).isCloseTo(whole, within(1e-4));
      assertThat(insertion.margins().get(0)).isCloseTo(none, within(1e-4));
      // This network adds up what it sees, so an order by chance gives half of the way.
      double chance = (whole + none) / 2;
      assertThat(deletion.area()).isLessThan(chance - 0.02 * (whole - none));
      assertThat(insertion.area()).isGreaterThan(chance + 0.02 * (whole - none));
      Explanation wrong = negated(explanation);
      assertThat(PixelCurve.deletion(detector, wrong, Fill.BLUR, 8).area())
          .isGreaterThan(chance + 0.02 * (whole - none));
    }
  }

  private static Explanation negated(Explanation one) {
    float[] map = one.map();
    for (int i = 0; i < map.length; i++) {
      map[i] = -map[i];
    }
    return new Explanation(one.view(), map, one.score(), "", "", 1, one.time());
  }

  /** The sanity check of Adebayo et al. 2018: other weights, another map. */
  @ParameterizedTest
  @MethodSource("explainers")
  void map_randomWeights_isAnother(Explainer explainer) {
    double alike = 0;
    try (DifferentiableDetector detector = BLUEPRINT.load(lattice());
        DifferentiableDetector random = BLUEPRINT.load(random())) {
      for (Image image : natural) {
        Image pasted = withLattice(image);
        alike +=
            Math.abs(
                correlation(
                    explainer.explain(detector, pasted).map(),
                    explainer.explain(random, pasted).map()));
      }
    }
    assertThat(alike / natural.size()).isLessThan(0.5);
  }

  @Test
  void occlusion_always_takesTheStatedNumberOfScorings() {
    Counting detector = new Counting(new Fakes.RedDetector(Map.of()));
    Explanation explanation =
        Explainers.occlusion().explain(detector, Fakes.dataset().sample(0).image());
    assertThat(explanation.scorings()).isEqualTo(1 + 64).isEqualTo(detector.images);
    assertThat(explanation.view().width()).isEqualTo(Fakes.SIDE);
    assertThat(explanation.score()).isCloseTo(250 / 255.0, within(1e-9));
    assertThat(explanation.map()).hasSize(Fakes.SIDE * Fakes.SIDE);
    assertThat(explanation.time()).isPositive();
  }

  /** A red pixel in the corner is all that this detector sees. */
  @Test
  void occlusion_onePixelDecides_isStrongestThereAndZeroElsewhere() {
    byte[] rgb = new byte[3 * Fakes.SIDE * Fakes.SIDE];
    rgb[0] = (byte) 200;
    Explanation explanation =
        Occlusion.of(4)
            .fill(Fill.MEAN)
            .explain(new Fakes.RedDetector(Map.of()), Image.of(Fakes.SIDE, Fakes.SIDE, rgb));
    assertThat(strongest(explanation.map())).isZero();
    assertThat(explanation.value(0, 0)).isPositive();
    assertThat(explanation.value(7, 7)).isZero();
    assertThat(explanation.caption())
        .contains("8 × 8 pixels", "orange areas speak for AI", "from 0.784 to 0.012")
        .contains("Each of 25 overlapping squares, two of 4 cells wide", "26 scorings");
  }

  /** Scores of exactly 1 tell nothing apart; logits do. */
  @Test
  void occlusion_saturatedScore_stillFindsTheTrace() {
    float[] strong = {0, 0, 4e4f, 4e4f};
    Weights weights =
        lattice().overlaid(Weights.of(Map.of("fc.weight", WeightArray.of(List.of(2, 2), strong))));
    try (DifferentiableDetector detector = BLUEPRINT.load(weights)) {
      Image pasted = withLattice(natural.get(0));
      assertThat(detector.score(pasted)).isEqualTo(1);
      int best = strongest(Explainers.occlusion().explain(detector, pasted).map());
      assertThat(best % SIDE).isBetween(LEFT, LEFT + SQUARE - 1);
      assertThat(best / SIDE).isBetween(TOP, TOP + SQUARE - 1);
    }
  }

  @Test
  void occlusion_withinAMoment_takesTheCoarsestGrid() {
    Counting detector = new Counting(new Fakes.RedDetector(Map.of()));
    Explanation explanation =
        Explainers.occlusion()
            .within(Duration.ofNanos(1))
            .explain(detector, Fakes.dataset().sample(0).image());
    assertThat(explanation.scorings()).isEqualTo(2 + 9).isEqualTo(detector.images);
    Explanation patient =
        Explainers.occlusion()
            .within(Duration.ofMinutes(5))
            .explain(detector, Fakes.dataset().sample(0).image());
    assertThat(patient.scorings()).isEqualTo(2 + 64);
  }

  @Test
  void occlusion_nothingMatters_saysSo() {
    Image flat = Fakes.dataset().sample(0).image();
    String caption =
        Explainers.occlusion().explain(new Fakes.RedDetector(Map.of()), flat).caption();
    assertThat(caption).contains("No single area matters much.");
  }

  @Test
  void integratedGradients_sumOfTheMap_isTheDifferenceOfTheLogits() {
    try (DifferentiableDetector detector = BLUEPRINT.load(lattice())) {
      Image pasted = withLattice(natural.get(1));
      Explanation explanation = IntegratedGradients.of(64).explain(detector, pasted);
      double sum = 0;
      for (float value : explanation.map()) {
        sum += value;
      }
      double[] margins = Margins.of(detector, List.of(pasted, Fill.BLUR.of(pasted)));
      assertThat(sum)
          .isCloseTo(margins[0] - margins[1], within(0.05 * Math.abs(margins[0] - margins[1])));
      assertThat(explanation.scorings()).isEqualTo(65);
    }
  }

  @Test
  void integratedGradients_detectorWithoutGradients_isRefused() {
    Image image = Fakes.dataset().sample(0).image();
    assertThatThrownBy(
            () -> Explainers.integratedGradients().explain(new Fakes.RedDetector(Map.of()), image))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expected a detector with gradients, found Red; explain it by occlusion");
  }

  @Test
  void drawing_signs_areOrangeAndBlueWithAScaleBelow() {
    Image grey = Image.of(2, 2, new byte[12]);
    Explanation explanation =
        new Explanation(
            grey, new float[] {2, -2, 0, 1}, 0.5, "By hand.", "Full.", 1, Duration.ZERO);
    Image drawing = explanation.drawing();
    assertThat(drawing.width()).isEqualTo(2);
    assertThat(drawing.height()).isEqualTo(2 + 1 + 6);
    assertThat(drawing.value(0, 0, 0)).isGreaterThan(2 * drawing.value(0, 0, 2));
    assertThat(drawing.value(1, 0, 2)).isGreaterThan(2 * drawing.value(1, 0, 0));
    assertThat(drawing.value(0, 1, 0)).isZero();
    assertThat(drawing.value(0, 2, 0)).as("line").isZero();
    assertThat(drawing.value(0, 8, 2)).isGreaterThan(2 * drawing.value(0, 8, 0));
    assertThat(drawing.value(1, 8, 0)).isGreaterThan(2 * drawing.value(1, 8, 2));
    assertThat(explanation.overlay().height()).isEqualTo(2);
  }

  @Test
  void explanation_wrongMap_isRefused() {
    Image view = Image.of(2, 1, new byte[6]);
    assertThatThrownBy(() -> new Explanation(view, new float[3], 0.5, "", "", 1, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "expected a value for each of 1 x 2 pixels, found 3; give one per pixel, row by row");
    assertThatThrownBy(
            () -> new Explanation(view, new float[] {1, Float.NaN}, 0.5, "", "", 1, Duration.ZERO))
        .hasMessage("expected finite values in a map, found NaN; leave it out");
    assertThatThrownBy(() -> Occlusion.of(1))
        .hasMessage("expected 2 to 64 cells along a side, found 1; choose such a number");
  }

  /** Counts the images that it scores. */
  private static final class Counting implements Detector {
    private final Detector detector;
    private int images;

    Counting(Detector detector) {
      this.detector = detector;
    }

    @Override
    public String name() {
      return detector.name();
    }

    @Override
    public InputContract input() {
      return detector.input();
    }

    @Override
    public Map<String, String> provenance() {
      return detector.provenance();
    }

    @Override
    public double[] score(ImageBatch batch) {
      images += batch.count();
      return detector.score(batch);
    }

    @Override
    public void close() {}
  }

  private static int strongest(float[] map) {
    int best = 0;
    for (int i = 1; i < map.length; i++) {
      best = map[i] > map[best] ? i : best;
    }
    return best;
  }

  private static double correlation(float[] one, float[] two) {
    double meanOne = 0;
    double meanTwo = 0;
    for (int i = 0; i < one.length; i++) {
      meanOne += one[i] / one.length;
      meanTwo += two[i] / two.length;
    }
    double both = 0;
    double ofOne = 0;
    double ofTwo = 0;
    for (int i = 0; i < one.length; i++) {
      both += (one[i] - meanOne) * (two[i] - meanTwo);
      ofOne += (one[i] - meanOne) * (one[i] - meanOne);
      ofTwo += (two[i] - meanTwo) * (two[i] - meanTwo);
    }
    return both / Math.sqrt(ofOne * ofTwo);
  }
}
