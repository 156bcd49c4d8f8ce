package org.genimage.app.command;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.genimage.data.Progress;

/**
 * A line of a terminal that is drawn again and again: how much is done, how fast, and what is left.
 */
final class ProgressLine implements Progress, AutoCloseable {

  private static final long INTERVAL = 200_000_000; // ns between two drawings
  private static final int BAR = 20;

  private final PrintWriter out;
  private final String task;
  private final String unit;
  private final LongSupplier clock;
  private final long begin;
  private long total;
  private long drawn;
  private int width;

  /**
   * Draws the line for the first time.
   *
   * @param clock in nanoseconds
   */
  ProgressLine(PrintWriter out, String task, String unit, long total, LongSupplier clock) {
    this.out = out;
    this.task = task;
    this.unit = unit;
    this.total = total;
    this.clock = clock;
    this.begin = clock.getAsLong();
    draw(0, begin);
  }

  /** May be called by several threads. */
  @Override
  public synchronized void update(long done, long all) {
    total = all;
    long now = clock.getAsLong();
    if (now - drawn >= INTERVAL) {
      draw(done, now);
    }
  }

  private void draw(long done, long now) {
    drawn = now;
    String line = text(done, (now - begin) / 1e9);
    out.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
    out.flush();
    width = line.length();
  }

  private String text(long done, double seconds) {
    String head = "%s  ".formatted(task);
    if (total <= 0 || done <= 0 || seconds <= 0) {
      return head + "...";
    }
    int full = (int) (BAR * done / total);
    double rate = done / seconds;
    return head
        + "["
        + "#".repeat(full)
        + " ".repeat(BAR - full)
        + "] "
        + String.format(
            Locale.ROOT,
            "%,d of %,d %s, %s/s, %s left",
            done,
            total,
            unit,
            rate >= 10 ? Long.toString(Math.round(rate)) : String.format(Locale.ROOT, "%.1f", rate),
            time((total - done) / rate));
  }

  private static String time(double seconds) {
    long rounded = Math.round(seconds);
    return rounded >= 3600
        ? String.format(
            Locale.ROOT, "%d:%02d:%02d", rounded / 3600, rounded / 60 % 60, rounded % 60)
        : String.format(Locale.ROOT, "%d:%02d", rounded / 60, rounded % 60);
  }

  /** Removes the line. */
  @Override
  public synchronized void close() {
    out.print("\r" + " ".repeat(width) + "\r");
    out.flush();
  }
}
