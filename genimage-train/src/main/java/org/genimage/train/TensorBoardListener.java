package org.genimage.train;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.genimage.data.internal.Interruption;
import org.genimage.data.internal.WholeFiles;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.proto.Summary;

/**
 * TensorBoard's event files: records of TensorFlow's TFRecord format, each an {@link Event}. A
 * record is its length (8 bytes, little-endian), the length's checksum, the bytes and their
 * checksum, both CRC-32C, rotated and offset.
 */
final class TensorBoardListener implements TrainingListener {

  private final Path folder;
  private Optional<Path> file = Optional.empty();

  TensorBoardListener(Path folder) {
    this.folder = folder;
  }

  @Override
  public void onBegin(int epoch, long steps) {
    long now = System.currentTimeMillis();
    file = Optional.of(folder.resolve("events.out.tfevents." + now + ".genimage"));
    write(event(0).setFileVersion("brain.Event:2"));
    // TensorBoard ignores the records of earlier files of the folder from this step on.
    SessionLog start = SessionLog.newBuilder().setStatus(SessionLog.SessionStatus.START).build();
    write(event(steps + 1).setSessionLog(start));
  }

  @Override
  public void onStep(StepReport report) {
    write(
        report.step(),
        ImmutableMap.of("step/loss", report.loss(), "step/learning_rate", report.learningRate()));
  }

  @Override
  public void onEpoch(EpochReport report) {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("epoch/loss", report.loss());
    values.put("epoch/samples_per_second", report.samplesPerSecond());
    values.put("epoch/waiting", report.waiting().toNanos() / (double) report.time().toNanos());
    report.validationAccuracy().ifPresent(value -> values.put("epoch/validation_accuracy", value));
    write(report.steps(), values);
  }

  private void write(long step, Map<String, Double> values) {
    Summary.Builder summary = Summary.newBuilder();
    values.forEach(
        (tag, value) -> summary.addValueBuilder().setTag(tag).setSimpleValue(value.floatValue()));
    write(event(step).setSummary(summary));
  }

  private static Event.Builder event(long step) {
    return Event.newBuilder().setWallTime(System.currentTimeMillis() / 1e3).setStep(step);
  }

  private void write(Event.Builder event) {
    byte[] record = record(event.build().toByteArray());
    Interruption.deferred(() -> append(file.orElseThrow(), record));
  }

  private void append(Path path, byte[] record) {
    try {
      // TensorBoard reads the file while it grows and ignores an incomplete last record.
      Files.createDirectories(folder);
      Files.write(path, record, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      Interruption.check(e, "writing " + path);
      throw WholeFiles.problem(
          "%s: could not be written (%s); make room or choose another place", path, e);
    }
  }

  private static byte[] record(byte[] data) {
    ByteBuffer record = ByteBuffer.allocate(data.length + 16).order(ByteOrder.LITTLE_ENDIAN);
    record.putLong(data.length);
    record.putInt(checksum(record.array(), 8));
    record.put(data);
    record.putInt(checksum(data, data.length));
    return record.array();
  }

  private static int checksum(byte[] data, int length) {
    CRC32C crc = new CRC32C();
    crc.update(data, 0, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
  }
}
