package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.io.ByteSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.assertj.core.data.Offset;
import org.genimage.data.DatasetException;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.Sampling;
import org.genimage.data.Seed;
import org.genimage.data.image.Filter;
import org.genimage.data.image.Image;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.models.Blueprint;
import org.genimage.models.CatalogueEntry;
import org.genimage.models.Detectors;
import org.genimage.models.Head;
import org.genimage.models.InputContract;
import org.genimage.models.Precision;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.Drop;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.Layers;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.genimage.train.recipe.Average;
import org.genimage.train.recipe.Decay;
import org.genimage.train.recipe.ImageRecipe;
import org.genimage.train.recipe.ImageStep;
import org.genimage.train.recipe.Loss;
import org.genimage.train.recipe.Mixing;
import org.genimage.train.recipe.Optimizer;
import org.genimage.train.recipe.Recipe;
import org.genimage.train.recipe.Schedule;
import org.genimage.train.recipe.Start;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class GradientTrainerTest {

  static final Blueprint TINY =
      new Blueprint("tiny", new Tiny(), InputContract.crop(8), Head.NATURE_AI);

  static final Recipe RECIPE =
      Recipe.paper(Detectors.resnet50())
          .loss(new Loss.CrossEntropy(0), ImageRecipe.cropAndFlip())
          .schedule(
              new Schedule.Cosine(0.05, 0.001, 20, Schedule.Warmup.NONE, Schedule.Every.EPOCH))
          .epochs(20)
          .batchSize(4);

  /** Random crops, of which all splits but a clean first one are augmented and erased. */
  static ImageRecipe augmented(int splits) {
    return new ImageRecipe(
        List.of(new ImageStep.RandomCrop(), new ImageStep.Flip(0.5)),
        List.of(new ImageStep.RandAugment(2, 9, 0.5, List.of(Filter.BILINEAR, Filter.BICUBIC))),
        splits,
        0.6,
        Optional.empty(),
        List.of());
  }

  @Test
  void fit_eightImages_areLearned() {
    ImageDataset data = stripes(8, 8);
    List<EpochReport> reports = new ArrayList<>();

    Weights weights = trainer(RECIPE, reports).fit(TINY, data);

    assertThat(reports).hasSize(20);
    assertThat(reports.get(19).loss()).isLessThan(0.1);
    assertThat(reports.get(19).samples()).isEqualTo(8);
    try (var detector = TINY.load(weights)) {
      for (Sample sample : data.samples()) {
        assertThat(detector.classify(sample.image())).isEqualTo(sample.label());
      }
    }
  }

  @Test
  void fit_splitsAndErasing_lowerTheLoss() {
    Recipe recipe = RECIPE.loss(new Loss.JsdCrossEntropy(3, 12, 0.1), augmented(3));
    List<EpochReport> reports = new ArrayList<>();

    trainer(recipe, reports).fit(TINY, stripes(16, 8));

    assertThat(reports.get(19).loss()).isLessThan(reports.get(0).loss());
  }

  @Test
  void fit_sameSeed_givesSameWeights() {
    ImageDataset data = stripes(8, 9);
    Recipe recipe = RECIPE.epochs(3);

    Weights first = GradientTrainer.with(recipe).fit(TINY, data);
    Weights second = GradientTrainer.with(recipe).fit(TINY, data);
    Weights other = GradientTrainer.with(recipe.seed(43)).fit(TINY, data);

    assertSameNumbers(first, second);
    assertThat(other.get("fc.weight").toFloats()).isNotEqualTo(first.get("fc.weight").toFloats());
  }

  @Test
  void fit_stoppedAfterAnEpoch_resumesToTheSameWeights(@TempDir Path folder) {
    ImageDataset data = stripes(8, 9);
    Recipe recipe = RECIPE.loss(new Loss.JsdCrossEntropy(2, 12, 0.1), augmented(2)).epochs(5);
    Weights straight = GradientTrainer.with(recipe).fit(TINY, data);
    GradientTrainer stopping =
        GradientTrainer.with(recipe)
            .checkpoints(folder)
            .listener(
                new TrainingListener() {
                  @Override
                  public void onEpoch(EpochReport report) {
                    if (report.epoch() == 1) {
                      throw new IllegalStateException("stopped");
                    }
                  }
                });
    assertThatThrownBy(() -> stopping.fit(TINY, data)).hasMessage("stopped");

    List<EpochReport> rest = new ArrayList<>();
    Weights resumed = trainer(recipe, rest).checkpoints(folder).fit(TINY, data);

    assertThat(rest).extracting(EpochReport::epoch).containsExactly(2, 3, 4);
    assertSameNumbers(resumed, straight);
  }

  @Test
  void fit_sameNetworkAsAnotherObject_resumes(@TempDir Path folder) {
    GradientTrainer.with(RECIPE.epochs(2))
        .checkpoints(folder)
        .fit(
            new Blueprint(
                "tiny",
                (scope, images) -> new Tiny().logits(scope, images),
                InputContract.crop(8),
                Head.NATURE_AI),
            stripes(8, 8));
    List<EpochReport> reports = new ArrayList<>();

    trainer(RECIPE.epochs(2), reports).checkpoints(folder).fit(TINY, stripes(8, 8));

    assertThat(reports).isEmpty();
  }

  @Test
  void paper_recipeAndDetectors_printTheSameInEveryJvm() {
    for (CatalogueEntry entry : Detectors.catalogue()) {
      assertThat(entry.blueprint().toString()).doesNotContain("Lambda", "@");
    }
    assertThat(Recipe.paper(Detectors.resnet50()).description()).doesNotContain("Lambda", "@");
  }

  @Test
  void fit_checkpointOfAnotherRecipe_isRefused(@TempDir Path folder) {
    ImageDataset data = stripes(8, 8);
    GradientTrainer.with(RECIPE.epochs(1)).checkpoints(folder).fit(TINY, data);

    assertThatThrownBy(
            () -> GradientTrainer.with(RECIPE.epochs(2)).checkpoints(folder).fit(TINY, data))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining(
            "expected a checkpoint of this training, found one of another (epochs is 1, expected"
                + " 2)");
  }

  @Test
  void fit_validation_returnsTheBestEpoch(@TempDir Path folder) {
    ImageDataset data = stripes(16, 8);
    List<EpochReport> reports = new ArrayList<>();

    Weights weights =
        trainer(RECIPE.epochs(6), reports).validation(data).checkpoints(folder).fit(TINY, data);

    double best =
        reports.stream()
            .mapToDouble(report -> report.validationAccuracy().orElseThrow())
            .max()
            .orElseThrow();
    int epoch = Integer.parseInt(weights.metadata().get("genimage.epoch"));
    assertThat(reports.get(epoch).validationAccuracy()).hasValue(best);
    assertThat(reports.subList(0, epoch))
        .allSatisfy(
            earlier -> assertThat(earlier.validationAccuracy().orElseThrow()).isLessThan(best));
    assertSameNumbers(Weights.read(folder.resolve("best.safetensors")), weights);
  }

  @Test
  void fit_tanhAfterBatchNorm_isValidatedToo() {
    Blueprint tanh =
        new Blueprint(
            "tanh",
            (scope, images) -> linear(scope, scope.tf().math.tanh(convolution(scope, images))),
            InputContract.crop(8),
            Head.NATURE_AI);
    List<EpochReport> reports = new ArrayList<>();

    trainer(RECIPE.epochs(1), reports).validation(stripes(8, 8)).fit(tanh, stripes(8, 8));

    assertThat(reports.get(0).validationAccuracy()).isPresent();
  }

  @Test
  void fit_hugeLearningRate_stopsAndKeepsTheCheckpoint(@TempDir Path folder) {
    ImageDataset data = stripes(8, 8);
    Schedule exploding = progress -> progress.epoch() == 0 ? 0.01 : 1e38;
    GradientTrainer trainer = GradientTrainer.with(RECIPE.schedule(exploding)).checkpoints(folder);

    assertThatThrownBy(() -> trainer.fit(TINY, data))
        .isInstanceOf(TrainingDivergedException.class)
        .hasMessageMatching(
            "training diverged: the loss of step \\d in epoch [12] is (NaN|-?Infinity) at learning"
                + " rate 1.0E38, after \\[[^]]+\\]; lower the learning rate or lengthen its warm-up");
    assertThat(Weights.read(folder.resolve("training.safetensors")).get("fc.weight").toFloats())
        .doesNotContain(Float.NaN);
  }

  @Test
  void fit_weights_sayWhereTheyComeFrom() {
    ImageDataset data = ImageDataset.of(stripes(8, 8).samples(), "stripes alone");
    Weights weights = GradientTrainer.with(RECIPE.epochs(1)).fit(TINY, data);

    assertThat(weights.metadata())
        .containsEntry("genimage.detector", "tiny")
        .containsEntry("genimage.recipe", RECIPE.epochs(1).description());
    assertThat(weights.metadata().get("genimage.training_data"))
        .contains("\"ADM/ai\":4", "\"ADM/nature\":4", "file_names_sha256")
        .contains("\"selection\":\"stripes alone\"");
    assertThat(weights.get("bn1.num_batches_tracked").toLongs()).containsExactly(2);
  }

  @Test
  void fit_fixedEntries_areInTheWeights() {
    Blueprint blueprint = new Blueprint("fixed", new Fixed(), TINY.input(), TINY.head());

    Weights weights = GradientTrainer.with(RECIPE.epochs(1)).fit(blueprint, stripes(8, 8));

    assertThat(weights.keys()).containsExactly("order", "scale", "fc.weight", "fc.bias");
    assertThat(weights.get("order").toLongs()).containsExactly(2, 0, 1);
    assertThat(weights.get("scale").toFloats()).containsExactly(1, 2, 3);
    assertThat(blueprint.parameterCount()).isEqualTo(8);
  }

  @Test
  void fit_fromGivenWeights_startsThere() {
    Weights given = TINY.initialWeights(99);
    Schedule still = progress -> 0;

    Weights trained =
        GradientTrainer.with(RECIPE.schedule(still).epochs(1)).from(given).fit(TINY, stripes(8, 8));

    for (String key : new String[] {"conv1.weight", "bn1.bias", "fc.weight", "fc.bias"}) {
      assertThat(trained.get(key).toFloats()).isEqualTo(given.get(key).toFloats());
    }
    assertThat(trained.get("bn1.running_mean").toFloats())
        .isNotEqualTo(given.get("bn1.running_mean").toFloats());
  }

  @Test
  void fit_fromWeightsThatDoNotFit_isRefusedByKeyBeforeTheFirstStep() {
    Map<String, WeightArray> arrays = new LinkedHashMap<>(TINY.initialWeights(1).arrays());
    arrays.put("fc.bias", WeightArray.of(List.of(2), new float[] {0, Float.NaN}));
    arrays.remove("fc.weight");
    arrays.put("head.weight", WeightArray.counter(1));
    GradientTrainer trainer = GradientTrainer.with(RECIPE.epochs(1)).from(Weights.of(arrays));

    assertThatThrownBy(() -> trainer.fit(TINY, stripes(8, 8)))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith("weights do not fit ")
        .hasMessageContaining("1 missing: fc.weight")
        .hasMessageContaining("1 unexpected: head.weight")
        .hasMessageContaining("1 not finite: fc.bias has NaN at index 1")
        .hasMessageEndingWith("; start from weights made for it");
  }

  /** The loss of a step is from before it. */
  @Test
  void fit_weightsNoLongerNumbers_keepsNoCheckpoint(@TempDir Path folder) {
    Schedule wild = progress -> 1e39;
    GradientTrainer trainer =
        GradientTrainer.with(RECIPE.schedule(wild).epochs(1).batchSize(8)).checkpoints(folder);

    assertThatThrownBy(() -> trainer.fit(TINY, stripes(8, 8)))
        .isInstanceOf(TrainingDivergedException.class)
        .hasMessageContaining("a value of ");
    assertThat(folder.resolve("training.safetensors")).doesNotExist();
  }

  @Test
  void fit_inParts_equalsWholeBatches() {
    Blueprint plain =
        new Blueprint(
            "plain",
            (scope, images) -> linear(scope, Layers.relu(scope, plainConvolution(scope, images))),
            InputContract.crop(8),
            Head.NATURE_AI);
    Recipe recipe =
        RECIPE.epochs(3).loss(new Loss.JsdCrossEntropy(2, 12, 0.1), augmented(2).erasing(0));

    Weights whole = GradientTrainer.with(recipe).fit(plain, stripes(8, 9));
    Weights parts = GradientTrainer.with(recipe.parts(3)).fit(plain, stripes(8, 9));

    for (String key : whole.keys()) {
      assertThat(parts.get(key).toFloats())
          .as(key)
          .containsExactly(whole.get(key).toFloats(), within(1e-5f));
    }
  }

  @Test
  void fit_average_followsTheWeights() {
    Recipe recipe = RECIPE.epochs(4);
    Weights raw = GradientTrainer.with(recipe).fit(TINY, stripes(8, 8));
    List<EpochReport> reports = new ArrayList<>();

    Weights tracked =
        GradientTrainer.with(recipe.average(new Average(0.5, false))).fit(TINY, stripes(8, 8));
    Weights slow =
        trainer(recipe.average(new Average(0.999999, true)), reports)
            .validation(stripes(8, 8))
            .fit(TINY, stripes(8, 8));

    assertSameNumbers(tracked, raw);
    float[] start = TINY.initialWeights(recipe.seed()).get("conv1.weight").toFloats();
    assertThat(slow.get("conv1.weight").toFloats()).containsExactly(start, within(1e-4f));
    assertThat(raw.get("conv1.weight").toFloats()[0]).isNotCloseTo(start[0], within(1e-3f));
    assertThat(slow.get("bn1.running_var").toFloats()[0]).isCloseTo(1, within(1e-4f));
    assertThat(reports).allSatisfy(r -> assertThat(r.validationAccuracy()).isPresent());
  }

  /** A warmup counts its steps; steps are counted once, also if they are computed in parts. */
  @ParameterizedTest
  @CsvSource({"false, 2", "true, 1", "true, 2"})
  void fit_averageStopped_resumesToTheSameAverage(boolean warmup, int parts, @TempDir Path folder) {
    Recipe recipe = RECIPE.epochs(3).average(new Average(0.8, true, warmup)).parts(parts);
    Weights straight = GradientTrainer.with(recipe).fit(TINY, stripes(8, 8));
    Checkpoints checkpoints = Checkpoints.in(folder).everySteps(3);
    GradientTrainer stopping =
        GradientTrainer.with(recipe).checkpoints(checkpoints).listener(stoppingAt(4));
    assertThatThrownBy(() -> stopping.fit(TINY, stripes(8, 8))).hasMessage("stopped");
    Map<String, WeightArray> stopped = Weights.read(folder.resolve(Checkpoint.CURRENT)).arrays();

    Weights resumed =
        GradientTrainer.with(recipe).checkpoints(checkpoints).fit(TINY, stripes(8, 8));

    assertThat(stopped.keySet().stream().filter(key -> key.endsWith("averaging.steps")))
        .hasSize(warmup ? 1 : 0)
        .allSatisfy(key -> assertThat(stopped.get(key).toFloats()).containsExactly(3));
    assertSameNumbers(resumed, straight);
    Weights plain =
        GradientTrainer.with(recipe.average(new Average(0.8, true))).fit(TINY, stripes(8, 8));
    float[] last = plain.get("fc.weight").toFloats();
    assertThat(Arrays.equals(straight.get("fc.weight").toFloats(), last)).isEqualTo(!warmup);
  }

  @Test
  void fit_mixedAndBalanced_learnsReproducibly() {
    Recipe recipe =
        RECIPE
            .images(RECIPE.images().erasing(0.25).mixing(Mixing.of()))
            .sampling(Sampling.BALANCED)
            .drop(new Drop(0.3, 0));
    Blueprint dropping =
        new Blueprint(
            "dropping",
            (scope, images) -> {
              var x = Layers.relu(scope, convolution(scope, images));
              return linear(scope, Layers.dropout(scope.at("drop"), x, scope.drop().units()));
            },
            InputContract.crop(8),
            Head.NATURE_AI);
    ImageDataset data = stripes(12, 8).filter(sample -> !sample.name().equals("image 2"));
    List<EpochReport> reports = new ArrayList<>();

    Weights first = trainer(recipe, reports).fit(dropping, data);

    assertThat(reports.get(0).samples()).isEqualTo(8); // of 5 pairs, in batches of 4
    assertThat(reports.get(19).loss()).isLessThan(reports.get(0).loss());
    assertSameNumbers(GradientTrainer.with(recipe).fit(dropping, data), first);
    assertThat(
            GradientTrainer.with(recipe.drop(Drop.NONE))
                .fit(dropping, data)
                .get("fc.weight")
                .toFloats())
        .isNotEqualTo(first.get("fc.weight").toFloats());
  }

  @Test
  void fit_incompleteLastBatch_isTrainedOnIfTheRecipeSaysSo() {
    List<EpochReport> reports = new ArrayList<>();

    trainer(RECIPE.epochs(1).dropLast(false), reports).fit(TINY, stripes(10, 8));
    trainer(RECIPE.epochs(1), reports).fit(TINY, stripes(10, 8));

    assertThat(reports).extracting(EpochReport::samples).containsExactly(10, 8);
  }

  @Test
  void fit_plateau_endsEarly() {
    List<EpochReport> reports = new ArrayList<>();
    Schedule plateau = new Schedule.Plateau(1e-5, 1e-6, 1, 1, 1);

    trainer(RECIPE.schedule(plateau), reports).validation(stripes(8, 8)).fit(TINY, stripes(8, 8));

    assertThat(reports)
        .extracting(EpochReport::learningRate)
        .containsExactly(1e-5, 1e-5, 1e-5 / 10, 1e-5 / 10);
  }

  @Test
  void fit_withoutTheRecipesBackbone_saysSo() {
    Recipe recipe = RECIPE.epochs(1).start(Start.imageNet("resnet18.pth"));
    ImageDataset data = stripes(8, 8);

    assertThat(GradientTrainer.with(recipe).fit(TINY, data).metadata())
        .containsEntry(
            "genimage.start",
            "random weights; the recipe starts from published weights, resnet18.pth");
    assertThat(GradientTrainer.with(recipe).from(TINY.initialWeights(1)).fit(TINY, data).metadata())
        .containsEntry("genimage.start", "given weights");
    assertThat(GradientTrainer.with(RECIPE.epochs(1)).fit(TINY, data).metadata())
        .containsEntry("genimage.start", "random weights");
  }

  private static Operand<TFloat32> plainConvolution(ModelScope scope, Operand<TFloat32> images) {
    return Layers.conv(scope.at("conv1"), images, 8, Conv.kernel(3).stride(2));
  }

  @Test
  void fit_frozenEntries_neitherMoveNorDecay() {
    Recipe decaying = RECIPE.epochs(2).optimizer(new Optimizer.Sgd(0.9, 0, true, Decay.of(0.1)));
    Weights start = TINY.initialWeights(RECIPE.seed());

    Weights trained =
        GradientTrainer.with(decaying).freeze("conv1\\..*", "bn1\\..*").fit(TINY, stripes(8, 8));

    for (String key : start.keys()) {
      boolean moved = key.startsWith("fc.");
      assertThat(Arrays.equals(trained.get(key).toFloats(), start.get(key).toFloats()))
          .as(key)
          .isEqualTo(!moved);
      assertThat(trained.get(key).toLongs()).as(key).isEqualTo(start.get(key).toLongs());
    }
  }

  /** Then the batch does not matter: the head sees the features that scoring sees. */
  @Test
  void fit_frozenBatchNorm_normalisesWithItsRunningStatistics() {
    ImageDataset data = stripes(8, 8);
    Schedule still = progress -> 0;
    Recipe recipe =
        RECIPE
            .loss(new Loss.CrossEntropy(0), ImageRecipe.of(new ImageStep.RandomCrop()))
            .schedule(still)
            .epochs(1)
            .batchSize(8);
    Weights start = TINY.initialWeights(3);
    List<EpochReport> reports = new ArrayList<>();

    trainer(recipe, reports).from(start).freeze("bn1.running_.*").fit(TINY, data);

    double loss = 0;
    try (var detector = TINY.load(start)) {
      for (Sample sample : data.samples()) {
        double ai = detector.score(sample.image());
        loss -= Math.log(sample.label() == Label.AI ? ai : 1 - ai) / data.size();
      }
    }
    assertThat(reports.get(0).loss()).isCloseTo(loss, within(1e-5));
  }

  @Test
  void fit_patternOfNoKey_isRefusedWithNearOnes() {
    assertThatThrownBy(
            () -> GradientTrainer.with(RECIPE).freeze("conv2\\..*").fit(TINY, stripes(8, 8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a pattern of frozen keys must match a whole key, conv2\\..* matches none; the nearest"
                + " are [conv1.weight, bn1.weight, bn1.bias, bn1.running_mean, bn1.running_var]");
    assertThatThrownBy(() -> GradientTrainer.with(RECIPE).freeze(".*").fit(TINY, stripes(8, 8)))
        .hasMessage("at least one parameter must be trainable, got patterns that freeze all: [.*]");
  }

  @Test
  void fit_noImprovement_endsWhenPatienceDoes(@TempDir Path folder) {
    ImageDataset data = stripes(8, 8);
    Schedule still = progress -> 0;
    List<EpochReport> reports = new ArrayList<>();
    GradientTrainer trainer =
        trainer(RECIPE.schedule(still), reports)
            .freeze("bn1\\..*")
            .validation(data)
            .patience(3)
            .checkpoints(folder);

    Weights weights = trainer.fit(TINY, data);

    assertThat(reports).extracting(EpochReport::epoch).containsExactly(0, 1, 2, 3);
    assertThat(weights.metadata()).containsEntry("genimage.epoch", "0");
    trainer.fit(TINY, data);
    assertThat(reports).hasSize(4);
    assertThatThrownBy(() -> GradientTrainer.with(RECIPE).patience(1).fit(TINY, data))
        .hasMessageStartingWith("patience needs validation images");
  }

  @Test
  void fit_xla_computesTheSame() {
    Recipe recipe =
        RECIPE.epochs(3).loss(new Loss.JsdCrossEntropy(2, 12, 0.1), augmented(2)).parts(2);
    List<EpochReport> plain = new ArrayList<>();
    List<EpochReport> compiled = new ArrayList<>();

    Weights expected = trainer(recipe, plain).validation(stripes(8, 8)).fit(TINY, stripes(8, 9));
    Weights found =
        trainer(recipe, compiled).validation(stripes(8, 8)).xla(true).fit(TINY, stripes(8, 9));

    assertThat(compiled.stream().mapToDouble(EpochReport::loss).toArray())
        .containsExactly(
            plain.stream().mapToDouble(EpochReport::loss).toArray(), Offset.offset(1e-5));
    for (String key : expected.keys()) {
      assertThat(found.get(key).toFloats())
          .as(key)
          .containsExactly(expected.get(key).toFloats(), within(1e-4f));
    }
  }

  @Test
  void fit_validatingSteps_areWhatValidationSees() {
    List<Integer> drawn = Collections.synchronizedList(new ArrayList<>());
    ImageStep black =
        side ->
            (image, random) -> {
              drawn.add(random.nextInt());
              return Image.of(side, side, new byte[3 * side * side]);
            };
    Recipe recipe = RECIPE.epochs(2).images(RECIPE.images().validating(List.of(black)));
    List<EpochReport> reports = new ArrayList<>();
    GradientTrainer trainer = trainer(recipe, reports).validation(stripes(8, 8));

    trainer.fit(TINY, stripes(8, 8));
    trainer.fit(TINY, stripes(8, 8));

    assertThat(reports).hasSize(4);
    assertThat(reports).allSatisfy(r -> assertThat(r.validationAccuracy()).hasValue(0.5));
    assertThat(drawn.subList(0, 16)).doesNotHaveDuplicates();
    assertThat(drawn.subList(16, 32)).containsExactlyInAnyOrderElementsOf(drawn.subList(0, 16));
  }

  @Test
  void fit_oneClass_isRefused() {
    ImageDataset data = stripes(8, 8).filter(sample -> sample.label() == Label.AI);

    assertThatThrownBy(() -> GradientTrainer.with(RECIPE).fit(TINY, data))
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            "training needs images of both classes and at least one batch of 4, found 0 nature and"
                + " 4 ai; add images or make the batch smaller");
  }

  @Test
  void fit_batchLargerThanTheData_isRefused() {
    assertThatThrownBy(() -> GradientTrainer.with(RECIPE.batchSize(9)).fit(TINY, stripes(8, 8)))
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            "training needs images of both classes and at least one batch of 9, found 4 nature and"
                + " 4 ai; add images or make the batch smaller");
  }

  @Test
  void fit_unreadableImage_followsThePolicy() {
    Sample broken = new Sample("broken.png", ByteSource.wrap(new byte[5]), Label.AI, Generator.ADM);
    ImageDataset data = ImageDataset.union(stripes(8, 8), ImageDataset.of(List.of(broken)));
    Recipe recipe = RECIPE.epochs(2).batchSize(3);
    List<EpochReport> reports = new ArrayList<>();

    assertThatThrownBy(() -> GradientTrainer.with(recipe).fit(TINY, data))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageStartingWith("broken.png: ");
    trainer(recipe, reports).onError(ErrorPolicy.skip(1)).fit(TINY, data);

    assertThat(reports).extracting(EpochReport::samples).containsExactly(8, 8);
    assertThat(reports).extracting(EpochReport::skipped).containsExactly(1, 1);
    ImageDataset worse = ImageDataset.union(data, ImageDataset.of(List.of(broken)));
    assertThatThrownBy(
            () -> GradientTrainer.with(recipe).onError(ErrorPolicy.skip(1)).fit(TINY, worse))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageContaining("one more than the 1 unreadable images that an epoch may skip");
  }

  /** As near as 8 bits of mantissa allow, or the same where the processor has no bfloat16. */
  @Test
  void fit_bfloat16_followsTheLoss() {
    Recipe recipe = RECIPE.epochs(4);
    List<EpochReport> whole = new ArrayList<>();
    List<EpochReport> half = new ArrayList<>();

    trainer(recipe, whole).fit(TINY, stripes(16, 8));
    trainer(recipe.precision(Precision.BFLOAT16), half).fit(TINY, stripes(16, 8));

    assertThat(half.stream().mapToDouble(EpochReport::loss).toArray())
        .containsExactly(
            whole.stream().mapToDouble(EpochReport::loss).toArray(), Offset.offset(0.03));
  }

  /** Found as a service; the batch is Swin's. */
  @Test
  void train_withoutTrainer_usesThePapersRecipe() {
    assertThatThrownBy(() -> Detectors.swinTiny().train(stripes(8, 8)))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("at least one batch of 128, found 4 nature and 4 ai");
    assertThatThrownBy(() -> Detectors.swinTiny().train(stripes(8, 8), Path.of("unused")))
        .isInstanceOf(DatasetException.class);
  }

  @Test
  void fit_folder_savesCheckpointsAndResumes(@TempDir Path folder) {
    GradientTrainer stopped = GradientTrainer.with(RECIPE.epochs(2)).listener(stoppingAt(7));
    List<EpochReport> epochs = new ArrayList<>();

    assertThatThrownBy(() -> stopped.fit(TINY, stripes(16, 8), folder)).hasMessage("stopped");
    Weights resumed = trainer(RECIPE.epochs(2), epochs).fit(TINY, stripes(16, 8), folder);

    assertThat(epochs).extracting(EpochReport::epoch).containsExactly(1);
    assertSameNumbers(resumed, GradientTrainer.with(RECIPE.epochs(2)).fit(TINY, stripes(16, 8)));
  }

  static TrainingListener stoppingAt(long step) {
    return new TrainingListener() {
      @Override
      public void onStep(StepReport report) {
        if (report.step() == step) {
          throw new IllegalStateException("stopped");
        }
      }
    };
  }

  static GradientTrainer trainer(Recipe recipe, List<EpochReport> reports) {
    return GradientTrainer.with(recipe).listener(collecting(reports));
  }

  static TrainingListener collecting(List<EpochReport> reports) {
    return new TrainingListener() {
      @Override
      public void onEpoch(EpochReport report) {
        reports.add(report);
      }
    };
  }

  static void assertSameNumbers(Weights found, Weights expected) {
    assertThat(found.keys()).isEqualTo(expected.keys());
    for (String key : expected.keys()) {
      assertThat(found.get(key).toFloats()).as(key).isEqualTo(expected.get(key).toFloats());
      assertThat(found.get(key).toLongs()).as(key).isEqualTo(expected.get(key).toLongs());
    }
  }

  /** Noise; the AI-made images have a checkerboard on it. */
  static ImageDataset stripes(int count, int side) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      RandomGenerator random = Seed.of(5).at(i).random();
      Label label = i % 2 == 0 ? Label.NATURE : Label.AI;
      byte[] rgb = new byte[3 * side * side];
      for (int j = 0; j < rgb.length; j++) {
        int pixel = j / 3;
        boolean odd = (pixel % side + pixel / side) % 2 == 1;
        int checker = label == Label.AI && odd ? 90 : 0;
        rgb[j] = (byte) (60 + checker + random.nextInt(40));
      }
      byte[] png = Image.of(side, side, rgb).toPng();
      samples.add(new Sample("image " + i, ByteSource.wrap(png), label, Generator.ADM));
    }
    return ImageDataset.of(samples);
  }

  static Operand<TFloat32> convolution(ModelScope scope, Operand<TFloat32> images) {
    return Layers.convBatchNorm(
        scope.at("conv1"), scope.at("bn1"), images, 8, Conv.kernel(3).stride(2), Init.ONES);
  }

  static Operand<TFloat32> linear(ModelScope scope, Operand<TFloat32> x) {
    return Layers.linear(scope.at("fc"), Layers.globalAveragePool(scope, x), 2);
  }

  /** One strided convolution, batch norm, ReLU, mean, linear. */
  private record Tiny() implements Network {
    @Override
    public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) {
      return linear(scope, Layers.relu(scope, convolution(scope, images)));
    }
  }

  /** A linear layer over mean colours, reordered and scaled by what the architecture fixes. */
  private record Fixed() implements Network {
    @Override
    public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) {
      Ops tf = scope.tf();
      var order = scope.index("order", new int[] {2, 0, 1}, 3);
      var scale = scope.fixed("scale", new float[] {1, 2, 3}, 3);
      var x = tf.gather(Layers.globalAveragePool(scope, images), order, tf.constant(1));
      return Layers.linear(scope.at("fc"), tf.math.mul(x, scale), 2);
    }
  }
}
