package app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.common.primitives.Doubles;
import com.google.common.primitives.Floats;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.genimage.attacks.AttackResult;
import org.genimage.attacks.AttackRun;
import org.genimage.attacks.Budget;
import org.genimage.data.GenImage;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Progress;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.Pixels;
import org.genimage.data.simulation.SimulatedGenImage;
import org.genimage.eval.Evaluation;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.Ranking;
import org.genimage.eval.report.Report;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.models.DifferentiableDetector;
import org.genimage.models.InputContract;
import org.genimage.models.nn.AttentionKeys;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.genimage.train.GradientTrainer;
import org.genimage.train.recipe.ImageRecipe;
import org.genimage.train.recipe.Loss;
import org.genimage.train.recipe.Recipe;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the guides promise: everything here uses exported packages alone. */
class ExtensionsTest {

  @TempDir static Path folder;
  private static ImageDataset training;
  private static ImageDataset test;

  @BeforeAll
  static void writeImages() {
    Path images = folder.resolve("GenImage");
    SimulatedGenImage.seeded(1)
        .generators(List.of(Generator.BIGGAN, Generator.GLIDE))
        .imageSize(72)
        .train(8)
        .validation(4)
        .writeTo(images, Progress.NONE);
    training = GenImage.open(images).train();
    test = GenImage.open(images).validation();
  }

  static Stream<Blueprint> detectors() {
    return Stream.of(
        OwnDetectors.channelGates(),
        OwnDetectors.scaleNorm(),
        OwnDetectors.smallResNet(),
        OwnDetectors.clipLike(AttentionKeys.QKV),
        OwnDetectors.clipLike(AttentionKeys.SEPARATE),
        OwnDetectors.clipLike(AttentionKeys.IN_PROJ));
  }

  @ParameterizedTest
  @MethodSource("detectors")
  void detector_trainsScoresAndHasGradients(Blueprint blueprint) {
    Weights first = blueprint.initialWeights(7);
    Weights trained = GradientTrainer.with(recipe()).fit(blueprint, training);

    assertThat(trained.keys()).isEqualTo(first.keys());
    List<String> floats =
        trained.keys().stream().filter(key -> !first.get(key).isInteger()).toList();
    // A gain near its place of rest may move by less than a float's precision in one epoch.
    assertThat(floats.stream().filter(key -> moved(first, trained, key)).count())
        .isGreaterThan(floats.size() * 4L / 5);
    try (DifferentiableDetector detector = blueprint.load(trained)) {
      double[] scores = detector.score(pixels(test));
      assertThat(scores).hasSize(2);
      assertThat(Doubles.asList(scores)).allMatch(score -> score > 0 && score < 1);
      Pixels slopes = detector.lossGradient(pixels(test), List.of(Label.NATURE, Label.AI));
      assertThat(Floats.asList(slopes.toArray())).anyMatch(slope -> slope != 0);
      // The score of bytes and of pixels come from graphs of their own.
      assertThat(detector.score(test.sample(0).image()))
          .isCloseTo(detector.score(pixels(test))[0], within(1e-4));
    }
  }

  private static boolean moved(Weights first, Weights trained, String key) {
    return !Arrays.equals(first.get(key).toFloats(), trained.get(key).toFloats());
  }

  @Test
  void scaleNorm_usesRunningStatisticsOutsideTraining() {
    Weights trained = GradientTrainer.with(recipe()).fit(OwnDetectors.scaleNorm(), training);

    assertThat(trained.keys()).contains("norm1.weight", "norm1.running_square");
    assertThat(trained.get("norm1.running_square").toFloats()).doesNotContain(1);
  }

  @Test
  void smallResNet_hasItsHeadsName() {
    assertThat(OwnDetectors.smallResNet().headKeys()).contains("classifier.weight");
  }

  /** The same numbers under three spellings are the same detector. */
  @Test
  void clipLike_everySpelling_scoresAlike() {
    Weights packed = OwnDetectors.clipLike(AttentionKeys.QKV).initialWeights(3);
    List<Double> scores = new ArrayList<>();
    for (AttentionKeys keys : AttentionKeys.values()) {
      Blueprint blueprint = OwnDetectors.clipLike(keys);
      try (Detector detector = blueprint.load(spelled(packed, keys, blueprint))) {
        scores.add(detector.score(test.sample(0).image()));
      }
    }
    assertThat(scores)
        .allSatisfy(score -> assertThat(score).isCloseTo(scores.get(0), within(1e-6)));
  }

  private static Weights spelled(Weights packed, AttentionKeys keys, Blueprint blueprint) {
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    for (String key : blueprint.initialWeights(3).keys()) {
      int at = key.indexOf("attn.");
      String own = at < 0 || keys == AttentionKeys.QKV ? key : null;
      if (own != null) {
        arrays.put(key, packed.get(key));
        continue;
      }
      String place = key.substring(0, at + 5);
      String name = key.substring(at + 5);
      String kind = name.endsWith("weight") ? "weight" : "bias";
      if (name.startsWith("out_proj")) {
        arrays.put(key, packed.get(place + "proj." + kind));
      } else {
        WeightArray all = packed.get(place + "qkv." + kind);
        int part = List.of("q", "k", "v").indexOf(name.substring(0, 1));
        arrays.put(key, part < 0 || name.startsWith("in_") ? all : third(all, part));
      }
    }
    return Weights.of(arrays);
  }

  private static WeightArray third(WeightArray all, int part) {
    List<Integer> shape = new ArrayList<>(all.shape());
    shape.set(0, shape.get(0) / 3);
    float[] values = all.toFloats();
    int size = values.length / 3;
    return WeightArray.of(shape, Arrays.copyOfRange(values, part * size, (part + 1) * size));
  }

  @Test
  void marginAttack_staysWithinItsBudgetAndFools() {
    Blueprint blueprint = OwnDetectors.channelGates();
    Weights trained = GradientTrainer.with(recipe().epochs(4)).fit(blueprint, training);
    try (DifferentiableDetector victim = blueprint.load(trained)) {
      MarginAttack attack = new MarginAttack(Budget.l2(20), 4, 10);

      AttackResult result = AttackRun.of(attack).against(victim, test);

      assertThat(result.images()).hasSize(test.size());
      assertThat(result.correctAfter()).isLessThan(result.correctBefore());
    }
  }

  @Test
  void youden_isTheLargestGapOfTheRates() {
    Ranking ranking =
        Ranking.of(
            new double[] {0.9, 0.8, 0.4, 0.3, 0.2},
            List.of(Label.AI, Label.AI, Label.NATURE, Label.AI, Label.NATURE));

    // Above 0.4: two of three AI images, no natural one.
    assertThat(OwnMetrics.YOUDEN.of(ranking)).isCloseTo(2 / 3.0, within(1e-12));
  }

  @Test
  void section_standsInTheReport() throws Exception {
    Blueprint blueprint = OwnDetectors.channelGates();
    Path page = folder.resolve("report.html");
    try (Detector detector = blueprint.load(blueprint.initialWeights(1))) {
      EvaluationResult result = Evaluation.of(detector, test).run();
      Report report = Report.builder("Mine", result).section(BestThresholds.of(result)).build();
      report.write(page);
    }

    assertThat(Files.readString(page))
        .contains(">The best threshold</h2>", "Youden&#39;s J", "BigGAN");
  }

  private static Recipe recipe() {
    return Recipe.paper(Detectors.resnet50())
        .loss(new Loss.CrossEntropy(0.1), ImageRecipe.cropAndFlip())
        .epochs(1)
        .batchSize(8);
  }

  /** Returns the first and the last image as a detector sees them. */
  private static Pixels pixels(ImageDataset images) {
    InputContract input = OwnDetectors.scaleNorm().input();
    return ImageBatch.of(
            List.of(
                input.prepare(images.sample(0).image()),
                input.prepare(images.sample(images.size() - 1).image())))
        .toPixels();
  }
}
