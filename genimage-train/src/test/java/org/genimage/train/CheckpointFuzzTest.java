package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.genimage.data.fuzz.Fuzzer;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged checkpoints and tables of epochs are read as they were written, or refused. */
@Tag("fuzz")
class CheckpointFuzzTest {

  private static final Map<String, String> RUN = Map.of("detector", "tiny", "seed", "3");

  private static final TrainingState STATE =
      new TrainingState(
          2,
          new TrainingState.EpochPart(40, 5, 3.25, 39, 1, 9_000_000, 2_000_000, 7_000_000),
          21,
          List.of(0.75, 0.5),
          new LossScale(32768, 7),
          List.of());

  @TempDir Path folder;

  private static Weights numbers() {
    return Weights.of(Map.of("a.weight", WeightArray.of(List.of(2), new float[] {1, -2})));
  }

  @Test
  void latest_damagedFile_isRefusedOrTheSame() throws IOException {
    new Checkpoint(numbers(), STATE).write(folder, RUN);
    Path file = folder.resolve(Checkpoint.CURRENT);

    Fuzzer.of(Files.readAllBytes(file))
        .allowing(WeightsException.class)
        .run(
            "checkpoint",
            input -> {
              Files.write(file, input);
              assertThat(Checkpoint.latest(folder, RUN).orElseThrow().state()).isEqualTo(STATE);
            });
  }

  /** Behind a right checksum: the state of another version, or one that somebody changed. */
  @Test
  void latest_damagedState_isRefusedOrOneThatCanResume() throws IOException {
    ObjectMapper json = new ObjectMapper();

    Fuzzer.of(json.writeValueAsBytes(STATE))
        .allowing(WeightsException.class)
        .run(
            "state of a checkpoint",
            input -> {
              Weights described =
                  numbers()
                      .with(
                          Map.of(
                              Checkpoint.RUN,
                              json.writeValueAsString(RUN),
                              Checkpoint.STATE,
                              new String(input, StandardCharsets.UTF_8)));
              described
                  .with(Map.of(Checkpoint.CHECKSUM, Checkpoint.checksum(described)))
                  .write(folder.resolve(Checkpoint.CURRENT));
              TrainingState read = Checkpoint.latest(folder, RUN).orElseThrow().state();
              assertThat(read.lossScale().factor()).isPositive().isFinite();
              assertThat(read.part().nanos()).isNotNegative();
              assertThat(read.losses()).allMatch(Double::isFinite);
            });
  }

  @Test
  void csv_damagedTable_isRefusedOrResumed() throws IOException {
    Path file = folder.resolve("epochs.csv");
    TrainingListener csv = TrainingListeners.csv(file);
    csv.onBegin(0, 4);
    String header = Files.readString(file);
    byte[] table =
        (header + "0,4,0.75,0.1,16,0,1.5,0.5,1.0,\n1,8,0.5,0.05,16,0,1.5,0.5,1.0,0.9\n")
            .getBytes(StandardCharsets.UTF_8);

    Fuzzer.of(table)
        .run(
            "epochs.csv",
            input -> {
              Files.write(file, input);
              try {
                csv.onBegin(1, 4);
                assertThat(Files.readString(file)).startsWith(header);
              } catch (IllegalStateException e) {
                assertThat(e).hasMessageStartingWith(file + ": expected a table of epochs, found");
                assertThat(file).hasBinaryContent(input);
              }
            });
  }
}
