package org.genimage.examples;

import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.genimage.data.Progress;

/** Progress bars with images per second and the time left. */
final class Bars {

  private final PrintStream out;

  Bars(PrintStream out) {
    this.out = out;
  }

  /** Work that reports how far it has come. */
  @FunctionalInterface
  interface Work<T> {
    T run(Progress progress);
  }

  /** Shows a bar while the work runs. */
  <T> T during(String task, long images, Work<T> work) {
    try (ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(images)
            .setUnit(" images", 1)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(500)
            .showSpeed()
            .setConsumer(new ConsoleProgressBarConsumer(out))
            .build()) {
      return work.run(
          (done, total) -> {
            bar.maxHint(total);
            bar.stepTo(done);
          });
    }
  }
}
