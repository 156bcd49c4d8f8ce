package org.genimage.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.genimage.attacks.AttackedImage;
import org.genimage.data.GenImage;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Progress;
import org.genimage.data.doctor.DataReport;
import org.genimage.data.image.Image;
import org.genimage.data.simulation.SimulatedGenImage;
import org.genimage.eval.Comparison;
import org.genimage.eval.Scores;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.models.InputContract;
import org.genimage.models.VerdictRule;
import org.genimage.models.pretrained.DownloadException;
import org.genimage.models.weights.Weights;
import org.genimage.train.recipe.Recipe;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The short programs, run on a few simulated images with random weights. */
class ShortProgramsTest {

  @TempDir static Path shared;

  private static Path data;
  private static Path nature;
  private static Path ai;
  private static Path photo;
  private static Path weights;

  @TempDir Path folder;

  @BeforeAll
  static void writeImagesAndWeights() {
    data = shared.resolve("data");
    SimulatedGenImage.seeded(1)
        .imageSize(70)
        .generators(List.of(Generator.BIGGAN))
        .train(4)
        .validation(4)
        .writeTo(data, Progress.NONE);
    photo = Path.of(GenImage.open(data).validation().sample(0).name());
    nature = photo.getParent();
    ai = nature.resolveSibling(Label.AI.folder());
    weights = random("weights", 1);
  }

  private static Path random(String name, long seed) {
    Path file = shared.resolve(name + ".safetensors");
    Detectors.resnet50().input(InputContract.crop(64)).initialWeights(seed).write(file);
    return file;
  }

  @Test
  void firstScore_withoutNetwork_saysWhatToFetch() {
    assertThatThrownBy(() -> FirstScore.main(new String[] {photo.toString()}))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining(
            "found no file there, and no network, because HF_HUB_OFFLINE is 1; allow the network,"
                + " or download that file elsewhere and put it at ");
  }

  @Test
  void fineTune_trainsFromPublishedWeights_onImagesThatAreNotHeldOut() throws IOException {
    Blueprint small = Detectors.ferretNetSmall().input(InputContract.crop(64));
    Weights published = small.initialWeights(1).published("published", "the licence", "the source");
    ImageDataset images = FineTune.images(copies(nature, "photographs"), copies(ai, "generated"));

    Recipe recipe = FineTune.recipe(small).epochs(1).batchSize(2);
    Weights tuned = FineTune.tune(small, published, recipe, images);

    assertThat(tuned.metadata())
        .containsEntry("genimage.pretrained", "published")
        .containsEntry("genimage.licence", "the licence")
        .containsEntry("genimage.source", "the source")
        .containsEntry("genimage.start", "given weights");
    assertThat(tuned.get("logit.1.weight").toFloats())
        .isNotEqualTo(published.get("logit.1.weight").toFloats());
    Comparison comparison = FineTune.compare(small, tuned, published, images);
    assertThat(CompareTwoDetectors.describe(comparison)).startsWith("accuracy: ");
  }

  /** Returns a folder of ten images, under names of which some are held out. */
  private Path copies(Path images, String name) throws IOException {
    Path copies = Files.createDirectory(folder.resolve(name));
    try (Stream<Path> files = Files.list(images)) {
      Path image = files.findFirst().orElseThrow();
      for (int i = 0; i < 10; i++) {
        Files.copy(image, copies.resolve("image_" + i + ".png"));
      }
    }
    return copies;
  }

  @Test
  void scorePhoto_printsScoreAndLabel() {
    assertThat(ScorePhoto.describe(weights, photo))
        .matches(photo.getFileName() + ": score [01]\\.\\d{3}, (nature|ai)");
  }

  @Test
  void scoreFolder_printsALineForEachImage_andReportsOtherFiles() throws IOException {
    Path mixed = Files.createDirectory(folder.resolve("mixed"));
    Files.copy(photo, mixed.resolve("photo.png"));
    Path text = Files.writeString(mixed.resolve("notes.txt"), "no image");
    List<String> lines = new ArrayList<>();
    List<String> problems = new ArrayList<>();

    ScoreFolder.score(weights, mixed, lines::add, problems::add);

    assertThat(lines).singleElement().asString().matches("[01]\\.\\d{3} .*photo\\.png");
    assertThat(problems).singleElement().asString().contains(text.toString());
  }

  @Test
  void trainSaveLoad_writesWeights_thatScoreAnImage() {
    Path file = folder.resolve("trained.safetensors");

    TrainSaveLoad.train(data, file);

    Weights trained = Weights.read(file);
    assertThat(trained.metadata()).containsEntry("genimage.detector", "ResNet-50");
    assertThat(trained.metadata().get("genimage.training_data")).contains("\"BigGAN/ai\":4");
    assertThat(TrainSaveLoad.score(file, photo)).isBetween(0.0, 1.0);
  }

  @Test
  void compareTwoDetectors_ofTheSameWeights_findsNoDifference() {
    Comparison same = CompareTwoDetectors.compare(weights, weights, data);

    assertThat(same.mcnemar()).isEqualTo(1);
    assertThat(CompareTwoDetectors.describe(same))
        .containsPattern("accuracy: \\+0.000 \\(95 % interval -0.\\d+ to \\+0.\\d+, p = 1.000\\)")
        .contains("ROC-AUC: +0.000");
  }

  @Test
  void compareTwoDetectors_ofOtherWeights_subtractsTheSecond() {
    Path other = random("other", 2);

    Comparison forth = CompareTwoDetectors.compare(weights, other, data);
    Comparison back = CompareTwoDetectors.compare(other, weights, data);

    assertThat(forth.aucDifference()).isEqualTo(-back.aucDifference());
    assertThat(forth.accuracyDifference()).isEqualTo(-back.accuracyDifference());
  }

  @Test
  void chooseVerdicts_fewImages_saysWhatTheyProve() {
    Path judged = folder.resolve("judged.safetensors");

    VerdictRule rule = ChooseVerdicts.choose(weights, data, judged);

    assertThat(rule.falseAccusations().holds()).isFalse();
    assertThat(rule.sentences()).contains("1 % was asked for, which needs more images.");
    try (Detector detector = Detectors.load(judged)) {
      assertThat(detector.verdictRule()).contains(rule);
      assertThat(detector.verdict(Image.read(photo))).isNotNull();
    }
  }

  @Test
  void attackOneImage_movesTheScore_withinItsBudget() throws IOException {
    Path png = folder.resolve("attacked.png");

    AttackedImage attacked = AttackOneImage.attack(weights, photo, png);

    assertThat(attacked.linf()).isPositive().isLessThanOrEqualTo(2 / 255.0 + 1e-6);
    assertThat(Math.abs(attacked.savedScore() - attacked.cleanScore())).isPositive();
    assertThat(Image.read(png).width()).isEqualTo(64);
    assertThat(AttackOneImage.describe(attacked)).contains(" before, ", "the detector ");
  }

  @Test
  void examineFolder_findsABrokenFile() throws IOException {
    Path copy = folder.resolve("copy");
    SimulatedGenImage.seeded(1)
        .imageSize(32)
        .generators(List.of(Generator.BIGGAN))
        .train(1)
        .validation(1)
        .writeTo(copy, Progress.NONE);
    Path broken = Path.of(GenImage.open(copy).train().sample(0).name());
    Files.writeString(broken, "no image");

    DataReport report = ExamineFolder.examine(copy);

    assertThat(report.table()).contains("BigGAN");
    assertThat(report.findings().stream().map(ExamineFolder::describe))
        .anySatisfy(line -> assertThat(line).contains(broken.getFileName().toString()));
  }

  @Test
  void ownImages_takeTheirLabelFromTheFolder() {
    Scores scores = OwnImages.score(weights, nature, ai);

    assertThat(scores.count(Label.NATURE)).isEqualTo(4);
    assertThat(scores.count(Label.AI)).isEqualTo(4);
    assertThat(OwnImages.describe(Label.AI, scores.accuracy(Label.AI)))
        .matches("ai: \\d of 4 right, .* \\(95 % interval .*\\)");
  }

  @Test
  void chooseThreshold_isSavedWithTheWeights() {
    Path calibrated = folder.resolve("calibrated.safetensors");

    double threshold = ChooseThreshold.choose(weights, data, calibrated);

    assertThat(Weights.read(calibrated).calibration().threshold()).isEqualTo(threshold);
  }

  @Test
  void missingArgument_isNamed() {
    assertThatThrownBy(() -> ScorePhoto.main(new String[] {"weights"}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected the arguments WEIGHTS IMAGE, found weights");
  }
}
