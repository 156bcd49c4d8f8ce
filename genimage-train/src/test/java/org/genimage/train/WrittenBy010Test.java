package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.genimage.models.nn.Conv.kernel;
import static org.genimage.models.nn.Layers.convBatchNorm;
import static org.genimage.models.nn.Layers.globalAveragePool;
import static org.genimage.models.nn.Layers.linear;
import static org.genimage.models.nn.Layers.relu;

import com.google.common.io.ByteSource;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.image.Image;
import org.genimage.models.Blueprint;
import org.genimage.models.Head;
import org.genimage.models.InputContract;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.genimage.train.recipe.Average;
import org.genimage.train.recipe.Decay;
import org.genimage.train.recipe.ImageRecipe;
import org.genimage.train.recipe.Loss;
import org.genimage.train.recipe.Optimizer;
import org.genimage.train.recipe.Reading;
import org.genimage.train.recipe.Recipe;
import org.genimage.train.recipe.Schedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * Training that version 0.1.0 began is resumed and ends where 0.1.0 would have ended. The
 * resources' README says how they were made.
 */
class WrittenBy010Test {

  private static final Blueprint TINY =
      new Blueprint("Tiny", new Small(2), InputContract.crop(8), Head.NATURE_AI);

  private static final Recipe RECIPE =
      Recipe.of(
              Optimizer.AdamW.of(Decay.ofMatrices(0.05)),
              new Schedule.Cosine(0.05, 0.001, 3, Schedule.Warmup.NONE, Schedule.Every.EPOCH),
              3,
              4,
              new Loss.CrossEntropy(0.1),
              ImageRecipe.cropAndFlip())
          .average(new Average(0.75, true))
          .seed(7);

  /** The network of all resources. */
  private record Small(int outputs) implements Network {

    @Override
    public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) {
      var conv = scope.at("conv1");
      var x = relu(scope, convBatchNorm(conv, scope.at("bn1"), images, 4, kernel(3), Init.ONES));
      return linear(scope.at("fc"), globalAveragePool(scope, x), outputs);
    }
  }

  /** The images of all resources: AI images have vertical stripes, natural ones horizontal. */
  private static ImageDataset stripes() {
    List<Sample> samples = new ArrayList<>();
    for (int k = 0; k < 16; k++) {
      Label label = k % 2 == 0 ? Label.NATURE : Label.AI;
      byte[] rgb = new byte[3 * 9 * 9];
      for (int y = 0; y < 9; y++) {
        for (int x = 0; x < 9; x++) {
          int stripe = (label == Label.AI ? x : y) % 2 == 0 ? 60 : 160;
          for (int c = 0; c < 3; c++) {
            rgb[3 * (9 * y + x) + c] = (byte) (stripe + (37 * k + 5 * x + 11 * y + 83 * c) % 32);
          }
        }
      }
      samples.add(
          new Sample(
              "stripes/%02d.png".formatted(k),
              ByteSource.wrap(Image.of(9, 9, rgb).toPng()),
              label,
              k < 8 ? Generator.ADM : Generator.BIGGAN));
    }
    return ImageDataset.of(samples, "stripes");
  }

  private static Path fixture(String name) {
    try {
      return Path.of(WrittenBy010Test.class.getResource("/written-by-0.1.0/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void copy(String from, Path to) throws IOException {
    try (Stream<Path> files = Files.list(fixture(from))) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName().toString()));
      }
    }
  }

  /** Hears where training begins, and of every step and epoch. */
  private static final class Heard implements TrainingListener {

    private final List<String> begins = new ArrayList<>();
    private final List<Long> steps = new ArrayList<>();
    private final List<EpochReport> epochs = new ArrayList<>();

    @Override
    public void onBegin(int epoch, long step) {
      begins.add("epoch %d, step %d".formatted(epoch, step));
    }

    @Override
    public void onStep(StepReport report) {
      steps.add(report.step());
    }

    @Override
    public void onEpoch(EpochReport report) {
      epochs.add(report);
    }
  }

  /**
   * A variance is a float32 sum over up to a million pixels, which processors round differently:
   * with AVX-512 it was 7e-5 of itself from the one with AVX2.
   */
  private static double rounding(String key) {
    return key.endsWith("running_var") ? 1e-4 : 1e-5;
  }

  private static void assertClose(Weights found, Weights expected) {
    assertThat(found.keys()).containsExactlyElementsOf(expected.keys());
    for (String key : expected.keys()) {
      assertThat(found.get(key).shape()).as(key).isEqualTo(expected.get(key).shape());
      assertThat(found.get(key).toFloats())
          .as(key)
          .containsExactly(expected.get(key).toFloats(), within((float) rounding(key)));
      assertThat(found.get(key).toLongs()).as(key).isEqualTo(expected.get(key).toLongs());
    }
  }

  private static GradientTrainer trainer() {
    return GradientTrainer.with(RECIPE)
        .from(Weights.read(fixture("start.safetensors")))
        .freeze("fc\\.bias")
        .validation(stripes());
  }

  @Test
  void fit_stoppedInsideAnEpoch_isResumedAtItsStep(@TempDir Path folder) throws IOException {
    copy("stopped", folder);
    String firstRow = Files.readAllLines(folder.resolve("epochs.csv")).get(1);
    Heard heard = new Heard();

    Weights weights =
        trainer()
            .checkpoints(Checkpoints.in(folder).everySteps(3).best(2))
            .listener(heard, TrainingListeners.csv(folder.resolve("epochs.csv")))
            .fit(TINY, stripes());

    assertThat(heard.begins).containsExactly("epoch 1, step 6");
    assertThat(heard.steps).containsExactly(7L, 8L, 9L, 10L, 11L, 12L);
    assertThat(heard.epochs).extracting(EpochReport::samples).containsExactly(16, 16);
    assertThat(heard.epochs.get(0).loss()).isCloseTo(0.5462069809436798, within(1e-5));
    assertThat(heard.epochs.get(1).loss()).isCloseTo(0.5117345750331879, within(1e-5));
    assertThat(heard.epochs)
        .extracting(report -> report.validationAccuracy().getAsDouble())
        .containsExactly(1.0, 1.0);
    assertClose(weights, Weights.read(fixture("stopped-end.safetensors")));
    assertThat(Files.readAllLines(folder.resolve("epochs.csv")))
        .hasSize(4)
        .element(1)
        .isEqualTo(firstRow);
    assertThat(folder.resolve("epoch-0.safetensors"))
        .as("no longer of the best two")
        .doesNotExist();
  }

  @Test
  void fit_brokenLastCheckpoint_isResumedFromTheOneBefore(@TempDir Path folder) throws IOException {
    copy("stopped", folder);
    Files.write(folder.resolve("training.safetensors"), new byte[] {1, 2, 3});
    Heard heard = new Heard();

    Weights weights = trainer().checkpoints(folder).listener(heard).fit(TINY, stripes());

    assertThat(heard.begins).containsExactly("epoch 1, step 4");
    assertClose(weights, Weights.read(fixture("stopped-end.safetensors")));
  }

  @Test
  void fit_otherRecipe_isRefusedByWhatDiffers(@TempDir Path folder) throws IOException {
    copy("stopped", folder);

    assertThatThrownBy(
            () ->
                GradientTrainer.with(RECIPE.seed(8))
                    .from(Weights.read(fixture("start.safetensors")))
                    .freeze("fc\\.bias")
                    .validation(stripes())
                    .checkpoints(folder)
                    .fit(TINY, stripes()))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("seed is 7, expected 8")
        .hasMessageContaining("choose another checkpoint folder or delete this one");
  }

  @Test
  void weights_ofEpochs_load() {
    for (String name : List.of("last", "best", "epoch-0")) {
      Weights weights = Weights.read(fixture("stopped/" + name + ".safetensors"));
      assertThat(weights.metadata())
          .containsEntry("genimage.detector", "Tiny")
          .containsEntry("genimage.epoch", "0")
          .containsEntry("genimage.start", "given weights")
          .hasEntrySatisfying(
              "genimage.training_data",
              text ->
                  assertThat(text)
                      .contains(
                          "717dcb6865cdbb0d9660af161f316dbab84c55cb3ef91c44c7ca6ca3517ebe57",
                          "\"selection\":\"stripes\""));
      TINY.load(weights).close();
    }
  }

  static Stream<Arguments> papers() {
    return Stream.of(
        Arguments.of("resnet-50", paper("ResNet-50", Head.NATURE_AI, 8), new Reading[0]),
        Arguments.of("deit-s", paper("DeiT-S", Head.NATURE_AI, 8), new Reading[0]),
        Arguments.of(
            "deit-s-scaled_rate",
            paper("DeiT-S", Head.NATURE_AI, 8),
            new Reading[] {Reading.SCALED_RATE}),
        Arguments.of("swin-t", paper("Swin-T", Head.NATURE_AI, 8), new Reading[0]),
        Arguments.of(
            "swin-t-scaled_rate",
            paper("Swin-T", Head.NATURE_AI, 8),
            new Reading[] {Reading.SCALED_RATE}),
        Arguments.of("cnnspot", paper("CNNSpot", Head.AI_LOGIT, 8), new Reading[0]),
        Arguments.of(
            "cnnspot-steady_rate",
            paper("CNNSpot", Head.AI_LOGIT, 8),
            new Reading[] {Reading.STEADY_RATE}),
        Arguments.of("spec", paper("Spec", Head.NATURE_AI, 8), new Reading[0]),
        Arguments.of(
            "spec-decaying_rate",
            paper("Spec", Head.NATURE_AI, 8),
            new Reading[] {Reading.DECAYING_RATE}),
        Arguments.of("f3net", paper("F3Net", Head.AI_LOGIT, 299), new Reading[0]),
        Arguments.of("f3net-two-logits", paper("F3Net", Head.NATURE_AI, 299), new Reading[0]),
        Arguments.of("gramnet", paper("GramNet", Head.NATURE_AI, 512), new Reading[0]));
  }

  /** Returns a blueprint of a detector's name, whose network is small. */
  private static Blueprint paper(String name, Head head, int side) {
    return new Blueprint(name, new Small(head.outputs()), InputContract.crop(side), head);
  }

  /** A checkpoint holds the whole recipe, value by value, and is resumed by an equal one alone. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("papers")
  void fit_byAPapersRecipe_isResumedAfterItsFirstEpoch(
      String name, Blueprint blueprint, Reading[] readings, @TempDir Path folder)
      throws IOException {
    copy("papers/" + name, folder);
    Heard heard = new Heard();

    GradientTrainer.with(Recipe.paper(blueprint, readings).batchSize(4).epochs(2))
        .validation(stripes())
        .checkpoints(folder)
        .listener(heard)
        .fit(blueprint, stripes());

    assertThat(heard.begins).containsExactly("epoch 1, step 4");
    assertThat(heard.steps).containsExactly(5L, 6L, 7L, 8L);
    assertClose(
        Weights.read(folder.resolve("last.safetensors")),
        Weights.read(fixture("papers/" + name + "/end.safetensors")));
  }
}
