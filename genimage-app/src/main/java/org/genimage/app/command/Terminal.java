package org.genimage.app.command;

import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.ImageDataset;
import org.genimage.data.Progress;
import org.genimage.data.internal.Counted;
import org.genimage.eval.Evaluation;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.alignment.SideBySide;
import org.genimage.eval.statistics.Interval;
import org.genimage.eval.statistics.Proportion;
import org.genimage.models.Detector;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Where a command prints. What it does, it says on standard error; what it found, which is data, it
 * prints on standard output. Progress is drawn only where a person can watch it; elsewhere, such as
 * in a log file, a line says what begins.
 */
public final class Terminal {

  private final PrintWriter out;
  private final PrintWriter errors;
  private final boolean interactive;

  Terminal(PrintWriter out, PrintWriter errors, boolean interactive) {
    this.out = out;
    this.errors = errors;
    this.interactive = interactive;
  }

  /** Returns where a command prints. */
  public static Terminal of(CommandSpec command) {
    return new Terminal(
        command.commandLine().getOut(), command.commandLine().getErr(), isInteractive());
  }

  /**
   * Returns whether a person can watch standard error. Since JDK 22 there may be a console where
   * there is no terminal; it has a method to ask.
   */
  public static boolean isInteractive() {
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

  /** Returns whether standard output is a terminal, whose lines a progress line would disturb. */
  static boolean showsOutput() {
    return isTerminal(Path.of("/proc/self/fd/1"))
        || !Files.exists(Path.of("/proc/self/fd")) && isInteractive();
  }

  /**
   * Returns whether a descriptor of Linux is a terminal. The JDK tells this of standard input and
   * output only, while progress goes to standard error, which may be a file.
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

  /** Says what the command does, in a line on standard error. */
  public void say(String format, Object... arguments) {
    out.flush(); // both may be the same terminal or file
    errors.println(String.format(Locale.ROOT, format, arguments));
    errors.flush();
  }

  /** Prints a line of data on standard output. */
  public void print(String format, Object... arguments) {
    out.println(String.format(Locale.ROOT, format, arguments));
    out.flush();
  }

  /** Prints an accuracy with its 95 % interval (Wilson). */
  public void print(String name, Proportion accuracy) {
    Interval interval = accuracy.wilson();
    print(
        "  %-24s %5.1f %%  (95 %% interval %.1f to %.1f, %d of %d)",
        name,
        100 * accuracy.value(),
        100 * interval.low(),
        100 * interval.high(),
        accuracy.count(),
        accuracy.total());
  }

  /** Prints the accuracy per generator and in total, and how many images have no score. */
  public void print(EvaluationResult result) {
    result.scores().byGenerator().forEach((one, scores) -> print(one.name(), scores.accuracy()));
    print("all", result.scores().accuracy());
    if (!result.failures().isEmpty()) {
      print("  skipped: %s that cannot be read", Counted.of(result.failures().size(), "image"));
    }
  }

  /** Prints the accuracy on images that are stored alike, and its difference. */
  public void print(SideBySide both) {
    for (SideBySide.Aligned one : both.aligned()) {
      print("all, " + one.alignment().name(), one.result().scores().accuracy());
      one.change()
          .ifPresent(
              change ->
                  print(
                      "  %-24s %+5.1f points (95 %% interval %+.1f to %+.1f)",
                      "difference",
                      100 * change.accuracyDifference(),
                      100 * change.accuracyInterval().low(),
                      100 * change.accuracyInterval().high()));
    }
    both.remaining().forEach(said -> say("warning: %s", said));
  }

  /** Work that reports its progress. */
  @FunctionalInterface
  public interface Work<T> {

    /** Does the work. */
    T run(Progress progress);
  }

  /**
   * Runs work on images and shows its progress: images per second and the time left.
   *
   * @param images how many there are, 0 if that is not known yet
   * @return what the work returns
   */
  public <T> T during(String task, long images, Work<T> work) {
    return during(task, "images", images, work);
  }

  /**
   * Scores images and shows the progress.
   *
   * @param errors what happens to images that cannot be read
   */
  public EvaluationResult scored(
      String task, Detector detector, ImageDataset images, ErrorPolicy errors) {
    return during(
        task,
        images.size(),
        progress -> Evaluation.of(detector, images).onError(errors).progress(progress).run());
  }

  /**
   * Runs work and shows its progress.
   *
   * @param unit what is counted, in the plural
   * @param total how many there are, 0 if that is not known yet
   * @return what the work returns
   */
  public <T> T during(String task, String unit, long total, Work<T> work) {
    if (!interactive) {
      say("%s ...", task);
      return work.run(Progress.NONE);
    }
    try (ProgressLine line = new ProgressLine(errors, task, unit, total, System::nanoTime)) {
      return work.run(line);
    }
  }
}
