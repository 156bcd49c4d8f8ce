package org.genimage.eval.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.io.ByteSource;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.genimage.data.DatasetException;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Release;
import org.genimage.data.Sample;
import org.genimage.data.image.Image;
import org.genimage.eval.Fakes;
import org.genimage.eval.Score;
import org.genimage.eval.Scores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldsTest {

  private static final List<Generator> FAKES =
      Stream.of("SD1.4", "dalle2", "Midjourney 6").map(Generator::named).toList();
  private static final List<Generator> PHOTOS =
      Stream.of("imagenet", "catsdogs").map(Generator::named).toList();

  /** AI images are bright, natural ones dark; seven of each source. */
  private static ImageDataset pool() {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      for (Generator fake : FAKES) {
        samples.add(Fakes.sample(fake + "/" + i, 200 + i, Label.AI, fake));
      }
      for (Generator photo : PHOTOS) {
        samples.add(Fakes.sample(photo + "/" + i, 20 + i, Label.NATURE, photo));
      }
    }
    return ImageDataset.of(samples);
  }

  private static Set<String> names(ImageDataset data, Predicate<Sample> condition) {
    return data.samples().stream().filter(condition).map(Sample::name).collect(Collectors.toSet());
  }

  private static Set<String> sources(ImageDataset data, Label label) {
    return data.samples().stream()
        .filter(sample -> sample.label() == label)
        .map(sample -> sample.generator().name())
        .collect(Collectors.toSet());
  }

  private static void assertDisjoint(List<Fold> folds) {
    assertThat(folds)
        .allSatisfy(
            fold -> {
              Set<String> training = names(fold.training(), sample -> true);
              assertThat(training)
                  .isNotEmpty()
                  .doesNotContainAnyElementsOf(names(fold.test(), s -> true));
              assertThat(sources(fold.test(), Label.AI)).isNotEmpty();
              assertThat(sources(fold.test(), Label.NATURE)).isNotEmpty();
              assertThat(sources(fold.training(), Label.AI)).isNotEmpty();
              assertThat(sources(fold.training(), Label.NATURE)).isNotEmpty();
            });
  }

  @Test
  void leaveOneGeneratorOut_testsEachImageOnce() {
    List<Fold> folds = Folds.of(pool()).leaveOneGeneratorOut();

    assertDisjoint(folds);
    assertThat(folds)
        .extracting(Fold::name)
        .containsExactly("without SD1.4", "without dalle2", "without Midjourney 6");
    for (int i = 0; i < folds.size(); i++) {
      assertThat(sources(folds.get(i).test(), Label.AI)).containsExactly(FAKES.get(i).name());
      assertThat(sources(folds.get(i).training(), Label.AI))
          .hasSize(2)
          .doesNotContain(FAKES.get(i).name());
    }
    Set<String> tested = new HashSet<>();
    folds.forEach(fold -> tested.addAll(names(fold.test(), sample -> true)));
    assertThat(tested).hasSize(pool().size());
    assertThat(folds.stream().mapToInt(fold -> fold.test().size()).sum()).isEqualTo(pool().size());
    assertThat(folds.get(0).training().selection())
        .isEqualTo("training of fold 'without SD1.4', seed 42");
    assertThat(names(Folds.of(pool()).seed(1).leaveOneGeneratorOut().get(0).test(), s -> true))
        .isNotEqualTo(names(folds.get(0).test(), s -> true));
  }

  @Test
  void leaveOnePhotoSourceOut_testsOnUnseenPhotographers() {
    List<Fold> folds = Folds.of(pool()).leaveOnePhotoSourceOut();
    assertDisjoint(folds);
    assertThat(folds).hasSize(2);
    assertThat(sources(folds.get(0).test(), Label.NATURE)).containsExactly("imagenet");
    assertThat(sources(folds.get(0).training(), Label.NATURE)).containsExactly("catsdogs");
    assertThat(sources(folds.get(0).test(), Label.AI)).hasSize(3);
  }

  @Test
  void leaveOneOfEachOut_leavesOneOfEachOut() {
    List<Fold> folds = Folds.of(pool()).leaveOneOfEachOut();
    assertDisjoint(folds);
    assertThat(folds)
        .extracting(Fold::name)
        .containsExactly(
            "without SD1.4 and imagenet",
            "without dalle2 and catsdogs",
            "without Midjourney 6 and imagenet");
    assertThat(folds)
        .allSatisfy(
            fold -> {
              assertThat(sources(fold.test(), Label.AI)).hasSize(1);
              assertThat(sources(fold.training(), Label.AI))
                  .doesNotContainAnyElementsOf(sources(fold.test(), Label.AI));
              assertThat(sources(fold.training(), Label.NATURE))
                  .doesNotContainAnyElementsOf(sources(fold.test(), Label.NATURE));
            });
  }

  @Test
  void timeWindows_trainOnThePast() {
    List<Fold> folds = Folds.of(pool()).timeWindows(TimeWindow.of(FAKES, 1));
    assertDisjoint(folds);
    assertThat(folds).extracting(Fold::name).containsExactly("SD1.4", "Midjourney 6");
    assertThat(sources(folds.get(0).training(), Label.AI)).containsExactly("dalle2");
    assertThat(sources(folds.get(1).training(), Label.AI))
        .containsExactlyInAnyOrder("dalle2", "SD1.4");
  }

  @Test
  void timeWindows_two_trainAndTestOnHalfOfTheNaturalImages() {
    List<Fold> folds = Folds.of(pool()).timeWindows(TimeWindow.of(FAKES, 2));
    assertDisjoint(folds);
    assertThat(folds).extracting(Fold::name).containsExactly("Midjourney 6");
    assertThat(names(folds.get(0).training(), one -> one.label() == Label.NATURE)).hasSize(7);
    assertThat(names(folds.get(0).test(), one -> one.label() == Label.NATURE)).hasSize(7);
  }

  @Test
  void aiGenBench_windows_areFourEachByDate() {
    assertThat(TimeWindow.AI_GENBENCH).hasSize(9);
    assertThat(TimeWindow.AI_GENBENCH)
        .allSatisfy(window -> assertThat(window.generators()).hasSize(4));
    assertThat(TimeWindow.AI_GENBENCH.get(7).generators())
        .extracting(Generator::name)
        .containsExactly(
            "Stable Diffusion 1.4", "Stable Diffusion 1.5", "Stable Diffusion 2.1", "DeepFloyd IF");
    assertThat(TimeWindow.AI_GENBENCH.get(0)).hasToString("2017-03-30 to 2017-11-24");
    assertThat(TimeWindow.AI_GENBENCH.get(8)).hasToString("2023-07-26 to 2024-08-02");
  }

  @Test
  void timeWindow_equalDates_stayTogether() {
    Release day = new Release(LocalDate.of(2024, 1, 1), Release.Kind.WEIGHTS, "test");
    List<Generator> same =
        IntStream.range(0, 3).mapToObj(i -> Generator.named("g" + i).release(day)).toList();
    List<Generator> all = new ArrayList<>(same);
    all.add(Generator.named("SD1.4"));
    assertThat(TimeWindow.of(all, 2))
        .extracting(window -> window.generators().size())
        .containsExactly(4);
    assertThat(TimeWindow.of(all, 1))
        .extracting(window -> window.generators().size())
        .containsExactly(1, 3);
  }

  @Test
  void timeWindow_generatorWithoutADate_isRefused() {
    assertThatThrownBy(() -> TimeWindow.of(List.of(Generator.named("mine")), 4))
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            "a time window needs the release date of every generator, found none of mine; set it with"
                + " Generator.release, or leave the generator out");
    assertThatThrownBy(() -> Folds.of(pool()).timeWindows(TimeWindow.of(FAKES.subList(0, 2), 1)))
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            "time windows need every generator in one, found AI images of Midjourney 6 in none; add"
                + " it to a window or leave its images out");
    assertThatThrownBy(() -> Folds.of(pool()).timeWindows(TimeWindow.of(FAKES, 9)))
        .hasMessage(
            "time windows need AI images of at least two, found those of 1; use smaller windows or"
                + " more generators");
  }

  @Test
  void folds_tooFewSources_areRefused() {
    ImageDataset three =
        ImageDataset.of(
            List.of(
                Fakes.sample("a", 200, Label.AI, FAKES.get(0)),
                Fakes.sample("b", 200, Label.AI, FAKES.get(1)),
                Fakes.sample("n", 20, Label.NATURE, PHOTOS.get(0))));
    assertThatThrownBy(() -> Folds.of(three).leaveOneGeneratorOut())
        .isInstanceOf(DatasetException.class)
        .hasMessage("2 folds need at least as many natural images, found 1; add some");
    assertThatThrownBy(() -> Folds.of(three).leaveOnePhotoSourceOut())
        .hasMessage(
            "leaving one photo source out needs natural images of at least 2 sources, found those of 1"
                + " [imagenet]; add images or name their sources");
    ImageDataset fakes = three.filter(sample -> sample.label() == Label.AI);
    assertThatThrownBy(() -> Folds.of(fakes).leaveOneOfEachOut())
        .hasMessageContaining("natural images of at least 2 sources, found those of 0 []");
    ImageDataset photos = three.filter(sample -> sample.label() == Label.NATURE);
    assertThatThrownBy(() -> Folds.of(photos).leaveOneGeneratorOut())
        .hasMessageContaining("AI images of at least 2 sources, found those of 0 []");
  }

  @Test
  void run_everyFold_isScoredOnceAndKept(@TempDir Path folder) {
    List<Fold> folds = Folds.of(pool()).leaveOneOfEachOut();
    List<String> trained = new ArrayList<>();
    FoldRun run =
        FoldRun.of(
                folds,
                fold -> {
                  trained.add(fold.name());
                  return new Fakes.RedDetector(Map.of());
                })
            .folder(folder);
    FoldResult result = run.run();

    assertThat(trained).hasSize(3);
    assertThat(result.mean().orElseThrow().value()).isEqualTo(1);
    assertThat(result.mean().orElseThrow().interval().low()).isBetween(0.7, 0.99);
    assertThat(result.least().orElseThrow().value()).isEqualTo(1);
    assertThat(result.meanRocAuc()).isEqualTo(1);
    assertThat(result.figures().get("without dalle2 and catsdogs").images()).isEqualTo(14);
    assertThat(folder.resolve("without-dalle2-and-catsdogs.jsonl")).exists();
    assertThat(run.run().figures()).isEqualTo(result.figures());
    assertThat(trained).hasSize(3);
    assertThatThrownBy(() -> FoldRun.of(List.of(folds.get(0), folds.get(0)), fold -> null))
        .hasMessageStartingWith("each fold needs a name of its own");
  }

  @Test
  void figures_pooledAndBalanced_differ() {
    List<Score> scores = new ArrayList<>();
    for (int i = 0; i < 750; i++) {
      boolean nature = i < 650;
      boolean right = nature ? i < 618 : i < 740;
      scores.add(
          new Score(
              "" + i,
              Generator.ADM,
              nature ? Label.NATURE : Label.AI,
              right == nature ? 0.25 : 0.75));
    }
    FieldFigures figures = FieldFigures.of(Scores.of(scores));
    assertThat(figures.accuracy().value()).isCloseTo(0.944, within(5e-4));
    assertThat(figures.balanced().orElseThrow().value()).isCloseTo(0.925, within(5e-4));
    assertThat(figures.nature().orElseThrow().count()).isEqualTo(618);
    assertThat(figures.ai().orElseThrow().count()).isEqualTo(90);
    assertThat(figures.threshold()).isEqualTo(0.5);
    assertThat(figures.oracle()).isGreaterThanOrEqualTo(0.925);

    FieldFigures oneLabel = FieldFigures.of(Scores.of(scores.subList(0, 650)));
    assertThat(oneLabel.ai()).isEmpty();
    assertThat(oneLabel.balanced()).isEmpty();
    assertThat(oneLabel.rocAuc()).isNaN();
    assertThat(oneLabel.averagePrecision()).isNaN();
    assertThat(oneLabel.oracle()).isNaN();
  }

  @Test
  void strata_bySizeAndQuality_areThoseOfTheFiles() {
    List<Sample> samples =
        List.of(
            file("a", 100, 0, Label.AI),
            file("b", 256, 0, Label.AI),
            file("c", 300, 96, Label.NATURE),
            file("d", 130, 75, Label.NATURE));
    List<Score> scores =
        samples.stream()
            .map(one -> new Score(one.name(), one.generator(), one.label(), 0.5))
            .collect(Collectors.toCollection(ArrayList::new));
    scores.add(new Score("elsewhere", Generator.ADM, Label.AI, 0.5));
    Scores all = Scores.of(scores).at(0.25);
    ImageDataset images = ImageDataset.of(samples);

    Map<String, Scores> sizes = Strata.bySize(all, images);
    assertThat(sizes.keySet())
        .containsExactly("below 128 pixels", "128 to 255 pixels", "256 to 511 pixels");
    assertThat(sizes.get("256 to 511 pixels").all())
        .extracting(Score::name)
        .containsExactly("b", "c");
    assertThat(sizes.get("below 128 pixels").threshold()).isEqualTo(0.25);
    assertThat(Strata.byQuality(all, images).keySet())
        .containsExactly("JPEG 70 to 79", "JPEG 96 or more", "no JPEG file");
    assertThatThrownBy(() -> Strata.bySize(Scores.of(scores.subList(4, 5)), images))
        .hasMessage(
            "strata need scores of these images, found none of 4; pass the images that were scored");
  }

  private static Sample file(String name, int side, int quality, Label label) {
    Image image = Image.of(side, side, new byte[3 * side * side]);
    return new Sample(
        name,
        ByteSource.wrap(quality == 0 ? image.toPng() : image.toJpeg(quality)),
        label,
        Generator.ADM);
  }
}
