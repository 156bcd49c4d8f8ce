package org.genimage.data.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.genimage.data.DatasetException;
import org.genimage.data.GenImage;
import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.genimage.data.OpenOptions;
import org.genimage.data.Progress;
import org.genimage.data.Quarantine;
import org.genimage.data.Sample;
import org.genimage.data.Split;
import org.genimage.data.image.Filter;
import org.genimage.data.image.Image;
import org.genimage.data.image.Transforms;
import org.genimage.data.internal.NaturalOrder;
import org.genimage.data.reference.ReferenceData;
import org.genimage.data.simulation.SimulatedFiles;
import org.genimage.data.simulation.SimulatedGenImage;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDoctorTest {

  @TempDir static Path simulated;
  @TempDir Path root;
  private Path tree;

  @BeforeAll
  static void simulateImages() {
    SimulatedGenImage.seeded(1)
        .generators(List.of(Generator.BIGGAN))
        .publishedBias(true)
        .imageSize(256)
        .train(6)
        .validation(4)
        .writeTo(simulated.resolve("data"), Progress.NONE);
  }

  @BeforeEach
  void copyImages() throws IOException {
    Path data = simulated.resolve("data");
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.copy(file, root.resolve("data").resolve(data.relativize(file)));
      }
    }
    tree = root.resolve("data/BigGAN/imagenet_ai_0419_biggan");
  }

  @Test
  void examine_soundImages_findsNoDefect() {
    DataReport report = examine();

    assertThat(report.findings()).isEmpty();
    assertThat(report.subsets()).extracting(DataReport.Subset::files).containsExactly(6, 6, 4, 4);
    assertThat(report.subsets())
        .extracting(subset -> subset.published().orElse(-1))
        .containsExactly(-1, 162_000, 6_000, 6_000);
    assertThat(report.subsets().get(1).sizes()).isEqualTo(Map.of("128x128", 6));
    assertThat(report.subsets().get(0).formats()).isEqualTo(Map.of("JPEG", 6));
    assertThat(report.biases())
        .filteredOn(bias -> bias.property().equals("format"))
        .allSatisfy(bias -> assertThat(bias.accuracy()).isEqualTo(1));
    assertThat(report.missing()).hasSize(7);
  }

  @Test
  void examine_damagedImages_findsEachDefect() throws IOException {
    List<Path> fakes = list(tree.resolve("train/ai"));
    List<Path> natural = list(tree.resolve("train/nature"));
    Files.write(fakes.get(0), new byte[0]);
    Files.write(fakes.get(1), Arrays.copyOf(Files.readAllBytes(fakes.get(1)), 5000));
    byte[] flipped = Files.readAllBytes(fakes.get(2));
    flipped[flipped.length / 2] ^= 0x10;
    Files.write(fakes.get(2), flipped);
    Files.write(fakes.get(3), reference("png_rgb.png"));
    Files.write(fakes.get(4), SimulatedFiles.jpeg(Image.of(128, 128, new byte[49152]), 0.9f));
    Files.write(natural.get(0), Arrays.copyOf(Files.readAllBytes(natural.get(0)), 3000));
    Files.write(natural.get(1), reference("jpeg_cmyk_adobe_q95.jpg"));
    Files.write(natural.get(2), reference("png_named_jpeg.JPEG"));
    Files.copy(natural.get(3), tree.resolve("val/nature/copy.JPEG"));
    Files.copy(natural.get(3), tree.resolve("train/nature/copy.JPEG")); // of the same split
    Files.copy(fakes.get(5), tree.resolve("val/nature/copy.png"));

    DataReport report = examine();

    assertThat(report.findings())
        .extracting(
            finding -> finding.place().replaceAll(".*(train|val)", "$1") + " " + finding.defect())
        .containsExactlyInAnyOrder(
            place(fakes.get(0)) + " empty",
            place(fakes.get(1)) + " truncated",
            place(fakes.get(2)) + " corrupt",
            place(fakes.get(3)) + " odd size",
            place(fakes.get(4)) + " misnamed",
            place(natural.get(0)) + " truncated",
            place(natural.get(1)) + " CMYK",
            place(natural.get(2)) + " misnamed",
            place(natural.get(3)) + " duplicate",
            "val/nature/copy.JPEG duplicate",
            "val/nature/copy.png duplicate");
    assertThat(report.table()).contains("empty  truncated  corrupt", "unknown", "162,000");
    JsonNode json = new ObjectMapper().readTree(report.json());
    assertThat(json.get("findings")).hasSize(11);
    assertThat(json.get("subsets").get(0).get("published").asText()).isEqualTo("unknown");
    assertThat(json.get("subsets").get(1).get("defects").get("truncated").asInt()).isOne();
    Path list = root.resolve("quarantine");
    report.quarantine().writeTo(list);
    GenImage healed =
        GenImage.open(root.resolve("data"), OpenOptions.DEFAULT.quarantine(Quarantine.read(list)));
    assertThat(report.quarantine().reasons()).hasSize(4);
    assertThat(healed.train().size()).isEqualTo(9);
    assertThat(healed.train().samples())
        .extracting(Sample::image)
        .extracting(Image::width)
        .allSatisfy(width -> assertThat(width).isPositive());
    assertThat(report.quarantine(Defect.DUPLICATE).reasons()).hasSize(3);
  }

  @Test
  void examine_theSameImageTwice_saysWhere() throws IOException {
    List<Path> natural = list(tree.resolve("train/nature"));
    List<Path> fakes = list(tree.resolve("train/ai"));
    Image first = Image.read(natural.get(0));
    Image second = Image.read(natural.get(1));
    Image fourth = Image.read(fakes.get(3));
    Files.copy(natural.get(2), natural.get(3), StandardCopyOption.REPLACE_EXISTING);
    Path savedAgain = tree.resolve("val/nature/saved_again.JPEG");
    Files.write(savedAgain, SimulatedFiles.jpeg(first, 0.5f));
    Path resized = tree.resolve("val/ai/resized.png");
    Files.write(resized, small(second).toPng());
    Path both = tree.resolve("val/nature/both.JPEG");
    Files.write(both, SimulatedFiles.jpeg(fourth, 0.95f));
    Files.copy(fakes.get(4), tree.resolve("val/ai/copy.png"));

    DataReport report = examine();

    assertThat(report.repeats())
        .extracting(
            DataReport.Repeat::place,
            DataReport.Repeat::earlier,
            DataReport.Repeat::exact,
            DataReport.Repeat::otherLabel,
            DataReport.Repeat::otherSplit)
        .containsExactlyInAnyOrder(
            tuple(published(natural.get(3)), published(natural.get(2)), true, false, false),
            tuple(published("val/ai/copy.png"), published(fakes.get(4)), true, false, true),
            tuple(published(savedAgain), published(natural.get(0)), false, false, true),
            tuple(published(resized), published(natural.get(1)), false, true, true),
            tuple(published(both), published(fakes.get(3)), false, true, true));
    assertThat(report.repeats())
        .extracting(DataReport.Repeat::distance)
        .allSatisfy(distance -> assertThat(distance).isLessThanOrEqualTo(24));
    assertThat(report.findings())
        .filteredOn(finding -> finding.defect() == Defect.DUPLICATE)
        .extracting(DataReport.Finding::detail)
        .containsExactly(
            "equals " + published(natural.get(2)) + ", under the same label in the same split",
            "equals " + published(fakes.get(4)) + ", in the other split");
    assertThat(report.table())
        .contains(
            "repeated images",
            "under both labels             0           2",
            "in both splits                1           1",
            "twice in one label and split  1           0");
    assertThat(new ObjectMapper().readTree(report.json()).get("repeats")).hasSize(5);
  }

  private static Image small(Image image) {
    return Transforms.resize(100, 90, Filter.BICUBIC).apply(image, new SplittableRandom(0));
  }

  private String published(Path file) {
    return published(place(file));
  }

  private static String published(String place) {
    return "imagenet_ai_0419_biggan/" + place;
  }

  @Test
  void verdict_ofPublishedFormats_isThatTheyTell() {
    DataReport report = examine();

    assertThat(report.outcome()).isEqualTo(DataReport.Outcome.TELLING);
    assertThat(report.outcome().exitCode()).isEqualTo(3);
    assertThat(report.verdict())
        .isEqualTo(
            "The data give the labels away: the format alone tells natural from AI"
                + " images of BigGAN, train, with 100.0 % accuracy, and so do 5 more of 6"
                + " comparisons; remove this difference before you train or evaluate.");
    assertThat(report.table()).endsWith("\n\n" + report.verdict());
  }

  @Test
  void verdict_ofFormatsMadeEqual_isFine() throws IOException {
    makeEqual();

    DataReport report = examine();

    assertThat(report.outcome()).isEqualTo(DataReport.Outcome.FINE);
    assertThat(report.outcome().exitCode()).isZero();
    assertThat(report.verdict())
        .isEqualTo(
            "The data are fine: all 20 images can be read, none was found under both labels or in"
                + " both splits, and no file property alone tells the labels apart (the best"
                + " reaches 50.0 % accuracy).");
  }

  @Test
  void verdict_ofDefects_namesThem() throws IOException {
    makeEqual();
    List<Path> natural = list(tree.resolve("val/nature"));
    List<Path> fakes = list(tree.resolve("val/ai"));
    Files.write(natural.get(0), new byte[0]);
    Files.copy(natural.get(1), fakes.get(1), StandardCopyOption.REPLACE_EXISTING);
    Files.copy(
        list(tree.resolve("train/ai")).get(0), fakes.get(2), StandardCopyOption.REPLACE_EXISTING);

    DataReport report = examine();

    assertThat(report.outcome()).isEqualTo(DataReport.Outcome.DEFECTIVE);
    assertThat(report.outcome().exitCode()).isOne();
    assertThat(report.verdict())
        .isEqualTo(
            "The data have defects: 1 image unreadable, 1 image under both labels, 1 image in both"
                + " splits; leave these images out before you train or evaluate.");
  }

  /** Gives all images one format, size and quality. */
  private void makeEqual() throws IOException {
    for (String split : List.of("train", "val")) {
      for (String label : List.of("nature", "ai")) {
        for (Path file : list(tree.resolve(split).resolve(label))) {
          Image image = Image.read(file);
          Files.delete(file);
          String name = file.getFileName().toString().replaceAll("\\..*", ".jpg");
          Image equal =
              Transforms.resize(128, 128, Filter.BICUBIC).apply(image, new SplittableRandom(0));
          Files.write(file.resolveSibling(name), SimulatedFiles.jpeg(equal, 0.9f));
        }
      }
    }
  }

  @Test
  void bias_ofFewImagesOfManySizes_isNotTakenForAnAnswer() {
    DataReport.Subset natural = subset(Label.NATURE, Map.of("1x1", 1, "2x2", 1, "3x3", 1));
    DataReport.Subset fake = subset(Label.AI, Map.of("4x4", 1, "5x5", 1, "6x6", 1));

    DataReport.Bias size = Biases.of(List.of(natural, fake)).get(1);

    assertThat(size.property()).isEqualTo("size");
    assertThat(size.accuracy())
        .isCloseTo(1, within(1e-12)); // on the images that the rule was chosen on
    assertThat(size.leaveOneOut()).isEqualTo(0.5);
    assertThat(size.isTelling()).isFalse();
  }

  /** Worked by hand: 3 of 4 natural images and all AI images are classified correctly. */
  @Test
  void bias_ofOneSizeAgainstMany_isTheShareThatOthersClassify() {
    DataReport.Subset natural = subset(Label.NATURE, Map.of("1x1", 1, "2x2", 2, "9x9", 1));
    DataReport.Subset fake = subset(Label.AI, Map.of("9x9", 8));

    DataReport.Bias size = Biases.of(List.of(natural, fake)).get(1);

    assertThat(size.accuracy()).isEqualTo(1 - 1 / 8.0);
    assertThat(size.leaveOneOut()).isEqualTo((3 / 4.0 + 1) / 2);
    assertThat(size.isTelling()).isTrue();
  }

  private static DataReport.Subset subset(Label label, Map<String, Integer> sizes) {
    int files = sizes.values().stream().mapToInt(count -> count).sum();
    return new DataReport.Subset(
        Generator.BIGGAN,
        Split.TRAIN,
        label,
        files,
        OptionalInt.empty(),
        1,
        Map.of("PNG", files),
        sizes,
        Map.of(),
        Map.of());
  }

  @Test
  void examine_fileReportedByUsers_isMarked() throws IOException {
    Files.write(tree.resolve("train/ai/116_biggan_00081.png"), new byte[0]);

    DataReport report = examine();

    assertThat(report.findings()).hasSize(1).allMatch(DataReport.Finding::known);
    assertThat(report.table()).contains("GenImage's users have reported 1 of these findings.");
    assertThat(KnownDamage.contains("imagenet_ai_0424_sdv5/train/nature/n03461385_9434.JPEG"))
        .isTrue();
    assertThat(KnownDamage.contains("imagenet_ai_0424_sdv5/train/nature/n01440764_1.JPEG"))
        .isFalse();
  }

  @Test
  void examine_someFormatsAndSizes_measuresTheBias() throws IOException {
    for (Path file : list(tree.resolve("val/nature")).subList(0, 2)) {
      Files.copy(list(tree.resolve("train/ai")).get(0), file, StandardCopyOption.REPLACE_EXISTING);
    }

    assertThat(examine().biases())
        .filteredOn(bias -> bias.split() == Split.VALIDATION && !bias.property().equals("quality"))
        .allSatisfy(bias -> assertThat(bias.accuracy()).isCloseTo(0.75, within(1e-12)));
  }

  @Test
  void examine_brokenOff_goesOn() throws IOException {
    Path state = root.resolve("state");
    Files.write(list(tree.resolve("train/nature")).get(2), new byte[0]);
    DataReport whole = examine();
    DataDoctor doctor = DataDoctor.of(open()).state(state);
    assertThatThrownBy(
            () ->
                doctor.examine(
                    (done, total) -> {
                      if (done == 10) {
                        Thread.currentThread().interrupt();
                      }
                    }))
        .isInstanceOf(CancellationException.class);
    assertThat(Thread.interrupted()).isTrue();
    int known = Files.readAllLines(state).size();
    Files.writeString(state, "half a li", StandardOpenOption.APPEND);
    Files.write(list(tree.resolve("train/nature")).get(0), new byte[0]); // was examined
    List<Long> seen = new ArrayList<>();

    DataReport resumed = doctor.threads(1).examine((done, total) -> seen.add(done));

    assertThat(known).isBetween(11, 16); // and the first line
    assertThat(resumed).isEqualTo(whole);
    assertThat(seen).hasSize(20).isSorted();
    assertThat(state).doesNotExist();
  }

  @Test
  void examine_interruptedBefore_endsWithoutAReportAndWithoutBrokenImages() throws IOException {
    DataReport whole = examine();
    Path state = root.resolve("state");
    for (DataDoctor doctor :
        List.of(DataDoctor.of(open()), DataDoctor.of(open()).threads(1).state(state))) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> doctor.examine(Progress.NONE))
          .isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(doctor.examine(Progress.NONE)).isEqualTo(whole);
    }
  }

  @Test
  void examine_stateOfOtherData_isNotBelieved() throws IOException {
    Path state = root.resolve("state");
    String first = "genimage examination 1\n";
    for (String content :
        List.of(
            first + "elsewhere/train/ai/1.png\t1\t1\tPNG\t1\t1\t3\t0\t\t\n", first, "geni", "")) {
      Files.writeString(state, content);

      assertThat(DataDoctor.of(open()).state(state).examine(Progress.NONE)).isEqualTo(examine());
    }
    assertThatThrownBy(() -> DataDoctor.of(open()).state(root).examine(Progress.NONE))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("state cannot be written");
  }

  private GenImage open() {
    return GenImage.open(root.resolve("data"));
  }

  private DataReport examine() {
    return DataDoctor.of(open()).threads(2).examine(Progress.NONE);
  }

  private String place(Path file) {
    return tree.relativize(file).toString();
  }

  private static byte[] reference(String name) {
    return ReferenceData.bytes("images/" + name);
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .sorted((a, b) -> NaturalOrder.INSTANCE.compare(a.toString(), b.toString()))
          .toList();
    }
  }

  @Test
  void examine_stateIsAnotherFile_isLeftAlone() throws IOException {
    Path list = Files.writeString(root.resolve("list"), "\nsomething dear\n");

    assertThatThrownBy(() -> DataDoctor.of(open()).state(list).examine(Progress.NONE))
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            list
                + ": expected the state of an examination, found another file; choose another name");
    assertThat(list).hasContent("\nsomething dear\n");
  }

  @Test
  void examine_fullDisk_saysSoAndGoesOnLater() throws IOException {
    Configuration small =
        Configuration.unix().toBuilder().setMaxSize(1024).setBlockSize(256).build();
    try (FileSystem disk = Jimfs.newFileSystem(small)) {
      Path state = disk.getPath("/state");
      DataDoctor doctor = DataDoctor.of(open()).state(state);

      assertThatThrownBy(() -> doctor.examine(Progress.NONE))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageStartingWith("/state: the examination's state cannot be written (")
          .hasMessageEndingWith("make room or choose another file");

      Path moved = root.resolve("moved");
      Files.copy(state, moved);
      List<Long> seen = new ArrayList<>();
      assertThat(doctor.state(moved).examine((done, total) -> seen.add(done))).isEqualTo(examine());
      assertThat(seen).hasSize(20).isSorted();
    }
  }

  @Test
  void examine_otherFormats_haveTheirSizes() throws IOException {
    Files.write(list(tree.resolve("train/ai")).get(0), reference("webp_lossy.webp"));

    DataReport report = examine();

    assertThat(report.findings())
        .extracting(DataReport.Finding::defect)
        .containsExactlyInAnyOrder(Defect.MISNAMED, Defect.ODD_SIZE);
    assertThat(report.subsets().get(1).sizes()).doesNotContainKey("0x0");
  }
}
