package org.genimage.data.simulation;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.genimage.data.DatasetException;
import org.genimage.data.GenImage;
import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.genimage.data.Progress;
import org.genimage.data.Sample;
import org.genimage.data.TestSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimulatedGenImageTest {

  private static final double MOST_A_TRIVIAL_BASELINE_MAY_REACH = 0.75;

  @TempDir private Path folder;

  private record Sized(Path file, long bytes, BufferedImage image) {

    boolean fake() {
      return file.getParent().endsWith("ai");
    }

    double[] grey() {
      int[] rgb =
          image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
      return Arrays.stream(rgb)
          .mapToDouble(p -> 0.299 * (p >> 16 & 255) + 0.587 * (p >> 8 & 255) + 0.114 * (p & 255))
          .toArray();
    }

    double brightness() {
      return Arrays.stream(grey()).average().orElseThrow();
    }

    double variance() {
      double mean = brightness();
      return Arrays.stream(grey()).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
    }

    /** Returns how unequal the steps from pixel to pixel are at the four columns of a lattice. */
    double checkerboard() {
      double[] grey = grey();
      int width = image.getWidth();
      double[] steps = new double[4];
      for (int y = 0; y < image.getHeight(); y++) {
        for (int x = 0; x + 1 < width; x++) {
          steps[x % 4] += Math.abs(grey[y * width + x + 1] - grey[y * width + x]);
        }
      }
      double most = Arrays.stream(steps).max().orElseThrow();
      return most / Arrays.stream(steps).min().orElseThrow();
    }

    double laplacianEnergy() {
      double[] grey = grey();
      int width = image.getWidth();
      double sum = 0;
      for (int y = 1; y < image.getHeight() - 1; y++) {
        for (int x = 1; x < width - 1; x++) {
          int i = y * width + x;
          double laplacian =
              4 * grey[i] - grey[i - 1] - grey[i + 1] - grey[i - width] - grey[i + width];
          sum += laplacian * laplacian;
        }
      }
      return sum / ((width - 2) * (image.getHeight() - 2));
    }
  }

  private static List<Path> files(Path root) throws IOException {
    try (Stream<Path> walk = Files.walk(root)) {
      return walk.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static List<Sized> read(Path root) throws IOException {
    List<Sized> images = new ArrayList<>();
    for (Path file : files(root)) {
      images.add(new Sized(file, Files.size(file), ImageIO.read(file.toFile())));
    }
    return images;
  }

  private static Map<String, String> hashes(Path root) throws IOException {
    Map<String, String> hashes = new TreeMap<>();
    for (Path file : files(root)) {
      hashes.put(
          root.relativize(file).toString(),
          MoreFiles.asByteSource(file).hash(Hashing.sha256()).toString());
    }
    return hashes;
  }

  private static double accuracyOfBestThreshold(
      List<Sized> images, ToDoubleFunction<Sized> statistic) {
    record Scored(double score, boolean fake) {}
    List<Scored> sorted =
        images.stream()
            .map(image -> new Scored(statistic.applyAsDouble(image), image.fake()))
            .sorted(Comparator.comparingDouble(Scored::score))
            .toList();
    long fakes = sorted.stream().filter(Scored::fake).count();
    int fakesBelow = 0;
    double best = 0;
    for (int below = 1; below <= sorted.size(); below++) {
      fakesBelow += sorted.get(below - 1).fake() ? 1 : 0;
      double right = (below - fakesBelow + fakes - fakesBelow) / (double) sorted.size();
      best = Math.max(best, Math.max(right, 1 - right));
    }
    return best;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1})
  void writeTo_anyDifficulty_noTrivialStatisticTellsTheClassesApart(double difficulty)
      throws IOException {
    SimulatedGenImage.seeded(7)
        .train(0)
        .validation(20)
        .difficulty(difficulty)
        .writeTo(folder, Progress.NONE);
    List<Sized> images = read(folder);

    Map<String, ToDoubleFunction<Sized>> baselines =
        Map.of(
            "file size", Sized::bytes,
            "pixels", i -> i.image().getWidth() * i.image().getHeight(),
            "brightness", Sized::brightness,
            "contrast", Sized::variance,
            "Laplacian energy", Sized::laplacianEnergy,
            "Laplacian energy over contrast", i -> i.laplacianEnergy() / i.variance());
    assertThat(images).hasSize(8 * 2 * 20);
    baselines.forEach(
        (name, statistic) ->
            assertThat(accuracyOfBestThreshold(images, statistic))
                .as(name)
                .isLessThan(MOST_A_TRIVIAL_BASELINE_MAY_REACH));
  }

  @Test
  void writeTo_moreDifficult_traceIsFainter() throws IOException {
    Generator checkerboard = Generator.BIGGAN;
    List<Double> distances = new ArrayList<>();
    for (double difficulty : new double[] {0, 0.5, 1}) {
      Path root = folder.resolve("at" + difficulty);
      SimulatedGenImage.seeded(5)
          .generators(List.of(checkerboard))
          .train(0)
          .validation(40)
          .difficulty(difficulty)
          .writeTo(root, Progress.NONE);
      Map<Boolean, Double> checks =
          read(root).stream()
              .collect(
                  Collectors.partitioningBy(
                      Sized::fake, Collectors.averagingDouble(Sized::checkerboard)));
      distances.add(checks.get(true) - checks.get(false));
    }
    assertThat(distances.get(0)).isGreaterThan(1.2 * distances.get(1));
    assertThat(distances.get(1)).isGreaterThan(1.2 * distances.get(2));
    assertThat(distances.get(2)).isPositive();
  }

  @Test
  void difficulty_outOfRange_isRefused() {
    for (double wrong : new double[] {-0.1, 1.1, Double.NaN}) {
      assertThatThrownBy(() -> SimulatedGenImage.seeded(1).difficulty(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("difficulty must be from 0 to 1, got " + wrong);
    }
  }

  @Test
  void writeTo_publishedBias_formatAndSizeTellTheClassesApart() throws IOException {
    SimulatedGenImage.seeded(7)
        .imageSize(32)
        .train(0)
        .validation(6)
        .publishedBias(true)
        .writeTo(folder, Progress.NONE);
    List<Sized> images = read(folder);

    for (Generator generator : Generator.GENIMAGE) {
      int side = generator.imageSide() / 8;
      assertThat(images)
          .filteredOn(i -> i.fake() && i.file().startsWith(folder.resolve(generator.folder())))
          .hasSize(6)
          .allMatch(i -> i.image().getWidth() == side && i.image().getHeight() == side);
    }
    Set<Integer> widths =
        images.stream()
            .filter(i -> !i.fake())
            .map(i -> i.image().getWidth())
            .collect(Collectors.toSet());
    assertThat(widths).hasSizeGreaterThan(15);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void writeTo_namesFoldersAndFormats_arePublishedOnes(boolean biased) throws IOException {
    SimulatedGenImage.seeded(1)
        .imageSize(32)
        .train(2)
        .validation(1)
        .publishedBias(biased)
        .writeTo(folder, Progress.NONE);

    String nature = "/nature/(n\\d{8}_\\d+|ILSVRC2012_val_\\d{8})\\.JPEG";
    Map<String, String> patterns =
        Map.of(
            "Midjourney/imagenet_midjourney", "\\d{1,3}_midjourney_\\d+\\.png",
            "stable_diffusion_v_1_4/imagenet_ai_0419_sdv4", "\\d{3}_sdv4_\\d{5}\\.png",
            "stable_diffusion_v_1_5/imagenet_ai_0424_sdv5", "\\d{3}_sdv5_\\d{5}\\.png",
            "ADM/imagenet_ai_0508_adm", "\\d{1,3}_adm_\\d+\\.PNG",
            "glide/imagenet_glide", "GLIDE_1000_200_\\d{2}_\\d{3}_glide_\\d{5}\\.png",
            "wukong/imagenet_ai_0424_wukong", "\\d{1,3}_wukong_image\\d+\\.png",
            "VQDM/imagenet_ai_0419_vqdm", "VQDM_1000_200_\\d{2}_\\d{3}_vqdm_\\d{5}\\.png",
            "BigGAN/imagenet_ai_0419_biggan", "\\d{3}_biggan_\\d{5}\\.png");
    List<Path> files = files(folder);
    assertThat(files).hasSize(8 * 2 * 3);
    patterns.forEach(
        (path, ai) ->
            assertThat(files.stream().map(f -> folder.relativize(f).toString()))
                .filteredOn(f -> f.startsWith(path))
                .hasSize(6)
                .allMatch(f -> f.matches(path + "/(train|val)(/ai/" + ai + "|" + nature + ")")));
    assertThat(files.stream().filter(f -> f.getParent().endsWith("nature")).map(Path::getFileName))
        .doesNotHaveDuplicates();
    for (Path file : files) {
      byte[] bytes = Files.readAllBytes(file);
      boolean jpeg = file.toString().endsWith(".JPEG");
      assertThat(bytes[0]).isEqualTo((byte) (jpeg ? 0xff : 0x89));
      assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).contains("Simulated by genimage");
    }
  }

  @Test
  void writeTo_sameSeed_sameBytesWhateverTheThreads() throws IOException {
    SimulatedGenImage simulation = SimulatedGenImage.seeded(3).imageSize(40).train(2).validation(1);
    simulation.writeTo(folder.resolve("one"), Progress.NONE, 1);
    simulation.writeTo(folder.resolve("four"), Progress.NONE, 4);

    assertThat(hashes(folder.resolve("four"))).isEqualTo(hashes(folder.resolve("one")));
  }

  @Test
  void writeTo_anotherSeed_otherBytesUnderTheSameNames() throws IOException {
    SimulatedGenImage.seeded(3).imageSize(32).train(1).writeTo(folder.resolve("a"), Progress.NONE);
    SimulatedGenImage.seeded(4).imageSize(32).train(1).writeTo(folder.resolve("b"), Progress.NONE);
    Map<String, String> a = hashes(folder.resolve("a"));
    Map<String, String> b = hashes(folder.resolve("b"));

    assertThat(b.keySet()).isEqualTo(a.keySet());
    assertThat(new HashSet<>(b.values())).doesNotContainAnyElementsOf(a.values());
    assertThat(a.values()).doesNotHaveDuplicates();
  }

  @Test
  void writeTo_fewerImagesAndGenerators_leavesTheOthersAsTheyWere() throws IOException {
    SimulatedGenImage many = SimulatedGenImage.seeded(3).imageSize(32).train(3).validation(1);
    SimulatedGenImage few = many.train(2).generators(List.of(Generator.VQDM, Generator.ADM));
    many.writeTo(folder.resolve("many"), Progress.NONE);
    few.writeTo(folder.resolve("few"), Progress.NONE);
    Map<String, String> fewHashes = hashes(folder.resolve("few"));

    assertThat(fewHashes).hasSize(2 * 2 * 3);
    assertThat(hashes(folder.resolve("many"))).containsAllEntriesOf(fewHashes);
  }

  @Test
  void writeTo_progress_countsEveryImage() {
    List<Long> seen = new ArrayList<>();
    SimulatedGenImage.seeded(3)
        .imageSize(32)
        .train(1)
        .validation(1)
        .generators(List.of(Generator.GLIDE))
        .writeTo(
            folder,
            (done, total) -> {
              assertThat(total).isEqualTo(4);
              seen.add(done);
            });

    assertThat(seen).containsExactly(0L, 1L, 2L, 3L, 4L);
  }

  @Test
  void writeTo_folderWithSomething_isRefusedAndLeftAlone() throws IOException {
    Files.writeString(folder.resolve("thesis.txt"), "precious");

    assertThatThrownBy(() -> SimulatedGenImage.seeded(1).writeTo(folder, Progress.NONE))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("thesis.txt");
    assertThat(files(folder)).containsExactly(folder.resolve("thesis.txt"));
  }

  @Test
  void writeTo_belowAFile_namesThePath() throws IOException {
    Path root = Files.writeString(folder.resolve("file"), "").resolve("data");

    assertThatThrownBy(() -> SimulatedGenImage.seeded(1).writeTo(root, Progress.NONE))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith(root + ": the simulated images could not be written (");
  }

  @Test
  void writeTo_failureHalfway_leavesTheFolderEmpty() {
    Progress failing =
        (done, total) -> {
          if (done == 5) {
            throw new IllegalStateException("stop");
          }
        };

    assertThatThrownBy(() -> SimulatedGenImage.seeded(1).imageSize(32).writeTo(folder, failing))
        .hasMessage("stop");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void settings_outOfRange_sayWhatWasFound() {
    SimulatedGenImage simulation = SimulatedGenImage.seeded(1);

    assertThatThrownBy(() -> simulation.imageSize(16))
        .hasMessage("image size must be from 32 to 1024, got 16");
    assertThatThrownBy(() -> simulation.train(-1))
        .hasMessage("training images must not be negative, got -1");
    assertThatThrownBy(() -> simulation.validation(-1))
        .hasMessage("validation images must not be negative, got -1");
    assertThatThrownBy(() -> simulation.train(0).validation(0).writeTo(folder, Progress.NONE))
        .hasMessage("a simulated GenImage needs images, got none of either split");
    assertThatThrownBy(() -> simulation.generators(List.of()))
        .hasMessage("the simulation needs at least one generator");
    assertThatThrownBy(() -> simulation.generators(List.of(Generator.ADM, Generator.ADM)))
        .hasMessage("generators must be distinct, got [ADM, ADM]");
    assertThatThrownBy(() -> simulation.generators(List.of(new Generator("DALL-E", "d", "d", 64))))
        .hasMessageContaining("got DALL-E");
  }

  @Test
  void testSets_ofThePaper_areFoundAgain() throws IOException {
    SimulatedGenImage one =
        SimulatedGenImage.seeded(5)
            .generators(List.of(Generator.ADM))
            .imageSize(32)
            .train(0)
            .validation(2);
    one.writeTo(folder.resolve("without"), Progress.NONE);
    one.testSets(TestSet.ALL).writeTo(folder.resolve("with"), Progress.NONE);

    GenImage data = GenImage.open(folder.resolve("with"));

    assertThat(data.testSets()).isEqualTo(TestSet.ALL);
    Set<String> contents = new HashSet<>();
    for (TestSet set : TestSet.ALL) {
      assertThat(data.testSet(set).samples())
          .extracting(Sample::label)
          .containsExactly(Label.NATURE, Label.NATURE, Label.AI, Label.AI);
      for (Sample sample : data.testSet(set).samples()) {
        assertThat(Math.min(sample.image().width(), sample.image().height()))
            .isGreaterThanOrEqualTo(32);
        contents.add(sample.content().hash(Hashing.sha256()).toString());
      }
    }
    assertThat(contents).hasSize(4 * TestSet.ALL.size());
    assertThat(files(folder.resolve("with/ADM")))
        .extracting(file -> file.getFileName().toString())
        .isEqualTo(
            files(folder.resolve("without/ADM")).stream()
                .map(file -> file.getFileName().toString())
                .toList());
    assertThat(Files.readAllBytes(files(folder.resolve("with/ADM")).get(0)))
        .isEqualTo(Files.readAllBytes(files(folder.resolve("without/ADM")).get(0)));
    assertThatThrownBy(() -> one.testSets(List.of(TestSet.ALL.get(0), TestSet.ALL.get(0))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("test sets must be distinct ones of [NVAE, ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ar-EG-u-nu-arab", "tr"})
  void fileName_anyLocale_isThePublishedOne(String language) {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag(language));
    try {
      assertThat(SynthesisPipeline.of(Generator.GLIDE).fileName(108, 33))
          .isEqualTo("GLIDE_1000_200_01_108_glide_00033.png");
      assertThat(SimulatedImage.of(TestSet.ALL.get(3), Label.AI, 12).fileName())
          .isEqualTo("00012.png");
    } finally {
      Locale.setDefault(before);
    }
  }

  /** The space was there when the run began, and something else took it. */
  @Test
  void writeTo_diskThatFills_leavesNothing() throws IOException {
    Configuration small = Configuration.unix().toBuilder().setMaxSize(100_000_000).build();
    try (FileSystem disk = Jimfs.newFileSystem(small)) {
      Path root = disk.getPath("/data");
      Progress filling = (done, total) -> fill(disk.getPath("/other"));

      assertThatThrownBy(() -> SimulatedGenImage.seeded(1).writeTo(root, filling))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageStartingWith("/data: the simulated images could not be written (")
          .hasMessageEndingWith("make room or choose another folder");
      assertThat(root).doesNotExist();
      try (Stream<Path> left = Files.list(disk.getPath("/"))) {
        assertThat(left.map(Path::toString))
            .containsExactlyInAnyOrder("/work", "/other", "/.data.lock");
      }
    }
  }

  /** Writes until the disk is full. */
  private static void fill(Path file) {
    byte[] block = new byte[8192];
    try (OutputStream out = Files.newOutputStream(file, CREATE, APPEND)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException full) {
      return;
    }
  }
}
