package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.genimage.train.GradientTrainerTest.RECIPE;
import static org.genimage.train.GradientTrainerTest.TINY;
import static org.genimage.train.GradientTrainerTest.stripes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.zip.CRC32C;
import org.genimage.data.ImageDataset;
import org.genimage.data.fuzz.OtherProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.proto.Summary;

class TrainingListenersTest {

  private static final ImageDataset DATA = stripes(16, 9);

  @Test
  void progress_everyStep_countsToTheEnd(@TempDir Path folder) {
    List<String> reported = new ArrayList<>();
    GradientTrainer trainer =
        GradientTrainer.with(RECIPE.epochs(2)).checkpoints(Checkpoints.in(folder).everySteps(3));
    TrainingListener progress =
        TrainingListeners.progress((done, total) -> reported.add(done + "/" + total));

    stopped(trainer, 6, progress);
    trainer.listener(progress).fit(TINY, DATA);

    assertThat(reported)
        .containsExactly(
            "4/32", "8/32", "12/32", "16/32", "20/32", "24/32", "4/16", "8/16", "12/16", "16/16");
  }

  @Test
  void lines_everyEpoch_nameTheBottleneck() {
    List<String> lines = new ArrayList<>();

    GradientTrainer.with(RECIPE.epochs(2))
        .validation(DATA)
        .listener(TrainingListeners.lines(lines::add))
        .fit(TINY, DATA);

    assertThat(lines)
        .hasSize(2)
        .allSatisfy(
            line ->
                assertThat(line)
                    .matches(
                        "epoch \\d of 2: loss \\d\\.\\d{4}, validation accuracy [\\d.]+ %, [\\d.]+"
                            + " samples/s; [\\d.]+ % of the time waiting for images, [\\d.]+ %"
                            + " calculating, [\\d.]+ % other: the bottleneck is .*"));
  }

  @Test
  void csv_afterAStop_hasEveryEpochOnce(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("log").resolve("epochs.csv");
    GradientTrainer trainer =
        GradientTrainer.with(RECIPE.epochs(3)).validation(DATA).checkpoints(folder);
    TrainingListener csv = TrainingListeners.csv(file);
    List<EpochReport> reports = new ArrayList<>();

    stopped(trainer, 10, csv);
    Files.writeString(file, Files.readString(file) + "2,of,a,checkpoint,that,was,lost\n");
    trainer.listener(csv, GradientTrainerTest.collecting(reports)).fit(TINY, DATA);

    List<String> rows = Files.readAllLines(file);
    assertThat(rows.get(0)).startsWith("epoch,steps,loss,learning_rate,samples,");
    assertThat(rows.subList(1, rows.size()))
        .extracting(row -> row.substring(0, row.indexOf(',', 2)))
        .containsExactly("0,4", "1,8", "2,12");
    String[] last = rows.get(3).split(",");
    assertThat(Double.parseDouble(last[2])).isEqualTo(reports.get(0).loss());
    assertThat(Double.parseDouble(last[9]))
        .isEqualTo(reports.get(0).validationAccuracy().orElseThrow());
  }

  @Test
  void csv_ofAnotherFile_isRefused(@TempDir Path folder) throws IOException {
    for (String content : List.of("notes\nof mine\n", "notes\n\u00ff of mine\n")) {
      byte[] bytes = content.getBytes(StandardCharsets.ISO_8859_1);
      Path file = Files.write(folder.resolve("notes.txt"), bytes);

      TrainingListener csv = TrainingListeners.csv(file);
      assertThatThrownBy(() -> csv.onBegin(1, 4))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("expected a table of epochs");
      csv.onEnd();
      assertThat(file).hasBinaryContent(bytes);
    }
  }

  /** The other process: writes a table of epochs without end. */
  static final class Other {

    private Other() {}

    public static void main(String[] arguments) {
      TrainingListener csv = TrainingListeners.csv(Path.of(arguments[0]));
      csv.onBegin(0, 0);
      for (int epoch = 0; true; epoch++) {
        csv.onEpoch(report(epoch));
        if (epoch == 20) {
          System.out.println(OtherProcess.BEGUN);
        }
      }
    }
  }

  private static EpochReport report(int epoch) {
    Duration second = Duration.ofSeconds(1);
    return new EpochReport(
        epoch,
        1_000_000,
        4L * epoch,
        0.5,
        0.1,
        16,
        0,
        second,
        second,
        second,
        OptionalDouble.empty());
  }

  @Test
  void csv_ofAnotherProcess_isRefusedUntilItIsKilledAndStaysWhole(@TempDir Path folder)
      throws Exception {
    Path file = folder.resolve("epochs.csv");
    TrainingListener csv = TrainingListeners.csv(file);
    try (OtherProcess other = OtherProcess.begun(Other.class, file)) {
      assertThatThrownBy(() -> csv.onBegin(20, 80))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              file
                  + ": expected a table of epochs that no other training writes, found one in use;"
                  + " wait for the end of the other training, or choose another name");
      other.kill();
    }
    List<String> left = Files.readAllLines(file);
    assertThat(left).hasSizeGreaterThan(20).allMatch(row -> row.split(",", -1).length == 10);

    csv.onBegin(20, 80);
    csv.onEpoch(report(20));
    csv.onEnd();
    List<String> rows = new ArrayList<>(left.subList(0, 21));
    rows.add("20,80,0.5,0.1,16,0,1.0,1.0,1.0,");
    assertThat(Files.readAllLines(file)).isEqualTo(rows);
  }

  /** A row of separators alone has no first cell. */
  @Test
  void csv_rowWithoutCells_isNoTableOfEpochs(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("epochs.csv"), "epoch,steps\n,\n");

    assertThatThrownBy(() -> TrainingListeners.csv(file).onBegin(1, 80))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("expected a table of epochs, found another file");
    assertThat(file).hasContent("epoch,steps\n,\n");
  }

  @Test
  void tensorBoard_everyStepAndEpoch_areEvents(@TempDir Path folder) throws IOException {
    List<EpochReport> reports = new ArrayList<>();
    GradientTrainer.with(RECIPE.epochs(2))
        .validation(DATA)
        .listener(
            TrainingListeners.tensorBoard(folder.resolve("run")),
            GradientTrainerTest.collecting(reports))
        .fit(TINY, DATA);

    List<Event> events;
    try (var files = Files.list(folder.resolve("run"))) {
      Path file = files.toList().get(0);
      assertThat(file.getFileName().toString()).startsWith("events.out.tfevents.");
      events = events(file);
    }
    assertThat(events.get(0).getFileVersion()).isEqualTo("brain.Event:2");
    assertThat(events.get(1).getStep()).isEqualTo(1);
    assertThat(events.get(1).getSessionLog().getStatus()).isEqualTo(SessionLog.SessionStatus.START);
    assertThat(events.stream().skip(2).map(Event::getStep))
        .containsExactly(1L, 2L, 3L, 4L, 4L, 5L, 6L, 7L, 8L, 8L);
    Event epoch = events.get(events.size() - 1);
    assertThat(epoch.getSummary().getValueList())
        .extracting(Summary.Value::getTag)
        .containsExactly(
            "epoch/loss", "epoch/samples_per_second", "epoch/waiting", "epoch/validation_accuracy");
    assertThat((double) epoch.getSummary().getValue(0).getSimpleValue())
        .isCloseTo(reports.get(1).loss(), within(1e-6));
  }

  /** Reads the TFRecord format, checksums included. */
  private static List<Event> events(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (bytes.hasRemaining()) {
      byte[] length = new byte[8];
      bytes.get(length);
      assertThat(bytes.getInt()).isEqualTo(masked(length));
      byte[] data =
          new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
      bytes.get(data);
      assertThat(bytes.getInt()).isEqualTo(masked(data));
      events.add(Event.parseFrom(data));
    }
    return events;
  }

  private static int masked(byte[] data) {
    CRC32C crc = new CRC32C();
    crc.update(data);
    long value = crc.getValue();
    return (int) (((value >>> 15 | value << 17) & 0xffffffffL) + 0xa282ead8L);
  }

  private static void stopped(GradientTrainer trainer, int step, TrainingListener listener) {
    TrainingListener stopping = GradientTrainerTest.stoppingAt(step);
    assertThatThrownBy(() -> trainer.listener(listener, stopping).fit(TINY, DATA))
        .hasMessage("stopped");
  }
}
