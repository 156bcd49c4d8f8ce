package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.genimage.train.GradientTrainerTest.RECIPE;
import static org.genimage.train.GradientTrainerTest.TINY;
import static org.genimage.train.GradientTrainerTest.assertSameNumbers;
import static org.genimage.train.GradientTrainerTest.stoppingAt;
import static org.genimage.train.GradientTrainerTest.stripes;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.genimage.data.ImageDataset;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.genimage.train.recipe.Recipe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can go wrong with the folder of checkpoints is said before any work, and loses nothing. */
class CheckpointFolderTest {

  private static final ImageDataset DATA = stripes(16, 9);
  private static final Recipe SHORT = RECIPE.epochs(2);

  private static Weights epoch;

  @TempDir Path folder;

  @AfterEach
  void clearInterrupt() {
    Thread.interrupted();
  }

  @Test
  void fit_folderThatIsAFile_isRefusedBeforeTheFirstStep() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    Path below = file.resolve("checkpoints");

    assertThatThrownBy(() -> training(below).listener(stoppingAt(1)).fit(TINY, DATA))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(
            below + ": expected a folder in which checkpoints can be written, got ")
        .hasMessageEndingWith("choose another folder");
  }

  @Test
  void fit_diskWithoutSpace_isRefusedBeforeTheFirstStep() throws IOException {
    Configuration small = Configuration.unix().toBuilder().setMaxSize(30_000).build();
    try (FileSystem disk = Jimfs.newFileSystem(small)) {
      Path place = disk.getPath("/checkpoints");

      assertThatThrownBy(() -> training(place).listener(stoppingAt(1)).fit(TINY, DATA))
          .isInstanceOf(WeightsException.class)
          .hasMessageMatching(
              "/checkpoints: expected 0\\.\\d+ GB of free disk space for checkpoints, found"
                  + " 0\\.\\d+ GB; make room or choose another folder");
    }
  }

  @Test
  void fit_folderInUse_isRefused() throws Exception {
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                KilledTraining.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (InputStream steps = other.getInputStream()) {
      assertThat(steps.readNBytes(5)).as("steps, with a checkpoint after three").hasSize(5);

      assertThatThrownBy(() -> training(folder).listener(stoppingAt(1)).fit(TINY, DATA))
          .isInstanceOf(WeightsException.class)
          .hasMessageStartingWith(
              folder + ": expected a checkpoint folder that no other training uses")
          .hasMessageEndingWith("choose another folder");
    } finally {
      other.destroyForcibly();
    }
    other.waitFor();
    // The system has released the killed process's lock: now the folder's content counts.
    assertThatThrownBy(() -> training(folder).listener(stoppingAt(1)).fit(TINY, DATA))
        .hasMessageContaining("found one of another");
  }

  @Test
  void fit_whatAKilledTrainingLeft_isRemoved() throws IOException {
    Path left =
        Files.createFile(
            folder.resolve(".training.next.safetensors." + UUID.randomUUID() + ".partial"));
    Path other = Files.createFile(folder.resolve(".photos." + UUID.randomUUID() + ".partial"));

    training(folder).fit(TINY, DATA);

    assertThat(left).doesNotExist();
    assertThat(other).exists();
  }

  @ParameterizedTest
  @CsvSource({"step, 3", "step, 4", "epoch, 0"})
  void fit_interrupted_savesACheckpointAndResumesToTheSameBits(String when, int number) {
    TrainingListener interrupting =
        new TrainingListener() {
          @Override
          public void onStep(StepReport report) {
            interruptIf(when.equals("step") && report.step() == number);
          }

          @Override
          public void onEpoch(EpochReport report) {
            interruptIf(when.equals("epoch") && report.epoch() == number);
          }
        };
    List<String> lines = new ArrayList<>();
    Path table = folder.resolve("epochs.csv");
    GradientTrainer interrupted =
        training(folder)
            .validation(stripes(8, 8))
            .listener(
                interrupting,
                TrainingListeners.csv(table),
                TrainingListeners.tensorBoard(folder.resolve("tensorboard")));

    assertThatThrownBy(() -> interrupted.fit(TINY, DATA))
        .isInstanceOf(CancellationException.class)
        .hasMessageContaining("interrupted");

    assertThat(Thread.interrupted()).isTrue();
    List<Long> rest = new ArrayList<>();
    Weights resumed =
        training(folder)
            .validation(stripes(8, 8))
            .listener(
                TrainingListeners.csv(table),
                TrainingListeners.lines(lines::add),
                steps(report -> rest.add(report.step())))
            .fit(TINY, DATA);
    assertThat(rest).startsWith(when.equals("step") ? number + 1L : 5L).endsWith(8L);
    assertThat(table).content().hasLineCount(1 + 2);
    assertSameNumbers(
        resumed, GradientTrainer.with(SHORT).validation(stripes(8, 8)).fit(TINY, DATA));
  }

  private static void interruptIf(boolean due) {
    if (due) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void fit_interruptedBefore_leavesCheckpointsAsTheyAre() throws IOException {
    training(folder).fit(TINY, DATA);
    Map<String, Long> before = sizes();

    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> training(folder).fit(TINY, DATA))
        .isInstanceOf(CancellationException.class);
    assertThatThrownBy(() -> Checkpoint.latest(folder, Map.of()))
        .isInstanceOf(CancellationException.class)
        .hasMessageContaining("training.safetensors was being read");

    assertThat(Thread.interrupted()).isTrue();
    assertThat(sizes()).isEqualTo(before);
  }

  private Map<String, Long> sizes() throws IOException {
    Map<String, Long> sizes = new LinkedHashMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        sizes.put(file.getFileName().toString(), Files.size(file));
      }
    }
    return sizes;
  }

  /** States that parse or nearly parse; the checksum is always right. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "{}",
        "[]",
        "\"epoch\":1=>\"epoch\":\"1\"",
        "\"epoch\":1=>\"epoch\":-1",
        "\"epoch\":1=>\"epoch\":1.5",
        "\"epoch\":1=>\"epoch\":null",
        "\"epoch\":1=>\"epoch\":4294967297",
        "\"epoch\":1=>\"epoch\":1,\"other\":2",
        "\"steps\":4=>\"steps\":-4",
        "\"steps\":4=>\"steps\":\"4\"",
        "\"part\":{=>\"parts\":{",
        "\"position\":0=>\"position\":-8",
        "\"losses\":[=>\"losses\":[null,",
        "\"accuracies\":[]=>\"accuracies\":null",
        "\"accuracies\":[]=>\"accuracies\":[0.5,0.5]",
        "\"accuracies\":[]=>\"accuracies\":[0.5]",
        "\"lossScale\":{=>\"lossScale\":null,\"was\":{",
      })
  void fit_stateOfOtherContent_isRefusedByADocumentedException(String change) {
    String[] both = change.split("=>", 2);
    assertRefused(
        stopped ->
            both.length == 1
                ? stopped.with(Map.of(Checkpoint.STATE, change))
                : stopped.with(Map.of(Checkpoint.STATE, replaced(stopped, both[0], both[1]))));
  }

  private static String replaced(Weights checkpoint, String from, String to) {
    String state = checkpoint.metadata().get(Checkpoint.STATE);
    assertThat(state).contains(from);
    return state.replace(from, to);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "[]", "{\"seed\":", "{\"seed\":null}", "\"text\""})
  void fit_identityOfOtherContent_isRefusedByADocumentedException(String run) {
    assertRefused(stopped -> stopped.with(Map.of(Checkpoint.RUN, run)));
  }

  @Test
  void fit_checkpointWithoutStateOrIdentity_isRefused() {
    assertRefused(stopped -> Weights.of(stopped.arrays()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"conv1.weight", "optimizer.momentum.conv1.weight"})
  void fit_valuesThatDoNotFit_areRefused(String key) {
    WeightArray other = WeightArray.of(List.of(1), new float[1]);
    WeightArray integers = WeightArray.counter(3);

    assertRefused(stopped -> Weights.of(changed(stopped, key, other)).with(stopped.metadata()));
    assertRefused(stopped -> Weights.of(changed(stopped, key, integers)).with(stopped.metadata()));
    assertRefused(stopped -> stopped.without(key));
  }

  private static Map<String, WeightArray> changed(Weights weights, String key, WeightArray other) {
    Map<String, WeightArray> arrays = new LinkedHashMap<>(weights.arrays());
    assertThat(arrays.put(key, other)).isNotNull();
    return arrays;
  }

  @BeforeAll
  static void trainAnEpoch(@TempDir Path kept) {
    assertThatThrownBy(() -> training(kept).listener(stoppingAt(5)).fit(TINY, DATA))
        .hasMessage("stopped");
    epoch = Weights.read(kept.resolve(Checkpoint.CURRENT));
  }

  /** Changes a checkpoint of one epoch, gives it the right checksum, and resumes from it. */
  private void assertRefused(UnaryOperator<Weights> change) {
    Weights changed = change.apply(epoch);
    changed
        .with(Map.of(Checkpoint.CHECKSUM, Checkpoint.checksum(changed)))
        .write(folder.resolve(Checkpoint.CURRENT));

    assertThatThrownBy(() -> training(folder).fit(TINY, DATA))
        .isInstanceOf(WeightsException.class)
        .hasMessageContainingAll("expected", "another");
  }

  private static GradientTrainer training(Path folder) {
    return GradientTrainer.with(SHORT).checkpoints(folder);
  }

  private static TrainingListener steps(Consumer<StepReport> receiver) {
    return new TrainingListener() {
      @Override
      public void onStep(StepReport report) {
        receiver.accept(report);
      }
    };
  }
}
