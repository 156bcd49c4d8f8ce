package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.genimage.train.GradientTrainerTest.assertSameNumbers;
import static org.genimage.train.GradientTrainerTest.stoppingAt;
import static org.genimage.train.GradientTrainerTest.stripes;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.genimage.data.ImageDataset;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.models.InputContract;
import org.genimage.models.Resize;
import org.genimage.models.small.SmallDetectors;
import org.genimage.models.weights.Weights;
import org.genimage.train.recipe.ImageRecipe;
import org.genimage.train.recipe.ImageStep;
import org.genimage.train.recipe.Recipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The catalogue's newer detectors train by their recipes, and resume with the same bits. */
class NewerDetectorsTest {

  static Stream<Blueprint> newer() {
    List<String> papers = Detectors.all().stream().map(Blueprint::name).toList();
    return SmallDetectors.all().stream().filter(one -> !papers.contains(one.name()));
  }

  @ParameterizedTest
  @MethodSource("newer")
  void fit_byThePublishedRecipe_resumesWithTheSameBits(Blueprint blueprint, @TempDir Path folder) {
    Recipe paper = Recipe.paper(blueprint);
    Recipe recipe = paper.epochs(2).batchSize(4).parts(Math.min(paper.parts(), 2));
    ImageDataset data = stripes(8, blueprint.input().side());
    GradientTrainer trainer = GradientTrainer.with(recipe).validation(data);
    Weights straight = trainer.fit(blueprint, data);
    assertThatThrownBy(
            () -> trainer.checkpoints(folder).listener(stoppingAt(3)).fit(blueprint, data))
        .hasMessage("stopped");

    Weights resumed = trainer.checkpoints(folder).fit(blueprint, data);

    assertSameNumbers(resumed, straight);
    assertThat(straight.metadata()).containsEntry("genimage.detector", blueprint.name());
    Weights first = blueprint.initialWeights(recipe.seed());
    String last = blueprint.headKeys().get(0);
    assertThat(straight.get(last).toFloats()).isNotEqualTo(first.get(last).toFloats());
    try (var detector = blueprint.load(straight)) {
      assertThat(detector.score(data.sample(0).image())).isBetween(0.0, 1.0);
    }
  }

  /** Training sees 32 pixels, validation and scores 64. */
  @Test
  void fit_smallerCrop_validatesAtTheInputsOwnSize() {
    Blueprint blueprint = Detectors.ferretNetSmall().input(InputContract.crop(64));
    Recipe recipe =
        Recipe.paper(blueprint)
            .images(ImageRecipe.of(new ImageStep.SmallerCrop(32)))
            .epochs(1)
            .batchSize(4);
    List<EpochReport> reports = new ArrayList<>();
    ImageDataset data = stripes(8, 64);
    assertThat(recipe.images().trainingSide(blueprint.input())).isEqualTo(32);
    assertThat(recipe.images().trainingSide(InputContract.crop(16))).isEqualTo(16);

    Weights weights =
        GradientTrainerTest.trainer(recipe, reports).validation(data).fit(blueprint, data);

    assertThat(reports).hasSize(1);
    try (var detector = blueprint.load(weights)) {
      assertThat(detector.input().side()).isEqualTo(64);
      long correct =
          data.samples().stream()
              .filter(sample -> detector.classify(sample.image()) == sample.label())
              .count();
      assertThat(reports.get(0).validationAccuracy()).hasValue(correct / 8.0);
    }
  }

  @Test
  void fit_wholeImages_isRefused() {
    Blueprint whole = Detectors.safe().input(Detectors.safe().input().resize(new Resize.Whole(1)));
    GradientTrainer trainer = GradientTrainer.with(Recipe.paper(whole).parts(1).batchSize(2));
    ImageDataset data = stripes(2, 8);

    assertThatThrownBy(() -> trainer.fit(whole, data))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "training needs images of one size, SAFE takes whole images; train it with an input"
                + " contract that crops");
  }
}
