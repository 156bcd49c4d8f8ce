package org.genimage.data.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.BaseEncoding;
import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.genimage.data.DatasetException;
import org.genimage.data.Generator;
import org.genimage.data.Progress;
import org.genimage.data.Seed;
import org.genimage.data.fuzz.OtherProcess;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A simulation that is killed, interrupted or run twice. */
class SimulationStopTest {

  @TempDir static Path shared;

  private static Map<String, String> whole;

  @TempDir Path folder;

  @BeforeAll
  static void writeWithoutStop() throws IOException {
    KilledSimulation.simulation().writeTo(shared.resolve("whole"), Progress.NONE);
    whole = files(shared.resolve("whole"));
    assertThat(whole).hasSize(KilledSimulation.IMAGES);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void writeTo_killedAtRandomMoments_isWrittenByTheNextRun(boolean exists) throws Exception {
    Path root = folder.resolve("simulated");
    if (exists) {
      Files.createDirectory(root);
    }
    RandomGenerator random = Seed.of(5).random();
    for (int kill = 0; kill < 2; kill++) {
      Process writing = start(root);
      try (InputStream images = writing.getInputStream()) {
        images.readNBytes(random.nextInt(1, KilledSimulation.IMAGES));
        writing.destroyForcibly();
      }
      assertThat(writing.waitFor()).isNotZero();
      assertThat(partials()).as("what the killed process left").isEqualTo(1);
    }

    KilledSimulation.simulation().writeTo(root, Progress.NONE);

    assertThat(files(root)).isEqualTo(whole);
    assertThat(partials()).isZero();
  }

  @Test
  void writeTo_interrupted_endsAsAnInterruptAndLeavesNothing() throws IOException {
    Path root = folder.resolve("simulated");
    Progress interrupting =
        (done, total) -> {
          if (done == 10) {
            Thread.currentThread().interrupt();
          }
        };

    assertThatThrownBy(() -> KilledSimulation.simulation().writeTo(root, interrupting))
        .isInstanceOf(CancellationException.class)
        .hasMessageContaining("interrupted");

    assertThat(Thread.interrupted()).isTrue();
    assertThat(root).doesNotExist();
    assertThat(partials()).isZero();
  }

  @Test
  void writeTo_aFolderThatAnotherRunWrites_isRefused() {
    Path root = folder.resolve("simulated");
    Progress second =
        (done, total) ->
            assertThatThrownBy(() -> KilledSimulation.simulation().writeTo(root, Progress.NONE))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith(root + ": expected a folder that nobody writes to")
                .hasMessageEndingWith("wait for its end or choose another folder");

    KilledSimulation.simulation().train(1).validation(0).writeTo(root, second);

    assertThat(root).isNotEmptyDirectory();
  }

  @Test
  void writeTo_aFolderThatAnotherProcessWrites_isRefused() throws Exception {
    Path root = folder.resolve("simulated");
    try (OtherProcess other = OtherProcess.filling(root)) {
      assertThatThrownBy(() -> KilledSimulation.simulation().writeTo(root, Progress.NONE))
          .isInstanceOf(DatasetException.class)
          .hasMessageStartingWith(root + ": expected a folder that nobody writes to");
      assertThat(other.finish()).isZero();
    }
    assertThat(root.resolve("first")).hasContent("first");
  }

  @Test
  void writeTo_aDiskThatIsTooSmall_saysSoBeforeAnyImage() throws IOException {
    SimulatedGenImage simulation = KilledSimulation.simulation().train(200).imageSize(96);
    try (FileSystem disk =
        Jimfs.newFileSystem(Configuration.unix().toBuilder().setMaxSize(10_000_000).build())) {
      Path root = disk.getPath("/data/simulated");
      Progress none =
          (done, total) -> {
            throw new AssertionError("an image was written");
          };

      assertThatThrownBy(() -> simulation.writeTo(root, none))
          .isInstanceOf(DatasetException.class)
          .hasMessageMatching(
              "/data/simulated: expected 0\\.01\\d GB of free disk space for simulated images,"
                  + " found 0\\.010 GB; make room or choose another folder");
      assertThat(Files.exists(root)).isFalse();

      simulation.train(2).validation(2).writeTo(root, Progress.NONE);
      assertThat(Files.list(root)).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"32,false", "80,false", "80,true", "224,true"})
  void expectedBytes_areOnceToTwiceWhatTheImagesTake(int size, boolean biased) throws IOException {
    SimulatedGenImage simulation =
        SimulatedGenImage.seeded(11)
            .imageSize(size)
            .train(size < 100 ? 3 : 0)
            .validation(1)
            .generators(size < 100 ? Generator.GENIMAGE : Generator.GENIMAGE.subList(1, 6))
            .publishedBias(biased);
    Path root = folder.resolve("simulated");

    simulation.writeTo(root, Progress.NONE);

    long blocks = 0;
    try (Stream<Path> found = Files.walk(root)) {
      for (Path file : found.filter(Files::isRegularFile).toList()) {
        blocks += (Files.size(file) + 4095) / 4096;
      }
    }
    assertThat(simulation.expectedBytes() / (4096.0 * blocks)).isBetween(1.0, 2.0);
  }

  private static Process start(Path root) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            KilledSimulation.class.getName(),
            root.toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Returns the number of unfinished folders beside the root or in it. */
  private long partials() throws IOException {
    try (Stream<Path> entries = Files.walk(folder, 2)) {
      return entries.filter(path -> path.toString().endsWith(".partial")).count();
    }
  }

  /** Returns each file's bytes by its path. */
  private static Map<String, String> files(Path root) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> found = Files.walk(root)) {
      found
          .filter(Files::isRegularFile)
          .forEach(file -> files.put(root.relativize(file).toString(), content(file)));
    }
    return files;
  }

  private static String content(Path file) {
    try {
      return BaseEncoding.base16().encode(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
