package org.genimage.app.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.genimage.data.Generator;
import org.genimage.data.Progress;
import org.genimage.data.Sampling;
import org.genimage.data.simulation.SimulatedGenImage;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.models.nn.Parameter;
import org.genimage.models.weights.Weights;
import org.genimage.train.recipe.Recipe;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TrainCommandTest {

  @TempDir static Path shared;

  private static Path images;

  @TempDir Path folder;

  private Path data = images;

  private String said = "";

  @BeforeAll
  static void writeImages() {
    images = shared.resolve("data");
    SimulatedGenImage.seeded(1)
        .imageSize(140)
        .publishedBias(true)
        .generators(List.of(Generator.BIGGAN, Generator.GLIDE))
        .train(2)
        .validation(2)
        .writeTo(images, Progress.NONE);
  }

  private int run(String... arguments) {
    Said heard = new Said();
    int code =
        heard.run(
            Stream.concat(
                    Stream.of("train", "--out=" + folder.resolve("out"), "--data=" + data),
                    Stream.of(arguments))
                .toArray(String[]::new));
    said = heard.text();
    return code;
  }

  @Test
  void detector_isTrainedSavedAndScored_andResumes() throws IOException {
    String[] command = {
      "--detector", "SPEC", "--epochs", "2", "--batch", "4", "--freeze", "conv1\\..*", "--seed", "7"
    };

    assertThat(run(command)).as(said).isZero();

    assertThat(said)
        .containsPattern(
            "plan: Spec, 2 epochs of 8 images, 4 steps of 4 images: about \\d+(\\.\\d minutes|\\sseconds?) at"
                + " \\d+\\.\\d images/s")
        .contains("Spec: 2 epochs of 8 images in ")
        .containsPattern("GLIDE +\\d+\\.\\d %  \\(95 % interval .*of 4\\)")
        .containsPattern("all +\\d+\\.\\d %  \\(95 % interval .*of 8\\)")
        .contains("warning: File format alone reaches 100.0 %: the figures below do not measure")
        .containsPattern("all, JPEG 96 on both +\\d+\\.\\d %  \\(95 % interval .*of 8\\)")
        .containsPattern("difference +[-+]\\d+\\.\\d points \\(95 % interval [-+]");
    Path made = folder.resolve("out/spec-small");
    Weights trained = Weights.read(made.resolve("weights.safetensors")).inMemory();
    assertThat(trained.metadata().get("genimage.detector")).isEqualTo("Spec");
    assertThat(trained.metadata().get("genimage.training_data")).contains("\"BigGAN/ai\":2");
    assertThat(trained.metadata().get("genimage.recipe")).contains("seed");
    Blueprint spec = Detectors.spec();
    assertThat(trained.get("conv1.weight").toFloats())
        .isEqualTo(SmallData.of(spec).input(spec).initialWeights(7).get("conv1.weight").toFloats());
    assertThat(Files.readAllLines(made.resolve("epochs.csv"))).hasSize(1 + 2);
    assertThat(made.resolve("tensorboard")).isNotEmptyDirectory();

    command[0] = "--no-aligned";
    command[1] = "--detector=SPEC";
    assertThat(run(command)).isZero();
    assertThat(said)
        .contains("warning: File format alone reaches 100.0 %")
        .doesNotContain("JPEG 96", "difference");
    assertThat(said).contains("plan: Spec, 0 epochs of 8 images are left of 2, 0 steps");
    assertThat(Files.readAllLines(made.resolve("epochs.csv"))).hasSize(1 + 2);
    assertThat(Weights.read(made.resolve("weights.safetensors")).get("fc.weight").toFloats())
        .isEqualTo(trained.get("fc.weight").toFloats());
  }

  @Test
  void backbone_thatDoesNotFit_isRefused() {
    Path file = folder.resolve("backbone.safetensors");
    Detectors.spec().initialWeights(1).without("layer4.").write(file);

    assertThat(run("--detector=spec", "--backbone=" + file, "--samples=8")).isEqualTo(2);
    assertThat(said).startsWith("error: --backbone: ").contains("layer4.");
  }

  @ParameterizedTest
  @CsvSource({
    "2, --detector=vgg, Swin-T",
    "2, --detector=all --backbone=any, --backbone is one",
    "2, --detector=spec --backbone=any, found nothing at any",
    "2, --detector=spec --samples=0, --samples must be positive",
    "2, --detector=spec --epochs=1 --samples=8, exclude",
    "2, --detector=spec --freeze=nothing, nothing",
    "2, --detector=spec --recipe=paper, at least one batch of 64"
  })
  void mistake_isExplained(int code, String arguments, String sentence) {
    assertThat(run(arguments.split(" "))).isEqualTo(code);
    assertThat(said).contains("error: ", sentence).doesNotContain("\tat ");
  }

  @Test
  void folderThatIsMissing_isNamed() {
    data = folder.resolve("nowhere");

    assertThat(run("--detector=spec")).isEqualTo(ExitCode.USAGE);
    assertThat(said).contains("error: ", "nowhere").doesNotContain("\tat ");
  }

  static List<Blueprint> detectors() {
    return Detectors.all();
  }

  /** All seven with their small inputs; docs/training.md has the accuracies that they reach. */
  @ParameterizedTest
  @MethodSource("detectors")
  void smallRecipe_isNotThePapers_andItsInputFits(Blueprint published) {
    SmallData small = SmallData.of(published);
    Recipe recipe = small.recipe(published, 2, 64);

    assertThat(small.input(published).entries()).isNotEmpty();
    assertThat(recipe.description()).isNotEqualTo(Recipe.paper(published).description());
    assertThat(recipe.values())
        .filteredOn(value -> value.name().equals("epochs"))
        .allSatisfy(value -> assertThat(value.toString()).contains("chosen"));
  }

  @ParameterizedTest
  @CsvSource({"DeiT-S, 16", "Swin-T, 4"})
  void transformer_startsWithFiltersThatIgnoreBrightness(String name, int side) {
    Blueprint small = small(name);

    float[] filters =
        SmallData.start(small, 3).orElseThrow().get("patch_embed.proj.weight").toFloats();

    for (int plane = 0; plane < filters.length; plane += side * side) {
      double sum = 0;
      double square = 0;
      for (int i = plane; i < plane + side * side; i++) {
        sum += filters[i];
        square += filters[i] * filters[i];
      }
      assertThat(sum).isCloseTo(0, within(1e-4));
      assertThat(square).isPositive();
    }
    assertThat(small.entries().stream().filter(entry -> frozen(small, entry.key())))
        .extracting(Parameter::key)
        .containsExactlyInAnyOrder("patch_embed.proj.weight", "patch_embed.proj.bias");
  }

  private static boolean frozen(Blueprint blueprint, String key) {
    return SmallData.frozen(blueprint).stream().anyMatch(key::matches);
  }

  @Test
  void cnnSpot_startsWithBranchesAtZero() {
    Weights start = SmallData.start(small("CNNSpot"), 3).orElseThrow();

    assertThat(start.get("layer3.1.bn3.weight").toFloats()).containsOnly(0);
    assertThat(start.get("fc.weight").shape()).containsExactly(1, 2048);
  }

  private static Blueprint small(String name) {
    return Detectors.all().stream()
        .filter(one -> one.name().equals(name))
        .map(one -> SmallData.of(one).input(one))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void smallRecipe_fewImages_areAllUsedInEvenBatches() {
    Blueprint f3Net = Detectors.f3Net();

    Recipe recipe = SmallData.of(f3Net).recipe(f3Net, 1, 31);

    assertThat(recipe.sampling()).isEqualTo(Sampling.BALANCED);
    assertThat(recipe.batchSize()).isEqualTo(30);
    assertThat(recipe.dropLast()).isFalse();
  }
}
