package org.genimage.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import com.google.common.hash.Hashing;
import com.google.common.io.ByteSource;
import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.genimage.data.doctor.DataDoctor;
import org.genimage.data.doctor.DataReport;
import org.genimage.data.doctor.Defect;
import org.genimage.data.image.Decoding;
import org.genimage.data.image.Image;
import org.genimage.data.simulation.SimulatedGenImage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What version 0.1.0 wrote is still read. The resources' README says how it was made. */
class WrittenBy010Test {

  private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2024-01-01T00:00:00Z"));
  private static final List<String> TWENTY =
      IntStream.range(0, 20).mapToObj("image_%02d.png"::formatted).toList();

  private static Path fixture(String name) {
    try {
      return Path.of(WrittenBy010Test.class.getResource("/written-by-0.1.0/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the image that the README defines. */
  private static Image pattern(int number, int side) {
    byte[] rgb = new byte[3 * side * side];
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        for (int c = 0; c < 3; c++) {
          rgb[3 * (side * y + x) + c] = (byte) (37 * number + 5 * x + 11 * y + 83 * c);
        }
      }
    }
    return Image.of(side, side, rgb);
  }

  @Test
  void packedImages_haveTheSameSamplesAndPixels() {
    PackedImages packed = PackedImages.open(fixture("six.packed"));

    assertThat(packed.selection()).isEqualTo("six of many; packed: centre crop 4");
    assertThat(packed.samples())
        .extracting(Sample::name)
        .containsExactly(
            "folder/image_00000.png",
            "folder/image_00001.png",
            "folder/image_00002.png",
            "folder/image_00003.png",
            "folder/image_00004.png",
            "folder/image_00005.png");
    assertThat(packed.samples())
        .extracting(Sample::label)
        .containsExactly(Label.NATURE, Label.AI, Label.NATURE, Label.AI, Label.NATURE, Label.AI);
    assertThat(packed.samples())
        .extracting(Sample::generator)
        .containsExactly(
            Generator.ADM,
            Generator.ADM,
            Generator.STABLE_DIFFUSION_V1_4,
            Generator.STABLE_DIFFUSION_V1_4,
            Generator.named("Our generator"),
            Generator.named("Our generator"));
    assertThat(packed.samples())
        .extracting(
            sample ->
                Hashing.sha256().hashBytes(sample.image().toArray()).toString().substring(0, 16))
        .containsExactly(
            "10f4c872100aef05",
            "97e78f8e4cb4e1e9",
            "2c56b0d46ae73845",
            "3105f4c5cad52496",
            "b8a20b4e0453d1e5",
            "f365d518136571cf");
  }

  @Test
  void quarantine_hasTheSamePlacesAndReasons(@TempDir Path folder) throws IOException {
    Quarantine quarantine = Quarantine.read(fixture("quarantine.txt"));

    assertThat(quarantine.reasons())
        .isEqualTo(
            Map.of(
                "imagenet_ai_0508_adm/train/ai/7_adm_00001.PNG",
                "truncated: ends inside the image data",
                "imagenet_ai_0508_adm/val/nature/ILSVRC2012_val_00000001.JPEG",
                "",
                "imagenet_ai_0419_sdv4/train/nature/n01440764_1.JPEG",
                "corrupt: no image"));
    Path again = folder.resolve("again.txt");
    quarantine.writeTo(again);
    List<String> lines = Files.readAllLines(again);
    assertThat(lines.get(0)).startsWith("# "); // 0.1.0 ignores the line that 0.2 added
    assertThat(lines.subList(1, lines.size()))
        .isEqualTo(Files.readAllLines(fixture("quarantine.txt")));
  }

  /** It holds the modification time alone, which says nothing if it was set back. */
  @Test
  void index_ofTheSameFolder_isNotTrusted() throws IOException {
    try (FileSystem disk = Jimfs.newFileSystem(Configuration.unix())) {
      Path root = benchmark(disk.getPath("/genimage"));
      Files.delete(root.resolve("ADM/train/ai/image_19.png")); // as if nothing had happened
      Files.setLastModifiedTime(root.resolve("ADM/train/ai"), LONG_AGO);

      assertThat(names(root, indexes(disk.getPath("/index"))))
          .containsExactlyElementsOf(
              Stream.of(TWENTY, TWENTY.subList(0, 19)).flatMap(List::stream).toList());
    }
  }

  @Test
  void index_ofAnEarlierStateOfTheFolder_isMadeAnew() throws IOException {
    try (FileSystem disk = Jimfs.newFileSystem(Configuration.unix())) {
      Path root = benchmark(disk.getPath("/genimage"));
      Files.delete(root.resolve("ADM/train/ai/image_19.png"));

      assertThat(names(root, indexes(disk.getPath("/index")))).hasSize(39);
    }
  }

  @Test
  void index_ofAnotherMachine_isNotUsed(@TempDir Path folder) throws IOException {
    Path root = benchmark(folder.resolve("genimage"));
    Files.delete(root.resolve("ADM/train/ai/image_19.png"));
    Files.setLastModifiedTime(root.resolve("ADM/train/ai"), LONG_AGO);
    Path indexes = indexes(folder.resolve("index"));

    assertThat(names(root, indexes)).hasSize(39);
    try (Stream<Path> files = Files.list(indexes)) {
      assertThat(files).as("those of the other machine; folders made just now get none").hasSize(2);
    }
  }

  /** Writes the folders that were remembered. */
  private static Path benchmark(Path root) throws IOException {
    for (Label label : Label.values()) {
      Path folder = Files.createDirectories(root.resolve("ADM/train").resolve(label.folder()));
      for (String name : TWENTY) {
        Files.createFile(folder.resolve(name));
      }
      Files.setLastModifiedTime(folder, LONG_AGO);
    }
    return root;
  }

  private static Path indexes(Path folder) throws IOException {
    Files.createDirectories(folder);
    try (Stream<Path> files = Files.list(fixture("index"))) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName().toString()));
      }
    }
    return folder;
  }

  private static List<String> names(Path root, Path index) {
    return GenImage.open(root, OpenOptions.DEFAULT.index(index)).train().samples().stream()
        .map(sample -> sample.name().substring(sample.name().length() - "image_00.png".length()))
        .toList();
  }

  @Test
  void examination_thatWasBrokenOff_isResumed(@TempDir Path folder) throws IOException {
    Path root = folder.resolve("genimage");
    int number = 0;
    for (String split : List.of("train", "val")) {
      for (Label label : Label.values()) {
        Path place =
            Files.createDirectories(
                root.resolve("BigGAN/imagenet_ai_0419_biggan")
                    .resolve(split)
                    .resolve(label.folder()));
        for (int i = 0; i < 2; i++) {
          Path file = place.resolve("00%d_biggan_0000%d.png".formatted(i, number));
          // What the state knows is not read again: the first five are empty here.
          Files.write(file, number < 5 ? new byte[0] : pattern(number, 8).toPng());
          number++;
        }
      }
    }
    Path state = Files.copy(fixture("examination.state"), folder.resolve("state"));
    List<Long> heard = new ArrayList<>();

    DataReport report =
        DataDoctor.of(GenImage.open(root))
            .threads(1)
            .state(state)
            .examine((done, all) -> heard.add(done));

    assertThat(heard).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
    assertThat(report.subsets()).extracting(DataReport.Subset::files).containsExactly(2, 2, 2, 2);
    assertThat(report.subsets())
        .extracting(DataReport.Subset::bytes)
        .startsWith(476L, 536L)
        .hasSize(4);
    assertThat(report.findings())
        .extracting(DataReport.Finding::place, DataReport.Finding::defect)
        .containsExactly(
            tuple("imagenet_ai_0419_biggan/train/nature/001_biggan_00001.png", Defect.TRUNCATED),
            tuple("imagenet_ai_0419_biggan/train/ai/000_biggan_00002.png", Defect.ODD_SIZE),
            tuple("imagenet_ai_0419_biggan/train/ai/001_biggan_00003.png", Defect.ODD_SIZE),
            tuple("imagenet_ai_0419_biggan/val/ai/000_biggan_00006.png", Defect.ODD_SIZE),
            tuple("imagenet_ai_0419_biggan/val/ai/001_biggan_00007.png", Defect.ODD_SIZE));
    assertThat(report.findings().get(0).detail())
        .startsWith("/genimage/BigGAN/imagenet_ai_0419_biggan/train/nature/001_biggan_00001.png: ");
    assertThat(state).doesNotExist();
  }

  @Test
  void lists_ofImages_haveTheSameSamples() {
    ImageDataset csv = ImageDataset.ofManifest(fixture("list.csv"));
    ImageDataset lines = ImageDataset.ofManifest(fixture("list.jsonl"));

    assertThat(csv.samples())
        .extracting(sample -> Path.of(sample.name()).getFileName().toString())
        .containsExactly("one.png", "two.png", "three.png");
    assertThat(csv.samples())
        .extracting(Sample::label)
        .containsExactly(Label.NATURE, Label.AI, Label.AI);
    assertThat(csv.samples())
        .extracting(Sample::generator)
        .containsExactly(Generator.ADM, Generator.named("Our generator"), Generator.named("list"));
    assertThat(csv.sample(0).name())
        .isEqualTo(fixture("list.csv").resolveSibling("images/one.png").toString());
    assertThat(lines.samples()).extracting(Sample::label).containsExactly(Label.NATURE, Label.AI);
    assertThat(lines.samples())
        .extracting(Sample::generator)
        .containsExactly(Generator.STABLE_DIFFUSION_V1_4, Generator.named("list"));
  }

  /**
   * Checkpoints and score files hold this text, or a hash of it, and refuse data that say another.
   */
  @Test
  void selection_ofADecodingAndAnUnbiasedSet_isTheSameText(@TempDir Path folder)
      throws IOException {
    ImageDataset one =
        ImageDataset.of(
            List.of(new Sample("a.png", ByteSource.empty(), Label.AI, Generator.ADM)), "one");
    Decoding decoding =
        new Decoding(Decoding.Orientation.APPLIED, Decoding.Truncated.PADDED, 1234567, 8);
    assertThat(one.decoding(decoding).selection())
        .isEqualTo(
            "one; turned upright by EXIF, truncated files padded, up to 1234567 pixels, JPEG"
                + " decoded at a reduced scale down to 8 pixels");

    SimulatedGenImage.seeded(5)
        .generators(List.of(Generator.BIGGAN))
        .train(4)
        .validation(0)
        .writeTo(folder, Progress.NONE);
    ImageDataset unbiased =
        Unbiased.within(32, 1024)
            .qualityOfNature()
            .balanced(false)
            .select(GenImage.open(folder), Split.TRAIN, Progress.NONE, Generator.BIGGAN)
            .data();
    assertThat(unbiased.selection())
        .isEqualTo(
            "unbiased as arXiv 2403.17608, train: 4 natural JPEG images of any quality and sides"
                + " from 32 to 1024, 4 AI images of BigGAN encoded at qualities drawn from theirs,"
                + " centre crop 32, not balanced by class, seed 42; dropped {}");
  }
}
