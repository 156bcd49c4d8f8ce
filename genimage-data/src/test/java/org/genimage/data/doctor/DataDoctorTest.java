package org.genimage.data.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
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
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.genimage.data.DatasetException;
import org.genimage.data.GenImage;
import org.genimage.data.Generator;
import org.genimage.data.OpenOptions;
import org.genimage.data.Progress;
import org.genimage.data.Quarantine;
import org.genimage.data.Sample;
import org.genimage.data.Split;
import org.genimage.data.image.Image;
import org.genimage.data.internal.NaturalOrder;
import org.genimage.data.reference.ReferenceData;
import org.genimage.data.simulation.SimulatedFiles;
import org.genimage.data.simulation.SimulatedGenImage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDoctorTest {

  @TempDir Path root;
  private Path tree;

  @BeforeEach
  void writeImages() {
    SimulatedGenImage.seeded(1)
        .generators(List.of(Generator.BIGGAN))
        .publishedBias(true)
        .imageSize(256)
        .train(6)
        .validation(4)
        .writeTo(root.resolve("data"), Progress.NONE);
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
            "val/nature/copy.JPEG duplicate",
            "val/nature/copy.png duplicate");
    assertThat(report.table()).contains("empty  truncated  corrupt", "unknown", "162,000");
    JsonNode json = new ObjectMapper().readTree(report.json());
    assertThat(json.get("findings")).hasSize(10);
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
    assertThat(report.quarantine(Defect.DUPLICATE).reasons()).hasSize(2);
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
