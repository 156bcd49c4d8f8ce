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
import java.io.OutputStream;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Seed;
import org.genimage.models.Blueprint;
import org.genimage.models.Head;
import org.genimage.models.InputContract;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.genimage.train.recipe.Recipe;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Training that was stopped and resumed ends with the same bits as without the stop. */
class ResumeTest {

  private static final String CURRENT = "training.safetensors";
  private static final String PREVIOUS = "training.previous.safetensors";
  private static final ImageDataset DATA = stripes(16, 9);
  private static final Recipe SHORT = RECIPE.epochs(4);

  private static Weights straight;

  @BeforeAll
  static void trainWithoutStop() {
    straight = GradientTrainer.with(SHORT).fit(TINY, DATA);
  }

  @Test
  void fit_killedAtRandomMoments_endsWithTheSameBits(@TempDir Path folder) throws Exception {
    RandomGenerator random = Seed.of(11).random();
    int kills = 4;
    for (int kill = 0; kill < kills; kill++) {
      Process training = start(folder);
      try (InputStream steps = training.getInputStream()) {
        steps.readNBytes(random.nextInt(1, KilledTraining.STEPS / kills));
        Thread.sleep(0, random.nextInt(1_000_000));
        training.destroyForcibly();
      }
      assertThat(training.waitFor()).isNotZero();
    }
    assertThat(folder.resolve(KilledTraining.WEIGHTS)).doesNotExist();

    Process last = start(folder);
    int steps;
    try (InputStream rest = last.getInputStream()) {
      steps = rest.readAllBytes().length;
    }

    assertThat(last.waitFor()).isZero();
    assertThat(steps).isLessThan(KilledTraining.STEPS);
    Weights weights = Weights.read(folder.resolve(KilledTraining.WEIGHTS));
    Weights expected = KilledTraining.fit(KilledTraining.trainer());
    assertSameNumbers(weights, expected);
    assertThat(weights.metadata()).isEqualTo(expected.metadata());
    assertSameNumbers(Weights.read(folder.resolve("best.safetensors")), expected);
  }

  @Test
  void fit_jvmTerminated_savesACheckpointFirst(@TempDir Path folder) throws Exception {
    Process training = start(folder);
    int steps;
    try (InputStream beacons = training.getInputStream()) {
      steps = beacons.readNBytes(20).length;
      training.toHandle().destroy(); // Its output can still be read.
      steps += beacons.readAllBytes().length;
    }
    assertThat(training.waitFor()).isNotZero();
    List<Long> rest = new ArrayList<>();

    Weights weights =
        KilledTraining.fit(
            KilledTraining.trainer()
                .checkpoints(folder)
                .listener(recording(rest, new ArrayList<>())));

    assertThat(rest).startsWith(steps + 1L);
    assertSameNumbers(weights, KilledTraining.fit(KilledTraining.trainer()));
  }

  private static Process start(Path folder) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            KilledTraining.class.getName(),
            folder.toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  @Test
  void fit_stoppedInsideAnEpoch_resumesFromTheStepsCheckpoint(@TempDir Path folder) {
    GradientTrainer trainer =
        GradientTrainer.with(SHORT).checkpoints(Checkpoints.in(folder).everySteps(3));
    assertThatThrownBy(() -> trainer.listener(stoppingAt(8)).fit(TINY, DATA)).hasMessage("stopped");
    List<Long> steps = new ArrayList<>();
    List<EpochReport> epochs = new ArrayList<>();

    Weights resumed = trainer.listener(recording(steps, epochs)).fit(TINY, DATA);

    assertThat(steps).containsExactly(7L, 8L, 9L, 10L, 11L, 12L, 13L, 14L, 15L, 16L);
    assertThat(epochs).extracting(EpochReport::epoch).containsExactly(1, 2, 3);
    assertThat(epochs.get(0).samples()).isEqualTo(16);
    assertSameNumbers(resumed, straight);
  }

  @Test
  void fit_lossesOfAnInterruptedEpoch_areAveragedWhole(@TempDir Path folder) {
    List<EpochReport> whole = new ArrayList<>();
    GradientTrainer.with(SHORT).listener(recording(new ArrayList<>(), whole)).fit(TINY, DATA);
    GradientTrainer trainer =
        GradientTrainer.with(SHORT).checkpoints(Checkpoints.in(folder).every(Duration.ofNanos(1)));
    assertThatThrownBy(() -> trainer.listener(stoppingAt(7)).fit(TINY, DATA)).hasMessage("stopped");
    List<EpochReport> rest = new ArrayList<>();

    trainer.listener(recording(new ArrayList<>(), rest)).fit(TINY, DATA);

    assertThat(rest)
        .extracting(EpochReport::loss)
        .isEqualTo(whole.stream().skip(1).map(EpochReport::loss).toList());
  }

  @Test
  void fit_diskFull_keepsTheLastGoodCheckpoint() throws IOException {
    try (FileSystem disk =
        Jimfs.newFileSystem(
            Configuration.unix().toBuilder().setBlockSize(512).setMaxSize(200_000).build())) {
      Path folder = disk.getPath("/checkpoints");
      Path filler = disk.getPath("/filler");
      GradientTrainer trainer = GradientTrainer.with(SHORT).checkpoints(folder);
      TrainingListener filling =
          new TrainingListener() {
            @Override
            public void onStep(StepReport report) {
              if (report.step() == 7) {
                fill(filler);
              }
            }
          };
      assertThatThrownBy(() -> trainer.listener(filling).fit(TINY, DATA))
          .isInstanceOf(WeightsException.class)
          .hasMessageContaining("could not be written")
          .hasMessageContaining("free some space");
      Files.delete(filler);
      List<EpochReport> epochs = new ArrayList<>();

      Weights resumed = trainer.listener(recording(new ArrayList<>(), epochs)).fit(TINY, DATA);

      assertThat(epochs).extracting(EpochReport::epoch).containsExactly(1, 2, 3);
      assertSameNumbers(resumed, straight);
    }
  }

  private static void fill(Path file) {
    try (OutputStream out = Files.newOutputStream(file)) {
      while (true) {
        out.write(new byte[512]);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("space");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cut", "empty", "bit", "gone"})
  void fit_brokenCheckpoint_resumesFromThePreviousOne(String damage, @TempDir Path folder)
      throws IOException {
    GradientTrainer trainer =
        GradientTrainer.with(SHORT).checkpoints(Checkpoints.in(folder).everySteps(3));
    assertThatThrownBy(() -> trainer.listener(stoppingAt(8)).fit(TINY, DATA)).hasMessage("stopped");
    damage(folder.resolve(CURRENT), damage);
    List<Long> steps = new ArrayList<>();

    Weights resumed = trainer.listener(recording(steps, new ArrayList<>())).fit(TINY, DATA);

    assertThat(steps).startsWith(5L).endsWith(16L);
    assertSameNumbers(resumed, straight);
  }

  @Test
  void fit_brokenAgainAfterResuming_stillHasAGoodOne(@TempDir Path folder) throws IOException {
    GradientTrainer trainer =
        GradientTrainer.with(SHORT).checkpoints(Checkpoints.in(folder).everySteps(3));
    assertThatThrownBy(() -> trainer.listener(stoppingAt(8)).fit(TINY, DATA)).hasMessage("stopped");
    damage(folder.resolve(CURRENT), "bit");
    assertThatThrownBy(() -> trainer.listener(stoppingAt(7)).fit(TINY, DATA)).hasMessage("stopped");
    damage(folder.resolve(CURRENT), "bit");

    assertSameNumbers(trainer.fit(TINY, DATA), straight);
  }

  @Test
  void fit_onlyBrokenCheckpoints_isRefused(@TempDir Path folder) throws IOException {
    GradientTrainer trainer = GradientTrainer.with(SHORT).checkpoints(folder);
    trainer.fit(TINY, DATA);
    damage(folder.resolve(CURRENT), "cut");
    damage(folder.resolve(PREVIOUS), "bit");

    assertThatThrownBy(() -> trainer.fit(TINY, DATA))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("expected a good checkpoint, found only broken ones")
        .hasMessageContaining("expected the checksum")
        .hasMessageContaining("delete them to start again");
  }

  private static void damage(Path file, String damage) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    switch (damage) {
      case "cut" -> Files.write(file, Arrays.copyOf(bytes, bytes.length - 100));
      case "empty" -> Files.write(file, new byte[0]);
      case "bit" -> {
        bytes[bytes.length - 5] ^= 4;
        Files.write(file, bytes);
      }
      default -> Files.delete(file);
    }
  }

  @Test
  void fit_checkpointOfAnotherTraining_isRefusedByWhatDiffers(@TempDir Path folder) {
    GradientTrainer.with(SHORT).checkpoints(folder).fit(TINY, DATA);
    Blueprint other = new Blueprint("other", TINY.network(), InputContract.crop(9), Head.AI_NATURE);

    assertRefused(SHORT.batchSize(8), TINY, DATA, folder, "(batchSize is 4, expected 8)");
    assertRefused(SHORT, TINY, stripes(18, 9), folder, "(data is {", "\"ADM/ai\":8", "expected {");
    assertRefused(
        SHORT, other, DATA, folder, "detector is tiny, expected other", "input is ", "head is ");
    assertThatThrownBy(
            () ->
                GradientTrainer.with(SHORT)
                    .checkpoints(folder)
                    .from(TINY.initialWeights(3))
                    .freeze("conv1.*")
                    .fit(TINY, DATA))
        .hasMessageContaining("frozen is [], expected [conv1.*]")
        .hasMessageContaining("start is random, expected ");
  }

  private static void assertRefused(
      Recipe recipe, Blueprint blueprint, ImageDataset data, Path folder, String... sentences) {
    assertThatThrownBy(() -> GradientTrainer.with(recipe).checkpoints(folder).fit(blueprint, data))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("expected a checkpoint of this training, found one of another")
        .hasMessageContainingAll(sentences);
  }

  @Test
  void fit_bestEpochs_areKept(@TempDir Path folder) throws IOException {
    List<EpochReport> epochs = new ArrayList<>();

    GradientTrainer.with(RECIPE.epochs(6))
        .validation(stripes(16, 8))
        .checkpoints(Checkpoints.in(folder).best(2))
        .listener(recording(new ArrayList<>(), epochs))
        .fit(TINY, DATA);

    List<Integer> ranking =
        epochs.stream()
            .sorted((a, b) -> Double.compare(accuracy(b), accuracy(a)))
            .map(EpochReport::epoch)
            .toList();
    try (var files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              CURRENT,
              PREVIOUS,
              "." + CURRENT + ".lock",
              "last.safetensors",
              "best.safetensors",
              "epoch-%d.safetensors".formatted(ranking.get(0)),
              "epoch-%d.safetensors".formatted(ranking.get(1)));
    }
    for (int epoch : ranking.subList(0, 2)) {
      Weights kept = Weights.read(folder.resolve("epoch-%d.safetensors".formatted(epoch)));
      assertThat(kept.metadata()).containsEntry("genimage.epoch", Integer.toString(epoch));
    }
    assertThat(Weights.read(folder.resolve("last.safetensors")).metadata())
        .containsEntry("genimage.epoch", "5");
  }

  private static double accuracy(EpochReport report) {
    return report.validationAccuracy().orElseThrow();
  }

  private static TrainingListener recording(List<Long> steps, List<EpochReport> epochs) {
    return new TrainingListener() {
      @Override
      public void onStep(StepReport report) {
        steps.add(report.step());
      }

      @Override
      public void onEpoch(EpochReport report) {
        epochs.add(report);
      }
    };
  }
}
