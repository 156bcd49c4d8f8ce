package org.genimage.train;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Locale;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.genimage.data.ImageDataset;
import org.genimage.data.internal.Counted;
import org.genimage.models.Blueprint;

/** Logs progress at INFO: the plan, a line after every epoch, and between them a line a minute. */
final class ProgressLog implements TrainingListener {

  private static final System.Logger LOGGER = System.getLogger(ProgressLog.class.getName());
  private static final Duration INTERVAL = Duration.ofMinutes(1);

  private final String detector;
  private final int images;
  private final int epochs;
  private final IntSupplier batches;
  private final LongSupplier nanoTime;
  private long began;
  private long logged;
  private long samples;
  private long totalSamples;

  ProgressLog(String detector, int images, int epochs, IntSupplier batches, LongSupplier nanoTime) {
    this.detector = detector;
    this.images = images;
    this.epochs = epochs;
    this.batches = batches;
    this.nanoTime = nanoTime;
  }

  static ProgressLog of(TrainingSettings settings, Blueprint blueprint, ImageDataset data) {
    return new ProgressLog(
        blueprint.name(),
        data.size(),
        settings.recipe().epochs(),
        () -> TrainingRun.loader(settings, blueprint, data).batches(),
        System::nanoTime);
  }

  @Override
  public void onBegin(int epoch, long steps) {
    began = nanoTime.getAsLong();
    logged = began;
    samples = 0;
    String resumed = steps == 0 ? "" : ", resumed at epoch %s, step %s".formatted(epoch + 1, steps);
    log(
        "training %s: %s, %s of %s, %s in all%s",
        detector,
        Counted.of(images, "image"),
        Counted.of(epochs, "epoch"),
        Counted.of(batches.getAsInt(), "step"),
        Counted.of(steps(), "step"),
        resumed);
  }

  @Override
  public void onStep(StepReport report) {
    samples = report.samples();
    totalSamples = report.totalSamples();
    if (nanoTime.getAsLong() - logged >= INTERVAL.toNanos()) {
      log(
          "epoch %d of %d, step %d of %d: loss %.4f, %.1f images/s, %s left",
          report.epoch() + 1, epochs, report.step(), steps(), report.loss(), rate(), left());
    }
  }

  @Override
  public void onEpoch(EpochReport report) {
    log(
        "epoch %d of %d: loss %.4f%s, %.1f images/s, %s left",
        report.epoch() + 1,
        report.epochs(),
        report.loss(),
        report.accuracyText(),
        report.samplesPerSecond(),
        left());
  }

  private long steps() {
    return (long) epochs * batches.getAsInt();
  }

  private double rate() {
    return samples / seconds();
  }

  private double seconds() {
    return Math.max(1, nanoTime.getAsLong() - began) / 1e9;
  }

  /** Returns the time left at the mean speed since the start, as hours, minutes and seconds. */
  private String left() {
    long seconds = Math.round((totalSamples - samples) * seconds() / Math.max(1, samples));
    return String.format(
        Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }

  private void log(String format, Object... values) {
    logged = nanoTime.getAsLong();
    LOGGER.log(Level.INFO, () -> String.format(Locale.ROOT, format, values));
  }
}
