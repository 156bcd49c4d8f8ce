package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.ByteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.genimage.data.DatasetException;
import org.genimage.data.Generator;
import org.genimage.data.Image;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.Seed;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.models.Head;
import org.genimage.models.InputContract;
import org.genimage.models.Network;
import org.genimage.models.Weights;
import org.genimage.models.WeightsException;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.Layers;
import org.genimage.models.nn.ModelScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class GradientTrainerTest {

  private static final Blueprint TINY =
      new Blueprint("tiny", new Tiny(), InputContract.crop(8), Head.NATURE_AI);

  private static final Recipe RECIPE =
      Recipe.paper(Detectors.resnet50())
          .loss(new Loss.CrossEntropy(0), ImageRecipe.cropAndFlip())
          .schedule(new Schedule.Cosine(0.05, 0.001, 20, 0, 0.05, false))
          .epochs(20)
          .batchSize(4);

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
    Recipe recipe =
        RECIPE.loss(
            new Loss.JsdCrossEntropy(3, 12, 0.1),
            new ImageRecipe(ImageRecipe.Crop.RANDOM, 0.5, true, 3, 0.6));
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
  void fit_stoppedAfterAnEpoch_goesOnToTheSameWeights(@TempDir Path folder) {
    ImageDataset data = stripes(8, 9);
    Recipe recipe =
        RECIPE
            .loss(
                new Loss.JsdCrossEntropy(2, 12, 0.1),
                new ImageRecipe(ImageRecipe.Crop.RANDOM, 0.5, true, 2, 0.6))
            .epochs(5);
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
  void fit_sameNetworkAsAnotherObject_goesOn(@TempDir Path folder) {
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
    for (Blueprint blueprint : Detectors.all()) {
      assertThat(blueprint.toString()).doesNotContain("Lambda", "@");
    }
    assertThat(Recipe.paper(Detectors.resnet50()).toString()).doesNotContain("Lambda", "@");
  }

  @Test
  void fit_checkpointOfAnotherRecipe_isRefused(@TempDir Path folder) {
    ImageDataset data = stripes(8, 8);
    GradientTrainer.with(RECIPE.epochs(1)).checkpoints(folder).fit(TINY, data);

    assertThatThrownBy(
            () -> GradientTrainer.with(RECIPE.epochs(2)).checkpoints(folder).fit(TINY, data))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("expected a checkpoint of this training, found one of another");
  }

  @Test
  void fit_validation_bringsBackTheBestEpoch(@TempDir Path folder) {
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
  void fit_hugeLearningRate_stopsAndKeepsTheCheckpoint(@TempDir Path folder) throws IOException {
    ImageDataset data = stripes(8, 8);
    Schedule exploding = (epoch, progress) -> epoch == 0 ? 0.01 : 1e38;
    GradientTrainer trainer = GradientTrainer.with(RECIPE.schedule(exploding)).checkpoints(folder);

    assertThatThrownBy(() -> trainer.fit(TINY, data))
        .isInstanceOf(TrainingDivergedException.class)
        .hasMessageStartingWith("training diverged: the loss of step ")
        .hasMessageContaining("lower the learning rate");
    assertThat(Files.exists(folder.resolve("last.safetensors"))).isTrue();
    assertThat(Weights.read(folder.resolve("last.safetensors")).get("fc.weight").toFloats())
        .doesNotContain(Float.NaN);
  }

  @Test
  void fit_weights_sayWhereTheyComeFrom() {
    ImageDataset data = ImageDataset.of(stripes(8, 8).samples(), "stripes alone");
    Weights weights = GradientTrainer.with(RECIPE.epochs(1)).fit(TINY, data);

    assertThat(weights.metadata())
        .containsEntry("genimage.detector", "tiny")
        .containsEntry("genimage.recipe", RECIPE.epochs(1).toString());
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
    Schedule still = (epoch, progress) -> 0;

    Weights trained =
        GradientTrainer.with(RECIPE.schedule(still).epochs(1)).from(given).fit(TINY, stripes(8, 8));

    for (String key : new String[] {"conv1.weight", "bn1.bias", "fc.weight", "fc.bias"}) {
      assertThat(trained.get(key).toFloats()).isEqualTo(given.get(key).toFloats());
    }
    assertThat(trained.get("bn1.running_mean").toFloats())
        .isNotEqualTo(given.get("bn1.running_mean").toFloats());
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

  private static GradientTrainer trainer(Recipe recipe, List<EpochReport> reports) {
    return GradientTrainer.with(recipe)
        .listener(
            new TrainingListener() {
              @Override
              public void onEpoch(EpochReport report) {
                reports.add(report);
              }
            });
  }

  private static void assertSameNumbers(Weights found, Weights expected) {
    assertThat(found.keys()).isEqualTo(expected.keys());
    for (String key : expected.keys()) {
      assertThat(found.get(key).toFloats()).as(key).isEqualTo(expected.get(key).toFloats());
      assertThat(found.get(key).toLongs()).as(key).isEqualTo(expected.get(key).toLongs());
    }
  }

  /** Noise; the AI-made images have a checkerboard on it. */
  private static ImageDataset stripes(int count, int side) {
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

  private static Operand<TFloat32> convolution(ModelScope scope, Operand<TFloat32> images) {
    return Layers.convBatchNorm(
        scope.at("conv1"), scope.at("bn1"), images, 8, Conv.kernel(3).stride(2), Init.ONES);
  }

  private static Operand<TFloat32> linear(ModelScope scope, Operand<TFloat32> x) {
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
