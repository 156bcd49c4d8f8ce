package org.genimage.train;

import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;
import org.genimage.data.Progress;

/** The ready listeners. */
public final class TrainingListeners {

  private TrainingListeners() {}

  /** Returns a listener that reports the number of samples, for example to a progress bar. */
  public static TrainingListener progress(Progress progress) {
    return new TrainingListener() {
      @Override
      public void onStep(StepReport report) {
        progress.update(report.samples(), report.totalSamples());
      }
    };
  }

  /**
   * Returns a listener that writes a line after every epoch: loss, accuracy, samples per second and
   * the bottleneck.
   */
  public static TrainingListener lines(Consumer<String> out) {
    return new TrainingListener() {
      @Override
      public void onEpoch(EpochReport report) {
        out.accept(
            String.format(
                Locale.ROOT,
                "epoch %d of %d: loss %.4f%s, %.1f samples/s; %s",
                report.epoch() + 1,
                report.epochs(),
                report.loss(),
                report.accuracyText(),
                report.samplesPerSecond(),
                report.bottleneck()));
      }
    };
  }

  /**
   * Returns a listener that adds a row to a table after every epoch, comma-separated, under a
   * header. If training resumes from a checkpoint, the rows of epochs that are trained again are
   * removed first; a new training starts a new table.
   *
   * @param file created with its folder if it does not exist; {@link java.io.UncheckedIOException}
   *     if it cannot be written
   */
  public static TrainingListener csv(Path file) {
    return new CsvListener(file);
  }

  /**
   * Returns a listener that writes TensorBoard's event files: at every step {@code step/loss} and
   * {@code step/learning_rate}, after every epoch {@code epoch/loss}, {@code
   * epoch/validation_accuracy}, {@code epoch/samples_per_second} and {@code epoch/waiting}, the
   * share of time in which the network waited for images. Every call of {@code fit} writes a file
   * of its own; TensorBoard ignores steps that a later file repeats.
   *
   * @param folder the run's, below the one that {@code tensorboard --logdir} is started with;
   *     created if it does not exist; {@link java.io.UncheckedIOException} if it cannot be written
   */
  public static TrainingListener tensorBoard(Path folder) {
    return new TensorBoardListener(folder);
  }
}
