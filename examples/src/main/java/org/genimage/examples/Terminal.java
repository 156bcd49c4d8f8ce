package org.genimage.examples;

import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.genimage.data.Progress;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.statistics.Interval;
import org.genimage.eval.statistics.Proportion;

/**
 * Tells a user what a command does: messages, accuracies and progress. It is standard error of a
 * command, so standard output has nothing but data. A progress bar is drawn only if a person can
 * watch it; elsewhere, such as in a log file, a line says what begins.
 */
final class Terminal {

  private final PrintStream out;
  private final boolean showsBars;

  Terminal(PrintStream out) {
    this.out = out;
    this.showsBars = out == System.err && isInteractive();
  }

  /** Since JDK 22 there may be a console where there is no terminal; it has a method to ask. */
  private static boolean isInteractive() {
    Path descriptor = Path.of("/proc/self/fd/2");
    if (Files.isSymbolicLink(descriptor)) {
      return isTerminal(descriptor);
    }
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }

  /**
   * Returns whether a descriptor of Linux is a terminal. The JDK tells this of standard input and
   * output only, while the bar goes to standard error, which may be a file.
   */
  static boolean isTerminal(Path descriptor) {
    try {
      String target = Files.readSymbolicLink(descriptor).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
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

  /** Prints the accuracy per generator and in total, and how many images have no score. */
  void say(EvaluationResult result) {
    result.scores().byGenerator().forEach((one, scores) -> say(one.name(), scores.accuracy()));
    say("all", result.scores().accuracy());
    if (!result.failures().isEmpty()) {
      say("  skipped: %d unreadable images", result.failures().size());
    }
  }

  /** Work that reports its progress. */
  @FunctionalInterface
  interface Work<T> {
    T run(Progress progress);
  }

  /**
   * Runs the work and shows its progress: images per second and the time left.
   *
   * @param images how many there are, 0 if that is not known yet
   * @return what the work returns
   */
  <T> T during(String task, long images, Work<T> work) {
    if (!showsBars) {
      say("%s ...", task);
      return work.run(Progress.NONE);
    }
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
