package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.genimage.data.image.Image;
import org.genimage.models.networks.F3NetVariant;
import org.genimage.models.networks.GramNetVariant;
import org.genimage.models.networks.SpecVariant;
import org.genimage.models.weights.Calibration;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DetectorsTest {

  @Test
  void catalogue_listsEveryFactory() throws ReflectiveOperationException {
    List<Blueprint> offered = new ArrayList<>();
    for (Method method : Detectors.class.getDeclaredMethods()) {
      if (Modifier.isPublic(method.getModifiers())
          && method.getReturnType() == Blueprint.class
          && method.getParameterCount() == 0) {
        offered.add((Blueprint) method.invoke(null));
      }
    }

    assertThat(Detectors.catalogue())
        .extracting(CatalogueEntry::blueprint)
        .containsExactlyInAnyOrderElementsOf(offered)
        .extracting(Blueprint::name)
        .doesNotHaveDuplicates();
  }

  @Test
  void all_areThePapersSevenWithWhichTheCatalogueBegins() {
    assertThat(Detectors.all())
        .hasSize(7)
        .isEqualTo(blueprints().subList(0, 7))
        .allSatisfy(one -> assertThat(one.toString()).doesNotContain("Lambda", "@"));
  }

  @ParameterizedTest
  @MethodSource("entries")
  void catalogue_everyEntry_saysWhatIsKnown(CatalogueEntry entry) {
    assertThat(
            List.of(
                entry.paper(),
                entry.weights(),
                entry.licence(),
                entry.strength(),
                entry.weakness()))
        .allSatisfy(text -> assertThat(text).hasSizeBetween(3, 300).doesNotEndWith("."));
    assertThat(entry.year()).isBetween(2016, 2030);
    assertThat(entry)
        .hasToString("%s (%s, %s)", entry.blueprint().name(), entry.paper(), entry.year());
  }

  /** Sizes of one network share a page, which has the name that they begin with. */
  @Test
  void catalogue_everyDetector_hasAPage() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("..", "docs", "detectors"))) {
      List<String> pages =
          files.map(file -> letters(file.getFileName().toString().replace(".md", ""))).toList();
      for (Blueprint each : blueprints()) {
        assertThat(pages).as(each.name()).anyMatch(page -> letters(each.name()).startsWith(page));
      }
    }
  }

  private static String letters(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
  }

  static List<CatalogueEntry> entries() {
    return Detectors.catalogue();
  }

  private static List<Blueprint> blueprints() {
    return Detectors.catalogue().stream().map(CatalogueEntry::blueprint).toList();
  }

  @Test
  void named_ignoresCaseAndHyphens() {
    for (Blueprint each : blueprints()) {
      assertThat(Detectors.named(each.name()).name()).isEqualTo(each.name());
    }
    assertThat(Detectors.named("swin-t").name()).isEqualTo("Swin-T");
    assertThat(Detectors.named("RESNET50").name()).isEqualTo("ResNet-50");
  }

  @Test
  void named_knowsVariants() {
    assertThat(Detectors.named("f3net-fad").name()).isEqualTo("F3Net-FAD");
    assertThat(Detectors.named("Spec-LOW")).isEqualTo(Detectors.spec(SpecVariant.LOW));
  }

  static Stream<Blueprint> everything() {
    return Stream.of(
            blueprints().stream(),
            Arrays.stream(SpecVariant.values()).map(Detectors::spec),
            Arrays.stream(GramNetVariant.values()).map(Detectors::gramNet),
            Arrays.stream(F3NetVariant.values())
                .flatMap(
                    variant ->
                        Stream.of(Head.AI_LOGIT, Head.NATURE_AI)
                            .map(head -> Detectors.f3Net(variant, head))))
        .flatMap(blueprints -> blueprints);
  }

  @ParameterizedTest
  @MethodSource("everything")
  void load_weightsOfAnyDetector_findsItsBlueprint(Blueprint blueprint) {
    Weights weights = blueprint.describe(Weights.of(Map.of()));

    assertThat(Detectors.described(Path.of("any"), weights)).isEqualTo(blueprint);
  }

  @Test
  void headKeys_areTheLastLayersOfEveryDetector() {
    assertThat(Detectors.all())
        .extracting(Blueprint::headKeys)
        .containsExactly(
            List.of("fc.weight", "fc.bias"),
            List.of("head.weight", "head.bias"),
            List.of("head.weight", "head.bias"),
            List.of("fc.weight", "fc.bias"),
            List.of("fc.weight", "fc.bias"),
            List.of("fc.weight", "fc.bias"),
            List.of("fcnewr.0.weight", "fcnewr.0.bias", "fcnewr.3.weight", "fcnewr.3.bias"));
  }

  @Test
  void load_whatADetectorWrote_scoresAsIt(@TempDir Path folder) {
    Path first = folder.resolve("first.safetensors");
    Path second = folder.resolve("second.safetensors");
    Blueprint blueprint = Detectors.gramNet().input(InputContract.crop(64)).head(Head.AI_NATURE);
    blueprint.initialWeights(1).calibrated(new Calibration(1.5, 0.25)).write(first);
    byte[] rgb = new byte[3 * 64 * 64];
    new Random(1).nextBytes(rgb);
    Image image = Image.of(64, 64, rgb);
    try (Detector detector = Detectors.load(first)) {
      assertThat(detector.name()).isEqualTo("GramNet");
      assertThat(detector.input()).isEqualTo(blueprint.input());
      assertThat(detector.provenance()).containsEntry("genimage.head", "AI_NATURE");
      assertThat(detector.threshold()).isEqualTo(0.25);

      detector.weights().write(second);

      assertThat(second).hasSameBinaryContentAs(first);
      try (Detector again = Detectors.load(second)) {
        assertThat(again.score(image)).isEqualTo(detector.score(image));
      }
    }
  }

  @Test
  void load_fileThatNamesNoDetector_saysWhatToDo(@TempDir Path folder) {
    Path file = folder.resolve("some.safetensors");
    Weights.of(Map.of("fc.bias", WeightArray.counter(1))).write(file);

    assertThatThrownBy(() -> Detectors.load(file))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(
            file
                + ": expected weights that genimage wrote, found none that name their detector"
                + " (metadata genimage.detector); load them into the detector that they are of, as"
                + " in Detectors.resnet50().load(file); there are ResNet-50, DeiT-S,");
  }

  @Test
  void load_fileOfAnUnknownDetector_namesIt(@TempDir Path folder) {
    Path file = folder.resolve("some.safetensors");
    DetectorTest.TINY.initialWeights(1).write(file);

    assertThatThrownBy(() -> Detectors.load(file))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("found those of tiny with 2 outputs; load them with the blueprint");
  }

  @Test
  void load_missingFile_saysSo(@TempDir Path folder) {
    Path file = folder.resolve("none.safetensors");

    assertThatThrownBy(() -> Detectors.load(file))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(file + ": expected weights that genimage wrote, found no file");
  }

  @Test
  void startFrom_networkWithoutAHead_saysSo() {
    Blueprint tiny = DetectorTest.TINY;

    assertThatThrownBy(() -> tiny.startFrom(1, tiny.initialWeights(2)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("tiny must say which keys its head has");
  }

  @Test
  void named_unknown_listsAll() {
    assertThatThrownBy(() -> Detectors.named("resnet-18"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "detector must be one of ResNet-50, DeiT-S, Swin-T, CNNSpot, Spec, F3Net, GramNet")
        .hasMessageEndingWith(", got 'resnet-18'")
        .hasMessageContainingAll(
            blueprints().stream().map(Blueprint::name).toArray(CharSequence[]::new));
  }
}
