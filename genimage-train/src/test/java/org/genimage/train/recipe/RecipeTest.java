package org.genimage.train.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.ByteSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.genimage.data.Sampling;
import org.genimage.data.fuzz.Allocations;
import org.genimage.data.image.Augmentation;
import org.genimage.data.image.Decoding;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageFile;
import org.genimage.models.Blueprint;
import org.genimage.models.CatalogueEntry;
import org.genimage.models.Detectors;
import org.genimage.models.Head;
import org.genimage.models.InputContract;
import org.genimage.models.networks.F3NetVariant;
import org.genimage.models.nn.Drop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RecipeTest {

  static List<Blueprint> catalogue() {
    return Detectors.catalogue().stream().map(CatalogueEntry::blueprint).toList();
  }

  @ParameterizedTest
  @MethodSource("catalogue")
  void paper_everyValue_saysWhereItComesFrom(Blueprint blueprint) {
    List<RecipeValue> values = Recipe.paper(blueprint).values();

    Set<Origin> origins = values.stream().map(RecipeValue::origin).collect(Collectors.toSet());
    Set<Origin> expected = EnumSet.of(Origin.REPOSITORY, Origin.INFERRED);
    if (Detectors.all().contains(blueprint)) {
      expected.add(Origin.PAPER);
    }
    if (blueprint.equals(Detectors.residuals())) {
      expected = EnumSet.of(Origin.CALLER); // genimage's own
    }
    assertThat(origins).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(values).extracting(RecipeValue::name).doesNotHaveDuplicates();
    assertThat(Recipe.paper(blueprint).description()).doesNotContain("Lambda", "@", "Optional");
  }

  /** The whole image has 4.3 million bytes. */
  @Test
  void augmentation_beginsWithACrop_decodesNoMoreThanTheCrop() {
    ByteSource jpeg = ByteSource.wrap(Image.of(1200, 1200, new byte[3 * 1200 * 1200]).toJpeg(75));
    ImageFile file = ImageFile.read("a.jpg", jpeg, Decoding.PILLOW);
    InputContract input = InputContract.crop(64);
    ImageRecipe crops = ImageRecipe.cropAndFlip();

    for (Augmentation steps : List.of(crops.augmentation(input), crops.validation(input))) {
      Runnable apply = () -> file.apply(steps.shared(), new SplittableRandom(1));
      apply.run();
      assertThat(Allocations.during(apply)).isLessThan(1_000_000);
    }
  }

  @Test
  void toString_isAShortLine() {
    assertThat(Recipe.paper(Detectors.swinTiny()))
        .hasToString("Recipe[Clipped, Late, CrossEntropy, 300 epochs, batches of 128, seed 0]");
  }

  @Test
  void paper_supplementsValues_areThere() {
    assertPaper(
        Detectors.resnet50(),
        Map.of(
            "optimizer", "Sgd",
            "schedule", "Cosine",
            "schedule.base", "0.05",
            "schedule.epochs", "200",
            "batchSize", "64",
            "loss", "JsdCrossEntropy",
            "images.erasing", "0.6"));
    assertPaper(
        Detectors.deitSmall(),
        Map.of(
            "optimizer", "AdamW",
            "schedule.schedule.base", "2.0E-4",
            "schedule.schedule.warmup.epochs", "5",
            "schedule.schedule.warmup.start", "1.0E-6",
            "epochs", "300",
            "batchSize", "256",
            "images.erasing", "0.25"));
    assertPaper(
        Detectors.swinTiny(),
        Map.of(
            "optimizer.rule", "AdamW",
            "schedule.schedule.base", "5.0E-4",
            "schedule.schedule.warmup.epochs", "20",
            "schedule.schedule.warmup.start", "5.0E-7",
            "epochs", "300",
            "batchSize", "128",
            "images.erasing", "0.25"));
    assertPaper(
        Detectors.cnnSpot(),
        Map.of(
            "optimizer", "Adam",
            "schedule.base", "5.0E-4",
            "epochs", "30",
            "batchSize", "64",
            "images.shared.Blur.probability", "0.5",
            "images.shared.Jpeg.probability", "0.5"));
    assertPaper(
        Detectors.spec(),
        Map.of(
            "optimizer", "Sgd",
            "optimizer.decay.rate", "1.0E-4",
            "schedule.rate", "2.0E-4",
            "epochs", "64"));
    assertPaper(
        Detectors.f3Net(),
        Map.of(
            "optimizer", "Adam",
            "schedule.rate", "2.0E-4",
            "epochs", "5",
            "batchSize", "12",
            "loss", "BinaryCrossEntropy"));
    assertPaper(
        Detectors.gramNet(),
        Map.of(
            "optimizer", "Adam",
            "optimizer.decay.rate", "1.0E-4",
            "schedule.rate", "1.0E-5",
            "epochs", "5",
            "batchSize", "14",
            "loss", "NegativeLogLikelihood"));
  }

  @Test
  void paper_newerDetectors_areTheirRepositories() {
    Recipe forensics = Recipe.paper(Detectors.communityForensics());
    Recipe univFd = Recipe.paper(Detectors.univFd());

    assertThat(forensics.optimizer())
        .isEqualTo(new Optimizer.Clipped(Optimizer.AdamW.of(Decay.of(0.01)), 1));
    assertThat(forensics.values())
        .contains(
            new RecipeValue("schedule.warmup", "0.2", Origin.REPOSITORY),
            new RecipeValue("epochs", "5", Origin.INFERRED),
            new RecipeValue("images.shared.RandomStates.operations.times", "2", Origin.REPOSITORY));
    assertThat(Recipe.paper(Detectors.communityForensics224()).start().backbone())
        .contains("vit_small_patch16_224.augreg_in21k_ft_in1k");
    assertThat(univFd.frozen()).containsExactly("visual\\..*");
    assertThat(univFd.images()).isEqualTo(Recipe.paper(Detectors.cnnSpot()).images());
    assertThat(univFd.values())
        .contains(new RecipeValue("frozen", "visual\\..*", Origin.REPOSITORY));
    assertThat(univFd.frozen(List.of()).values())
        .extracting(RecipeValue::name)
        .doesNotContain("frozen");
  }

  /** Compares all that is the paper's, no less and no more. */
  private static void assertPaper(Blueprint blueprint, Map<String, String> expected) {
    Map<String, String> found =
        Recipe.paper(blueprint).values().stream()
            .filter(value -> value.origin() == Origin.PAPER)
            .collect(Collectors.toMap(RecipeValue::name, RecipeValue::value));
    assertThat(found).containsExactlyInAnyOrderEntriesOf(expected);
  }

  @Test
  void paper_repositoriesValues_areThere() {
    assertThat(Recipe.paper(Detectors.resnet50()).epochs()).isEqualTo(210);
    assertThat(Recipe.paper(Detectors.deitSmall()).drop()).isEqualTo(new Drop(0, 0.1));
    assertThat(Recipe.paper(Detectors.deitSmall()).average()).contains(new Average(0.99996, false));
    assertThat(Recipe.paper(Detectors.swinTiny()).drop()).isEqualTo(new Drop(0, 0.2));
    assertThat(Recipe.paper(Detectors.f3Net()).drop()).isEqualTo(new Drop(0.2, 0));
    assertThat(Recipe.paper(Detectors.f3Net()).sampling()).isEqualTo(Sampling.BALANCED);
    assertThat(Recipe.paper(Detectors.gramNet()).drop()).isEqualTo(new Drop(0.5, 0));
    assertThat(Recipe.paper(Detectors.cnnSpot()).dropLast()).isFalse();
    assertThat(Recipe.paper(Detectors.cnnSpot()).start().backbone())
        .contains("resnet50-19c8e357.pth");
  }

  @Test
  void paper_repeatedAugmentation_isAReadingOfDeit() {
    Recipe repeated = Recipe.paper(Detectors.deitSmall(), Reading.REPEATED_AUGMENTATION);

    assertThat(repeated.sampling()).isEqualTo(Sampling.REPEATED);
    assertThat(repeated.values())
        .contains(new RecipeValue("sampling", "REPEATED", Origin.REPOSITORY));
    assertThat(repeated.sampling(Sampling.EACH_ONCE).description().replace("chosen", "repository"))
        .isEqualTo(Recipe.paper(Detectors.deitSmall()).description());
  }

  @Test
  void paper_cnnSpot_validatesAsItsScriptDoes() {
    Recipe recipe = Recipe.paper(Detectors.cnnSpot());

    assertThat(recipe.values())
        .contains(
            new RecipeValue("images.validating.Blur.minSigma", "1.5", Origin.REPOSITORY),
            new RecipeValue("images.validating.Jpeg.maxQuality", "65", Origin.REPOSITORY));
    assertThat(recipe.images(recipe.images().validating(List.of())).values())
        .contains(new RecipeValue("images.validating", "none", Origin.CALLER));
  }

  @Test
  void value_changed_isTheCallers() {
    Recipe recipe = Recipe.paper(Detectors.swinTiny()).epochs(1).batchSize(128);

    assertThat(recipe.values())
        .contains(
            new RecipeValue("epochs", "1", Origin.CALLER),
            new RecipeValue("batchSize", "128", Origin.PAPER));
    assertThat(recipe.epochs(300)).isEqualTo(Recipe.paper(Detectors.swinTiny()));
  }

  @Test
  void of_noPaper_isAllTheCallers() {
    Recipe recipe =
        Recipe.of(
            Optimizer.AdamW.of(Decay.NONE),
            new Schedule.Constant(1e-3),
            2,
            8,
            new Loss.CrossEntropy(0),
            ImageRecipe.cropAndFlip());

    assertThat(recipe.values()).extracting(RecipeValue::origin).containsOnly(Origin.CALLER);
    assertThat(recipe.description())
        .startsWith("Recipe[optimizer=AdamW (chosen), optimizer.adam.beta1=0.9 (chosen)");
  }

  @Test
  void paper_f3NetVariants_haveTheLossOfTheirHead() {
    Blueprint two = Detectors.f3Net(F3NetVariant.MIX, Head.NATURE_AI);
    Blueprint fad = Detectors.f3Net(F3NetVariant.FAD, Head.AI_LOGIT);

    assertThat(Recipe.paper(two).loss()).isEqualTo(new Loss.CrossEntropy(0));
    assertThat(Recipe.paper(two).values())
        .contains(new RecipeValue("loss", "CrossEntropy", Origin.INFERRED));
    assertThat(Recipe.paper(fad).loss()).isEqualTo(new Loss.BinaryCrossEntropy());
  }

  @Test
  void paper_unknownDetectorOrReading_isRefused() {
    Blueprint other =
        new Blueprint("Other", (scope, images) -> images, InputContract.crop(8), Head.NATURE_AI);

    assertThatThrownBy(() -> Recipe.paper(other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "expected a detector with a published recipe (ResNet-50, DeiT-S, Swin-T, CNNSpot, Spec,"
                + " F3Net, F3Net-FAD, F3Net-LFS, F3Net-BOTH, GramNet, ")
        .hasMessageEndingWith("), got Other; build a recipe with Recipe.of");
    assertThatThrownBy(() -> Recipe.paper(Detectors.gramNet(), Reading.SCALED_RATE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the reading SCALED_RATE applies to [DeiT-S, Swin-T], got GramNet");
  }

  @Test
  void published_unknownName_isRefusedWithTheNearestOnes() {
    Recipe recipe = Recipe.paper(Detectors.gramNet());

    assertThatThrownBy(() -> recipe.published(List.of("epochs", "optimiser.beta1"), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "expected the name of one of the recipe's values, got optimiser.beta1; the nearest are"
                + " optimizer.beta1, optimizer.beta2, ");
    assertThatThrownBy(() -> recipe.published(List.of(), List.of("")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got ; the nearest are ");
    assertThatThrownBy(() -> recipe.published(List.of("epochs"), List.of("epochs")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a value has one origin, got [epochs] as the paper's and [epochs] as inferred");
  }

  @Test
  void recipe_contradiction_isRefused() {
    Recipe recipe = Recipe.paper(Detectors.f3Net());

    assertThatThrownBy(() -> recipe.batchSize(13))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("balanced batches need an even batch size, got 13");
    assertThatThrownBy(() -> recipe.parts(13))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a step needs from 1 part to one per sample, got 13 for a batch size of 12");
    assertThatThrownBy(() -> recipe.loss(new Loss.JsdCrossEntropy(3, 12, 0), recipe.images()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("loss and image recipe must have the same number of splits, got 3 and 1");
  }
}
