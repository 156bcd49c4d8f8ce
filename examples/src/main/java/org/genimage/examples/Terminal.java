package org.genimage.examples;

import java.io.PrintStream;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.genimage.data.Progress;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.Interval;
import org.genimage.eval.Proportion;

/** Where a command talks to its user: sentences, accuracies, and bars with the time left. */
final class Terminal {

  private final PrintStream out;

  Terminal(PrintStream out) {
    this.out = out;
  }

  /** Prints a line. */
  void say(String format, Object... arguments) {
    out.printf(Locale.ROOT, format + "%n", arguments);
  }

  /** Prints an accuracy with its 95 % interval (Wilson). */
  void say(String name, Proportion accuracy) {
    Interval interval = accuracy.wilson();
    say(
        "  %-24s %5.1f %%  (95 %% interval %.1f to %.1f, %d of %d)",
        name,
        100 * accuracy.value(),
        100 * interval.low(),
        100 * interval.high(),
        accuracy.count(),
        accuracy.total());
  }

  /** Prints the accuracy of each generator and of all, and how many images have no score. */
  void say(EvaluationResult result) {
    result.scores().byGenerator().forEach((one, scores) -> say(one.name(), scores.accuracy()));
    say("all", result.scores().accuracy());
    if (!result.failures().isEmpty()) {
      say("  left out: %d unreadable images", result.failures().size());
    }
  }

  /** Work that reports how far it has come. */
  @FunctionalInterface
  interface Work<T> {
    T run(Progress progress);
  }

  /** Shows a bar with images per second and the time left while the work runs. */
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
