package org.genimage.app.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.genimage.app.Run;
import org.genimage.data.GenImage;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Progress;
import org.genimage.data.Sample;
import org.genimage.data.Seed;
import org.genimage.data.internal.OutputLock;
import org.genimage.data.simulation.SimulatedGenImage;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.models.VerdictRule;
import org.genimage.models.weights.Weights;
import org.genimage.train.recipe.Recipe;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class RealImagesCommandTest {

  @TempDir static Path shared;

  private static Path list;

  @TempDir Path folder;

  private String said = "";

  /** Writes a list with two AI sources and two photo sources. */
  @BeforeAll
  static void writeImages() throws IOException {
    Path images = shared.resolve("data");
    SimulatedGenImage.seeded(1)
        .imageSize(40)
        .generators(List.of(Generator.BIGGAN, Generator.GLIDE))
        .train(10)
        .validation(4)
        .writeTo(images, Progress.NONE);
    GenImage genimage = GenImage.open(images);
    List<String> lines = new ArrayList<>(List.of("path,label,generator,source,split"));
    lines.addAll(lines(genimage.train(), "train"));
    lines.addAll(lines(genimage.validation(), "val"));
    list = Files.write(shared.resolve("list.csv"), lines);
  }

  private static List<String> lines(ImageDataset images, String split) {
    return images.samples().stream()
        .map(
            sample ->
                String.join(
                    ",",
                    sample.name(),
                    sample.label().folder(),
                    sample.generator().name(),
                    (sample.label() == Label.AI ? "made-" : "taken-") + sample.generator().name(),
                    split))
        .toList();
  }

  private int run(String... arguments) {
    Run run =
        Run.of(
            Stream.concat(
                    Stream.of("real-images", "--out=" + folder, "--detector=ferretnet-s"),
                    Stream.of(arguments))
                .toArray(String[]::new));
    said = run.out() + run.err();
    return run.code();
  }

  private JsonNode figures(String run) throws IOException {
    return new ObjectMapper().readTree(folder.resolve(run).resolve("figures.json").toFile());
  }

  @Test
  void heldOut_isMeasuredOnce_withRulesSourcesAndWeights() throws IOException {
    assertThat(run("--data=" + list, "--side=32", "--samples=64", "--seed=3")).as(said).isZero();

    JsonNode figures = figures("ferretnet-s-held-out-3");
    assertThat(figures.get("images").asInt()).isEqualTo(16);
    assertThat(figures.get("balanced").asDouble()).isBetween(0.0, 100.0);
    assertThat(figures.get("sources").has("AI: made-GLIDE")).isTrue();
    assertThat(figures.get("sources").has("photographs: taken-BigGAN")).isTrue();
    assertThat(figures.get("generators").has("GLIDE")).isTrue();
    assertThat(figures.get("rules").fieldNames())
        .toIterable()
        .contains("file size", "mean brightness", "fine detail", "JPEG quality");
    Path made = folder.resolve("ferretnet-s-held-out-3");
    Weights weights = Weights.read(made.resolve("weights.safetensors"));
    assertThat(weights.calibration().threshold())
        .isCloseTo(figures.get("threshold").asDouble(), within(1e-4));
    assertThat(VerdictRule.of(weights)).isPresent();
    // 40 images to train on, of which a fifth of each of four sources is held back
    assertThat(weights.metadata().get("genimage.training_data"))
        .contains("\"BigGAN/ai\":8", "\"GLIDE/nature\":8");
    assertThat(made.resolve("report.html")).content().contains("made-GLIDE", "JPEG 96 on both");
    assertThat(folder.resolve("table.md")).content().contains("| FerretNet-S | held-out | 3 |");
  }

  @Test
  void sources_areLeftOutInPairs_andHeldOutImagesAreNotRead() throws IOException {
    assertThat(run("--data=" + list, "--side=32", "--test=sources", "--samples=16"))
        .as(said)
        .isZero();

    JsonNode figures = figures("ferretnet-s-sources-42");
    assertThat(figures.get("folds").fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder(
            "without made-BigGAN and taken-BigGAN", "without made-GLIDE and taken-GLIDE");
    assertThat(figures.get("folds").elements().next().get("images").asInt()).isEqualTo(20);
    assertThat(figures.get("balanced").asDouble()).isBetween(0.0, 100.0);
    assertThat(said).contains("20 to train on, 20 to test on");
  }

  @Test
  void folds_testEveryTrainingImageOnce() throws IOException {
    assertThat(run("--data=" + list, "--side=32", "--test=folds", "--folds=2", "--samples=16"))
        .as(said)
        .isZero();

    JsonNode figures = figures("ferretnet-s-folds-42");
    assertThat(figures.get("images").asInt()).isEqualTo(40);
    assertThat(figures.get("folds").get("part 1").get("images").asInt()).isEqualTo(20);
    assertThat(figures.get("balanced_aligned").asDouble()).isBetween(0.0, 100.0);
    assertThat(said).containsPattern("balanced accuracy, JPEG 96 on both: \\d+\\.\\d %");
    Path made = folder.resolve("ferretnet-s-folds-42");
    assertThat(made.resolve("epochs-1-part-1.csv")).exists();
    assertThat(made.resolve("epochs-2-part-2.csv")).exists();
    assertThat(made.resolve("report.html"))
        .content()
        .contains("Aligned, %", "Balanced accuracy, aligned: mean ");
  }

  @Test
  void recipes_areTriedOnFolds_andTheBestIsSaid() throws IOException {
    assertThat(
            run(
                "--data=" + list,
                "--side=32",
                "--test=folds",
                "--folds=2",
                "--samples=16",
                "--rate=0.0005,0.004",
                "--recompressed=0"))
        .as(said)
        .isZero();

    JsonNode low = figures("ferretnet-s-folds-42-rate-0.0005-recompressed-0");
    JsonNode high = figures("ferretnet-s-folds-42-rate-0.004-recompressed-0");
    assertThat(low.get("rate").asDouble()).isEqualTo(0.0005);
    assertThat(high.get("rate").asDouble()).isEqualTo(0.004);
    assertThat(high.get("recompressed").asDouble()).isZero();
    String best =
        low.get("roc_auc").asDouble() >= high.get("roc_auc").asDouble() ? "0.0005" : "0.004";
    assertThat(said)
        .contains(
            "FerretNet-S: the best of 2 recipes by ROC AUC: rate %s, crops of 32 pixels"
                .formatted(best));
    assertThat(folder.resolve("table.md")).content().contains("| 0.0005 | 32 | 0.0 |", "| 0.004 |");
  }

  @Test
  void trials_areAllCombinations_andEachTrainsWithItsValues() {
    RecipeOptions options = new RecipeOptions();
    new CommandLine(options)
        .parseArgs("--rate=0.01,0.02,0.01", "--crop=64,80", "--recompressed=0.5", "--samples=99");

    List<RecipeOptions.Trial> trials = options.trials(Detectors.npr(), 192);

    assertThat(trials.stream().map(RecipeOptions.Trial::values))
        .containsExactly(
            "-rate-0.01-crop-64-recompressed-0.5",
            "-rate-0.01-crop-80-recompressed-0.5",
            "-rate-0.02-crop-64-recompressed-0.5",
            "-rate-0.02-crop-80-recompressed-0.5");
    RealRecipe last = trials.get(3).recipe();
    assertThat(last.samples()).isEqualTo(99);
    Recipe trained = last.recipe(50, Detectors.npr(), 1);
    assertThat(trained.schedule().toString()).contains("base=0.02");
    assertThat(trained.images().toString())
        .contains("SmallerCrop[side=80]", "Jpeg[probability=0.5");
    assertThat(new RecipeOptions().trials(Detectors.npr(), 64))
        .singleElement()
        .satisfies(
            own -> {
              assertThat(own.values()).isEmpty();
              assertThat(own.recipe().crop()).isEqualTo(64);
            });
  }

  @Test
  void windows_trainOnTheOlderGenerator_testOnTheNewerOne() throws IOException {
    assertThat(run("--data=" + list, "--side=32", "--test=windows", "--samples=16"))
        .as(said)
        .isZero();

    JsonNode figures = figures("ferretnet-s-windows-42");
    JsonNode fold = figures.get("folds").get("2021-12-20: GLIDE");
    assertThat(figures.get("folds")).hasSize(1);
    assertThat(fold.get("images").asInt()).isEqualTo(20);
    assertThat(figures.get("roc_auc").asDouble()).isEqualTo(fold.get("roc_auc").asDouble());
    assertThat(said).contains("2021-12-20: GLIDE: 20 to train on, 20 to test on");
    assertThat(folder.resolve("ferretnet-s-windows-42/epochs-1-2021-12-20-glide.csv")).exists();
  }

  @Test
  void cut_takesTheShareOfEverySource_andIsRepeatable() throws IOException {
    SourcedImages images = SourcedImages.read(list, 1);
    List<ImageDataset> parts =
        SourcedImages.cut(images.training(), images.source(), 0.3, Seed.of(5));

    assertThat(parts.get(1).samples()).hasSize(12);
    for (String source : List.of("made-BigGAN", "made-GLIDE", "taken-BigGAN", "taken-GLIDE")) {
      assertThat(
              parts.get(1).samples().stream()
                  .filter(sample -> images.source().apply(sample).equals(source)))
          .as(source)
          .hasSize(3);
    }
    assertThat(names(parts.get(0))).doesNotContainAnyElementsOf(names(parts.get(1))).hasSize(28);
    assertThat(names(SourcedImages.cut(images.training(), images.source(), 0.3, Seed.of(5)).get(1)))
        .isEqualTo(names(parts.get(1)));
    assertThat(names(SourcedImages.cut(images.training(), images.source(), 0.3, Seed.of(6)).get(1)))
        .isNotEqualTo(names(parts.get(1)));
  }

  private static List<String> names(ImageDataset images) {
    return images.samples().stream().map(Sample::name).toList();
  }

  @Test
  void everyRecipe_isForItsDetector() {
    for (String name : RealRecipe.detectors()) {
      Blueprint blueprint = Detectors.named(name);
      RealRecipe plan = RealRecipe.of(blueprint);
      assertThat(plan.recipe(2_000, blueprint, 1).epochs()).as(name).isPositive();
      assertThat(plan.input(blueprint, 192).entries()).as(name).isNotEmpty();
    }
  }

  @Test
  void test_ofUnknownName_isAWrongCall() {
    assertThat(run("--data=" + list, "--test=all")).isEqualTo(2);
  }

  /** Hours of training must not end in a part that has nothing to choose on. */
  @Test
  void partsWithoutOneLabel_areFoundBeforeTraining() throws IOException {
    List<String> lines = new ArrayList<>();
    int natural = 0;
    for (String line : Files.readAllLines(list)) {
      boolean nature = line.contains(",nature,") && line.endsWith(",train");
      natural += nature ? 1 : 0;
      if (!nature || natural <= 5) {
        lines.add(nature ? line.replaceAll("taken-\\w+", "one-source") : line);
      }
    }
    Path few = Files.write(folder.resolve("few.csv"), lines);

    assertThat(run("--data=" + few, "--side=32", "--samples=16")).isEqualTo(2);

    assertThat(said)
        .contains("to choose the threshold: expected natural and AI images, found 0 and ")
        .doesNotContain("Training");
  }

  @Test
  void heldOutImage_thatCannotBeRead_isFoundBeforeTraining() throws IOException {
    Path broken = Files.write(folder.resolve("broken.jpg"), new byte[] {1, 2, 3});
    List<String> lines = new ArrayList<>(Files.readAllLines(list));
    lines.add(broken + ",ai,GLIDE,made-GLIDE,val");
    Path withBroken = Files.write(folder.resolve("broken.csv"), lines);

    assertThat(run("--data=" + withBroken, "--side=32", "--samples=16")).isEqualTo(2);

    assertThat(said).contains("broken.jpg").doesNotContain("Training", "\tat ");
  }

  /** Images that the list says nothing of are held out, however the others' split is written. */
  @Test
  void split_thatIsEmpty_isHeldOut() throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(list)) {
      lines.add(line.replaceAll(",val$", ",").replaceAll(",train$", ",Train"));
    }
    SourcedImages images = SourcedImages.read(Files.write(shared.resolve("blank.csv"), lines), 1);

    assertThat(images.training().size()).isEqualTo(40);
    assertThat(images.test().size()).isEqualTo(16);
  }

  @Test
  void list_ofOneSource_orWithAFolder_isRefusedBeforeTraining() throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(list)) {
      lines.add(line.replaceAll("(made|taken)-\\w+", "home"));
    }
    Path one = Files.write(shared.resolve("one.csv"), lines);
    assertThat(run("--data=" + one, "--test=sources")).isEqualTo(2);
    assertThat(said).contains("needs AI images of at least 2 sources, found those of 1 [home]");

    lines.add("data,ai,ADM,home,val");
    Path withFolder = Files.write(shared.resolve("folder.csv"), lines);
    assertThat(run("--data=" + withFolder)).isEqualTo(2);
    assertThat(said).contains("expected files that exist, found none at data; correct the list");
  }

  /** Two runs would mix their weights, figures and reports. */
  @Test
  void run_besideAnotherOne_isRefusedBeforeAnyWork() throws IOException {
    Path made = folder.resolve("ferretnet-s-held-out-42");
    OutputLock other = OutputLock.alone(made);
    try (other) {
      assertThat(run("--data=" + list)).isEqualTo(2);
      assertThat(said)
          .isEqualToIgnoringNewLines(
              "error: --out: expected a folder that no other run writes, found %s in use; wait for"
                      .formatted(made)
                  + " the end of the other run, or choose another folder");
    }
    assertThat(made).doesNotExist();
    assertThat(run("--data=none.csv")).as("the lock is released").isEqualTo(2);
    assertThat(said).contains("found no file there");
    assertThat(run("--data=none.csv")).isEqualTo(2);
    assertThat(said).contains("found no file there");
  }

  /** The output may be in a folder with files of others. */
  @Test
  void table_passesOverFiguresOfOthers() throws IOException {
    Path figures = Files.createDirectories(folder.resolve("other")).resolve("figures.json");
    for (String foreign : List.of("[1]", "{\"mine\": 1}", "no JSON", "")) {
      Files.writeString(figures, foreign);
      assertThat(RealFigures.below(folder)).as(foreign).isEmpty();
    }
    Files.writeString(figures, "{\"detector\": \"NPR\"}");
    assertThat(RealFigures.below(folder)).hasSize(1);
  }

  @Test
  void start_ofAnotherDetector_isFoundBeforeTraining() {
    Path file = folder.resolve("other.safetensors");
    Detectors.safe().initialWeights(1).write(file);

    assertThat(run("--data=" + list, "--side=32", "--start=" + file)).isEqualTo(2);
    assertThat(said).startsWith("error: --start: ").doesNotContain("Training", "\tat ");
    assertThat(run("--data=" + list, "--start=nowhere.pth")).isEqualTo(2);
    assertThat(said).contains("--start: expected weights, found nothing at nowhere.pth");
  }

  @ParameterizedTest
  @CsvSource({
    "--detector=vgg, FerretNet-S",
    "--side=0, --side must be positive",
    "--calibration=1, between 0 and 1",
    "--folds=1, at least 2",
    "--window=0, --window must be positive",
    "--rate=0, --rate must be a number above 0",
    "--rate=NaN --test=folds, --rate must be a number above 0",
    "--crop=0, --crop must be positive",
    "--crop=193, '--crop must be at most --side, 192, got 193'",
    "--crop=2 --detector=residuals, --crop: Residuals cannot take images of 2 x 2 pixels",
    "--recompressed=1.1, --recompressed must be between 0 and 1",
    "'--rate=0.1,0.2', held-out images choose nothing",
    "--test=folds --folds=2147483647, '--folds: expected at most 20, as many as there are'",
    "--test=windows --window=3, time windows need AI images of at least two",
    "--data=none.csv, found no file there",
    "--side=2 --detector=residuals, --side: Residuals cannot take images of 2 x 2 pixels",
    "--side=63 --detector=npr, --side: NPR needs images of even sides"
  })
  void mistake_isExplained(String argument, String sentence) {
    String data = argument.startsWith("--data") ? "--samples=16" : "--data=" + list;
    String[] arguments = (data + " " + argument).split(" ");

    assertThat(run(arguments)).as(said).isEqualTo(2);
    assertThat(said.toLowerCase(Locale.ROOT))
        .contains(sentence.toLowerCase(Locale.ROOT))
        .doesNotContain("\tat ");
  }
}
