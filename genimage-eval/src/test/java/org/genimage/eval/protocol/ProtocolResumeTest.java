package org.genimage.eval.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.eval.Degradation;
import org.genimage.eval.DetectorIdentity;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.Fakes;
import org.genimage.eval.ScoreFileException;
import org.genimage.eval.protocol.Protocol.Cell;
import org.genimage.eval.protocol.Protocol.Row;
import org.genimage.eval.protocol.Protocol.Run;
import org.genimage.eval.statistics.Proportion;
import org.genimage.models.Detector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables that a folder's files fill, or that must not be filled from them. */
class ProtocolResumeTest {

  private static final Run CLEAN =
      Run.of("ResNet-50", TrainingSet.of(Generator.ADM), TestImages.of(Generator.ADM));
  private static final Run BLURRED = CLEAN.degraded(Degradation.gaussianBlur(3));
  private static final Run ATTACKED = CLEAN.attacked("FGSM");

  @TempDir Path folder;

  private final List<String> asked = new ArrayList<>();

  private static Protocol table(Run... runs) {
    List<Cell> cells =
        List.of(runs).stream().map(run -> new Cell(List.of(run), List.of())).toList();
    List<String> columns = List.of(runs).stream().map(Run::toString).toList();
    return new Protocol(
        "small",
        "A small table",
        List.of(),
        columns,
        List.of(new Row("ResNet-50", cells, OptionalDouble.empty())));
  }

  /** A source that knows its detector, or does not tell. */
  private record Source(Detector detector, boolean tells, List<String> asked)
      implements ProtocolRun.DetectorSource {
    @Override
    public Detector detector(String name, TrainingSet training) {
      asked.add(name);
      return detector;
    }

    @Override
    public Optional<DetectorIdentity> identity(String name, TrainingSet training) {
      return tells ? Optional.of(DetectorIdentity.of(detector)) : Optional.empty();
    }
  }

  private ProtocolRun plan(String seed, boolean tells, Run... runs) {
    return ProtocolRun.of(table(runs), folder)
        .detectors(new Source(new Fakes.RedDetector(Map.of("seed", seed)), tells, asked))
        .images(test -> Fakes.dataset())
        .attacks((attack, detector, data) -> new Proportion(3, 8));
  }

  @Test
  void run_allFinishedByOtherWeights_isRefusedWhereTheSourceTells() {
    for (Run run : List.of(CLEAN, ATTACKED)) {
      ProtocolResult first = plan("1", true, run).run();
      assertThat(plan("1", true, run).run()).isEqualTo(first);
      ProtocolRun other = plan("2", true, run);
      assertThatThrownBy(other::run)
          .isInstanceOf(ScoreFileException.class)
          .hasMessage(
              other.file(run)
                  + ": expected scores of this Red, found those of other weights (provenance differs"
                  + " in 'seed'); choose another folder or remove this file");
    }
    assertThat(asked).hasSize(2);
  }

  @Test
  void run_partlyFinishedByOtherWeights_isRefused() {
    for (Run finished : List.of(BLURRED, ATTACKED)) {
      plan("1", false, finished).run();
      assertThatThrownBy(() -> plan("2", false, CLEAN, finished).run())
          .isInstanceOf(ScoreFileException.class)
          .hasMessageContaining("provenance differs in 'seed'");
      assertThat(plan("1", false, CLEAN).file(CLEAN)).doesNotExist();
    }
  }

  @Test
  void run_filesOfSeveralWeights_areRefusedWithoutADetector() throws IOException {
    plan("1", false, CLEAN).run();
    Path clean = Files.copy(plan("1", false, CLEAN).file(CLEAN), folder.resolve("kept"));
    Files.delete(plan("1", false, CLEAN).file(CLEAN));
    plan("2", false, ATTACKED).run();
    Files.move(clean, plan("1", false, CLEAN).file(CLEAN));
    assertThatThrownBy(() -> plan("2", false, CLEAN, ATTACKED).run())
        .isInstanceOf(ScoreFileException.class)
        .hasMessageContaining("found those of other weights");
  }

  @Test
  void finished_afterAFailure_hasWhatWasMeasuredAndTheReasonsOfTheRest() throws IOException {
    ProtocolRun plan = plan("1", true, CLEAN, BLURRED, ATTACKED);
    ProtocolResult whole = plan.run();
    asked.clear();
    assertThat(plan.finished()).isEqualTo(whole);

    Files.writeString(plan.file(BLURRED), "damaged");
    Files.delete(plan.file(ATTACKED));
    ProtocolResult part = plan.finished();

    assertThat(part.figure(0, 0)).isEqualTo(whole.figure(0, 0));
    assertThat(part.figure(0, 1).reason().orElseThrow())
        .startsWith(plan.file(BLURRED) + ": expected");
    assertThat(part.figure(0, 2).reason()).hasValue(ATTACKED + ": not measured");
    assertThat(asked).isEmpty();

    Files.delete(plan.file(BLURRED));
    plan("2", false, BLURRED).run();
    assertThat(plan.finished().figure(0, 0).reason().orElseThrow())
        .contains("found those of other weights");
  }

  @Test
  void run_stoppedInsideALine_isResumed() throws IOException {
    ProtocolRun plan = plan("1", true, CLEAN, BLURRED);
    ProtocolResult whole = plan.run();
    Path file = plan.file(CLEAN);
    byte[] bytes = Files.readAllBytes(file);
    for (int end : new int[] {0, 20, 300, 500, bytes.length - 20, bytes.length - 1}) {
      Files.write(file, Arrays.copyOf(bytes, end));
      assertThat(plan.run()).isEqualTo(whole);
      assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
    }
  }

  @Test
  void run_attackFileThatIsNone_isRefusedAndStays() throws IOException {
    ProtocolRun plan = plan("1", true, ATTACKED);
    ProtocolResult result = plan.run();
    Path file = plan.file(ATTACKED);
    String good = Files.readString(file);
    String data = EvaluationResult.fingerprint(Fakes.dataset());
    for (String damaged :
        List.of(
            "",
            "hello",
            "9 8 " + data,
            "3 99999999999999999999 " + data,
            "3 8 " + data + " more",
            "3 8 " + "0".repeat(64),
            good.substring(0, good.length() - 9),
            good.replace("\"correct\":3", "\"correct\":4"),
            good.replace("\"version\":2", "\"version\":3"))) {
      Files.writeString(file, damaged);
      assertThatThrownBy(plan::run)
          .as(damaged)
          .isInstanceOf(ScoreFileException.class)
          .hasMessageStartingWith(file + ": expected ");
      assertThat(file).hasContent(damaged);
    }
    Files.writeString(file, "3 8 " + data + "\n"); // of 0.1.0
    assertThat(plan.run()).isEqualTo(result);
  }

  @Test
  void run_namesThatMakeOneFile_areRefusedBeforeAnyWork() {
    Run one = Run.of("检测器一", TrainingSet.of(Generator.ADM), TestImages.of(Generator.ADM));
    Run two = Run.of("检测器二", TrainingSet.of(Generator.ADM), TestImages.of(Generator.ADM));
    assertThatThrownBy(() -> plan("1", true, one, two).run())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("each run needs a file of its own, got this one for '检测器一, ADM");
    assertThat(asked).isEmpty();
  }

  @Test
  void run_folderThatCannotBeWritten_isFoundBeforeTraining() throws IOException {
    Path occupied = Files.writeString(folder.resolve("occupied"), "");
    ProtocolRun plan =
        ProtocolRun.of(table(CLEAN), occupied)
            .detectors(new Source(new Fakes.RedDetector(Map.of()), false, asked))
            .images(test -> Fakes.dataset());
    assertThatThrownBy(plan::run)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith(occupied + ": scores cannot be written there (")
        .hasMessageEndingWith("; choose another folder");
    assertThat(asked).isEmpty();
  }

  @Test
  void names_thatAreNone_areRefused() {
    Row row = table(CLEAN).rows().get(0);
    for (String name : List.of("", "../x", "a b", ".hidden", "a/b")) {
      assertThatThrownBy(() -> new Protocol(name, "t", List.of(), List.of("c"), List.of(row)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("a table's name must be letters");
    }
    assertThatThrownBy(() -> new Protocol("x", "t", List.of(), List.of("c"), List.of(row, row)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the rows of table x need names of their own");
    Row two = table(CLEAN, BLURRED).rows().get(0);
    assertThatThrownBy(() -> new Protocol("x", "t", List.of(), List.of("c", "c"), List.of(two)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the columns of table x need names of their own");
    assertThatThrownBy(() -> new Row(" ", List.of(), OptionalDouble.empty()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Run.of("", TrainingSet.GENIMAGE, TestImages.GENIMAGE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> TestImages.named("")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(TrainingSet::of).isInstanceOf(IllegalArgumentException.class);
  }

  /** A process of its own fills the table and is killed; a second one is told so, then resumes. */
  @Test
  void run_killed_goesOn() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Slow.class.getName(),
                folder.toString())
            .inheritIO()
            .start();
    Path file = Slow.plan(folder, false).file(BLURRED);
    for (int i = 0; i < 600 && !Files.exists(file) && process.isAlive(); i++) {
      Thread.sleep(20);
    }
    assertThatThrownBy(() -> Slow.plan(folder, false).run())
        .isInstanceOf(ScoreFileException.class)
        .hasMessageContaining("another evaluation is writing to it");
    process.destroyForcibly().waitFor();
    long lines = Files.readString(file).lines().count();
    assertThat(lines).isBetween(1L, 200L);

    ProtocolResult resumed = Slow.plan(folder, false).run();

    assertThat(resumed).isEqualTo(Slow.plan(folder.resolve("whole"), false).run());
  }

  /** The process to kill. */
  static final class Slow {

    private Slow() {}

    static ProtocolRun plan(Path folder, boolean slow) {
      List<Sample> samples = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        samples.add(Fakes.sample(i + ".png", i % 256, Label.values()[i % 2], Generator.GLIDE));
      }
      return ProtocolRun.of(table(CLEAN, BLURRED), folder)
          .detectors((name, training) -> new Fakes.RedDetector(Map.of()))
          .images(test -> ImageDataset.of(samples))
          .progress(
              run ->
                  (done, total) -> {
                    if (slow && run.equals(BLURRED)) {
                      sleep();
                    }
                  });
    }

    private static void sleep() {
      try {
        Thread.sleep(1000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    public static void main(String[] arguments) {
      plan(Path.of(arguments[0]), true).run();
    }
  }
}
