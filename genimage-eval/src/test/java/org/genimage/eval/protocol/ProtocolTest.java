package org.genimage.eval.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.genimage.data.DatasetException;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.eval.Fakes;
import org.genimage.eval.protocol.Protocol.Cell;
import org.genimage.eval.protocol.Protocol.Row;
import org.genimage.eval.protocol.Protocol.Run;
import org.genimage.eval.statistics.Proportion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ProtocolTest {

  @TempDir Path folder;

  static List<Protocol> protocols() {
    return Protocols.all();
  }

  @ParameterizedTest
  @MethodSource("protocols")
  void average_published_isTheMeanOfItsRowWithinTheRounding(Protocol protocol) {
    for (Row row : protocol.rows()) {
      row.publishedAverage()
          .ifPresent(
              average -> {
                double mean =
                    row.cells().stream()
                        .mapToDouble(cell -> cell.published().get(0))
                        .average()
                        .orElseThrow();
                assertThat(ProtocolResult.difference(mean, average)).as(row.name()).isZero();
              });
    }
  }

  @Test
  void difference_beyondTheRounding_isOne() {
    assertThat(ProtocolResult.difference(70.667, 70.6)).isZero();
    assertThat(ProtocolResult.difference(70.8, 70.6)).isCloseTo(0.2, within(1e-9));
  }

  @Test
  void all_ofThisClass_isComplete() {
    long factories =
        Arrays.stream(Protocols.class.getMethods())
            .filter(method -> method.getReturnType() == Protocol.class)
            .filter(method -> method.getParameterCount() == 0)
            .count();
    assertThat(Protocols.all()).hasSize((int) factories);
    assertThat(Protocols.all()).extracting(Protocol::name).doesNotHaveDuplicates();
    assertThat(Protocols.named("main-2")).isEqualTo(Protocols.crossGenerator());
    assertThatThrownBy(() -> Protocols.named("main-9"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("table must be one of [supplement-1, ")
        .hasMessageEndingWith(", got main-9");
  }

  /** Two tables of the paper show the same runs, and a third their means. */
  @Test
  void tables_sharedFigures_agree() {
    Protocol matrix = Protocols.crossGenerator();
    Protocol one = Protocols.trainedOnOne();
    Cell vqdm = matrix.rows().get(1).cells().get(6);
    assertThat(vqdm.published()).containsExactly(56.6, 56.2);
    for (int i = 0; i < 8; i++) {
      Cell inMatrix = matrix.rows().get(1).cells().get(i);
      Cell inOne = one.rows().get(0).cells().get(i);
      assertThat(inOne.runs()).isEqualTo(inMatrix.runs());
      assertThat(inMatrix.published()).contains(inOne.published().get(0));
      int column = i;
      double mean =
          matrix.rows().stream()
              .mapToDouble(row -> row.cells().get(column).published().get(0))
              .average()
              .orElseThrow();
      Cell ofEight = Protocols.crossValidation().rows().get(0).cells().get(i);
      assertThat(ofEight.published().get(0)).isCloseTo(mean, within(0.1));
      assertThat(ofEight.runs())
          .containsExactlyElementsOf(
              matrix.rows().stream()
                  .flatMap(row -> row.cells().get(column).runs().stream())
                  .toList());
    }
  }

  @Test
  void runs_ofAllTables_areThoseOfTheFacts() {
    assertThat(Protocols.crossValidation().runs()).hasSize(7 * 8 * 8);
    assertThat(Protocols.crossGenerator().runs()).hasSize(64);
    assertThat(Protocols.wholeSet().runs())
        .allSatisfy(run -> assertThat(run.training()).isEqualTo(TrainingSet.GENIMAGE))
        .hasSize(7);
    assertThat(Protocols.moreGenerators().rows().get(1).cells().get(0).runs().get(0).training())
        .hasToString("Stable Diffusion V1.4 + Midjourney + BigGAN + ADM");
    assertThat(Protocols.attacks().rows().get(0).cells().get(0).published()).isEmpty();
    assertThat(Protocols.degraded().runs().get(3))
        .hasToString("ResNet-50, Stable Diffusion V1.4 on Stable Diffusion V1.4, JPEG 30");
    assertThat(Protocols.unseenGenerators().rows().get(0).cells())
        .isEqualTo(Protocols.moreGenerators().rows().get(2).cells());
  }

  private ProtocolRun plan(Protocol protocol, List<String> asked) {
    return ProtocolRun.of(protocol, folder)
        .detectors(
            (name, training) -> {
              asked.add(name + "/" + training);
              if (training.generators().contains(Generator.WUKONG)) {
                throw new DatasetException("no training images of Wukong");
              }
              return new Fakes.RedDetector(Map.of());
            })
        .images(ProtocolTest::images);
  }

  private static ImageDataset images(TestImages test) {
    if (test.equals(TestImages.of(Generator.ADM))) {
      throw new DatasetException("no validation images of ADM");
    }
    return Fakes.dataset();
  }

  @Test
  void run_missingData_leavesCellsEmptyWithTheReason() {
    List<String> asked = new ArrayList<>();
    ProtocolResult result = plan(Protocols.crossGenerator(), asked).run();

    assertThat(asked).hasSize(8);
    assertThat(result.missing())
        .containsExactly("no validation images of ADM", "no training images of Wukong");
    assertThat(result.figure(0, 0).estimate()).hasValue(Estimate.of(new Proportion(6, 8)));
    assertThat(result.difference(0, 0)).hasValue(75 - 98.8);
    assertThat(result.difference(0, 3)).isEqualTo(OptionalDouble.empty());
    assertThat(result.difference(1, 6).orElseThrow()).isCloseTo(75 - 56.6, within(1e-9));
    assertThat(result.average(0)).isEmpty();
  }

  @Test
  void run_again_asksForNoDetector() {
    List<String> asked = new ArrayList<>();
    Protocol protocol = Protocols.trainedOnOne().rows("ResNet-50", "Spec");
    ProtocolResult first = plan(protocol, asked).run();
    assertThat(asked).hasSize(2);
    assertThat(plan(protocol, asked).run()).isEqualTo(first);
    assertThat(asked).hasSize(2);

    plan(Protocols.crossGenerator(), asked).run();
    assertThat(asked).hasSize(2 + 7); // the matrix shares a row
  }

  @Test
  void run_wholeTable_hasAverages() {
    ProtocolResult result =
        ProtocolRun.of(Protocols.degraded().rows("GramNet"), folder)
            .detectors((name, training) -> new Fakes.RedDetector(Map.of()))
            .images(test -> Fakes.dataset())
            .run();
    assertThat(result.missing()).isEmpty();
    Estimate average = result.average(0).orElseThrow();
    assertThat(average.value()).isBetween(0.4, 0.9);
    assertThat(average.images()).isEqualTo(6 * 8);
    assertThat(average.interval().high() - average.interval().low()).isLessThan(0.4);
    assertThat(result.averageDifference(0)).isPresent();
  }

  @Test
  void run_attacks_areMeasuredByTheCallerAndKept() {
    List<String> attacked = new ArrayList<>();
    ProtocolRun plan =
        plan(Protocols.attacks(), new ArrayList<>())
            .attacks(
                (attack, detector, data) -> {
                  attacked.add(attack);
                  if (attack.equals("CW-L2")) {
                    throw new DatasetException("no CW-L2 here");
                  }
                  return new Proportion(1, 8);
                });
    ProtocolResult result = plan.run();
    assertThat(result.figure(0, 1).estimate()).hasValue(Estimate.of(new Proportion(1, 8)));
    assertThat(result.missing()).containsExactly("no CW-L2 here");
    assertThat(result.difference(0, 0)).isEqualTo(OptionalDouble.empty());
    plan.run();
    assertThat(attacked).containsExactly("FGSM", "CW-L2", "CW-L2");
    assertThat(ProtocolRun.of(Protocols.attacks(), folder.resolve("other")).run().missing())
        .containsExactly("no source of test images was given");
  }

  @Test
  void run_attackedAccuracyThatCannotBeKept_namesTheFile() throws IOException {
    Protocol.Row row = Protocols.attacks().rows().get(0);
    Protocol attacked =
        new Protocol(
            "attacked",
            "ResNet-50 under FGSM",
            List.of(),
            List.of("FGSM"),
            List.of(new Row(row.name(), row.cells().subList(1, 2), OptionalDouble.empty())));
    ProtocolRun impossible =
        ProtocolRun.of(attacked, folder)
            .detectors((name, training) -> new Fakes.RedDetector(Map.of()))
            .images(ProtocolTest::images)
            .attacks((attack, detector, data) -> new Proportion(1, 8));
    Path file = impossible.file(attacked.runs().get(0));
    Files.createDirectories(file.getParent().getParent());
    Files.writeString(file.getParent(), "occupied");

    assertThatThrownBy(impossible::run)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith(file + ": the accuracy under attack cannot be written (")
        .hasMessageEndingWith("); make room or choose another folder");
  }

  @Test
  void file_runs_haveOneEach() {
    List<Path> files =
        Protocols.all().stream()
            .flatMap(protocol -> protocol.runs().stream())
            .distinct()
            .map(ProtocolRun.of(Protocols.wholeSet(), folder)::file)
            .toList();
    assertThat(files).doesNotHaveDuplicates();
    Run run = Protocols.degraded().runs().get(0);
    assertThat(folder.relativize(ProtocolRun.of(Protocols.degraded(), folder).file(run)))
        .isEqualTo(
            Path.of(
                "resnet-50",
                "stable-diffusion-v1.4",
                "stable-diffusion-v1.4-low-resolution-112.jsonl"));
  }

  @Test
  void estimate_meanOfMany_isNarrowerThanOne() {
    Estimate one = Estimate.of(new Proportion(80, 100));
    List<Estimate> eight = Stream.generate(() -> one).limit(8).toList();
    Estimate mean = Estimate.mean(eight);
    assertThat(mean.value()).isCloseTo(0.8, within(1e-12));
    assertThat(mean.value() - mean.interval().low())
        .isCloseTo((0.8 - one.interval().low()) / Math.sqrt(8), within(1e-12));
    assertThat(Estimate.meanOnSameImages(eight).interval().low())
        .isCloseTo(one.interval().low(), within(1e-12));
  }
}
