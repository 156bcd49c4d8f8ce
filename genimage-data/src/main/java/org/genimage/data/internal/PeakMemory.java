package org.genimage.data.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;

/** The most memory that this process held while something ran, as Linux counts it. */
public final class PeakMemory {

  /** What {@code proc_pid_clear_refs(5)} takes to set the peak to the present size. */
  private static final String RESET = "5";

  private static final String PEAK = "VmHWM:";
  private static final String PRESENT = "VmRSS:";

  /** The kernel's counters are summed now and then only. */
  private static final long INEXACT = 64L << 20;

  private final Path folder;

  /**
   * Creates a reader.
   *
   * @param folder of this process's files, {@code /proc/self}
   */
  PeakMemory(Path folder) {
    this.folder = folder;
  }

  /** Returns the reader of this process. */
  public static PeakMemory ofThisProcess() {
    return new PeakMemory(Path.of("/proc/self"));
  }

  /** Runs something and returns the bytes of the peak; empty if this system cannot tell. */
  public static OptionalLong during(Runnable work) {
    PeakMemory memory = ofThisProcess();
    boolean known = memory.begin();
    work.run();
    return known ? memory.peak() : OptionalLong.empty();
  }

  /**
   * Runs something and returns the bytes of the peak.
   *
   * @throws IOException if this system cannot tell: no Linux, or the file may not be written
   */
  public long of(Runnable work) throws IOException {
    reset();
    work.run();
    return read(PEAK);
  }

  /** Sets the peak to the present size; returns whether the system can. */
  public boolean begin() {
    try {
      reset();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns the bytes of the peak since {@link #begin}; empty if this system cannot tell. */
  public OptionalLong peak() {
    try {
      return OptionalLong.of(read(PEAK));
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  private void reset() throws IOException {
    Files.writeString(folder.resolve("clear_refs"), RESET, StandardOpenOption.WRITE);
    if (read(PEAK) > read(PRESENT) + INEXACT) {
      throw new IOException(folder + ": the peak was not reset");
    }
  }

  private long read(String field) throws IOException {
    Path status = folder.resolve("status");
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith(field) && line.endsWith(" kB"))
        .map(line -> line.replaceAll("[^0-9]", ""))
        .mapToLong(digits -> 1024 * Long.parseLong(digits))
        .findFirst()
        .orElseThrow(() -> new IOException(status + ": there is no " + field));
  }
}
