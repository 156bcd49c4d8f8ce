package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Iterators;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.genimage.data.Label;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.Pixels;
import org.genimage.models.internal.KernelChoice;
import org.genimage.models.internal.WeightVariables;
import org.genimage.models.nn.CustomGradients;
import org.genimage.models.nn.Kernels;
import org.genimage.models.nn.Purpose;
import org.genimage.models.small.SmallDetectors;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * How many operations the graphs of small detectors have. A number that changes is no error, but
 * costs time or memory at every image: say in the commit why it is another, or find out.
 */
class GraphSizeTest {

  /**
   * Ops of a graph.
   *
   * @param portable to score as an export does
   * @param differentiated to score and differentiate as attacks do, where TensorFlow has oneDNN
   */
  private record Sizes(int portable, int differentiated) {}

  private static final Map<String, Sizes> KNOWN =
      ImmutableMap.<String, Sizes>builder()
          .put("CNNSpot", new Sizes(209, 625))
          .put("Community Forensics", new Sizes(252, 575))
          .put("Community Forensics-224", new Sizes(252, 575))
          .put("DeiT-S", new Sizes(261, 578))
          .put("F3Net", new Sizes(1109, 3310))
          .put("FerretNet-B", new Sizes(198, 798))
          .put("FerretNet-S", new Sizes(186, 786))
          .put("GramNet", new Sizes(351, 1132))
          .put("NPR", new Sizes(184, 533))
          .put("ResNet-50", new Sizes(206, 613))
          .put("Residuals", new Sizes(292, 1082))
          .put("SAFE", new Sizes(189, 522))
          .put("Spec", new Sizes(327, 943))
          .put("Swin-T", new Sizes(1257, 2536))
          .put("UnivFD", new Sizes(232, 631))
          .buildOrThrow();

  @Test
  void graphs_everyDetector_haveAsManyOpsAsBefore() {
    boolean oneDnn = hasOneDnn();
    Map<String, Sizes> found = new LinkedHashMap<>();
    for (Blueprint blueprint : SmallDetectors.all()) {
      String name = blueprint.name();
      Weights weights = blueprint.initialWeights(1);
      int portable = scoring(blueprint, weights, Graphs.PORTABLE);
      found.put(
          name,
          new Sizes(
              portable,
              oneDnn || !KNOWN.containsKey(name)
                  ? differentiated(blueprint, weights)
                  : KNOWN.get(name).differentiated()));
      assertThat(scoring(blueprint, weights, Graphs.SCORING))
          .as("%s with this machine's kernels", name)
          .isLessThanOrEqualTo(portable);
    }
    assertThat(found).isEqualTo(KNOWN);
  }

  private static boolean hasOneDnn() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      return Graphs.SCORING.kernels(tf).getClass() != Graphs.PORTABLE.kernels(tf).getClass();
    }
  }

  private static int scoring(Blueprint blueprint, Weights weights, Graphs kind) {
    try (Graph graph = new Graph()) {
      build(graph, kind.kernels(Ops.create(graph)), Purpose.SCORING, blueprint, weights);
      return Iterators.size(graph.operations());
    }
  }

  private static int differentiated(Blueprint blueprint, Weights weights) {
    try (Graph graph = new Graph()) {
      CustomGradients gradients = new CustomGradients();
      Kernels kernels = KernelChoice.training(Ops.create(graph), gradients);
      Built built = build(graph, kernels, Purpose.GRADIENTS, blueprint, weights);
      Ops tf = kernels.tf();
      gradients.of(graph, tf, tf.sum(built.logits(), tf.array(0, 1)), List.of(built.pixels()));
      return Iterators.size(graph.operations());
    }
  }

  private record Built(Placeholder<TFloat32> pixels, Operand<TFloat32> logits) {}

  private static Built build(
      Graph graph, Kernels kernels, Purpose purpose, Blueprint blueprint, Weights weights) {
    Placeholder<TFloat32> pixels =
        kernels.tf().placeholder(TFloat32.class, Placeholder.shape(blueprint.input().shape()));
    return new Built(
        pixels,
        ScoringGraph.fromPixels(purpose, kernels, pixels, blueprint, new WeightVariables(weights)));
  }

  @Test
  void detector_scoresAndGradients_buildNoFurtherGraph() {
    Blueprint blueprint = DetectorTest.TINY;
    int side = blueprint.input().side();
    Image black = Image.of(side, side, new byte[3 * side * side]);
    ImageBatch one = ImageBatch.of(List.of(black));
    ImageBatch three = ImageBatch.of(List.of(black, black, black));
    Pixels pixels = one.toPixels();
    try (GraphDetector detector = (GraphDetector) blueprint.load(blueprint.initialWeights(3))) {
      detector.score(one);
      int scoring = detector.operations();
      detector.score(three);
      detector.score(one);
      assertThat(detector.operations()).as("ops after other batches").isEqualTo(scoring);

      detector.lossGradient(pixels, List.of(Label.AI));
      int both = detector.operations();
      assertThat(both).isGreaterThan(scoring);
      detector.lossGradient(three.toPixels(), List.of(Label.AI, Label.NATURE, Label.AI));
      detector.gradient(pixels, detector.logits(pixels));
      detector.score(pixels);
      assertThat(detector.operations()).as("ops after more gradients").isEqualTo(both);
    }
  }
}
