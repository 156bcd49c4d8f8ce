package org.genimage.train.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The most memory that this process held while something ran, as Linux counts it. */
final class PeakMemory {

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

  /**
   * Runs something and returns the bytes of the peak.
   *
   * @throws IOException if this system cannot tell: no Linux, or the file may not be written
   */
  long of(Runnable work) throws IOException {
    Files.writeString(folder.resolve("clear_refs"), RESET, StandardOpenOption.WRITE);
    if (read(PEAK) > read(PRESENT) + INEXACT) {
      throw new IOException(folder + ": the peak was not reset");
    }
    work.run();
    return read(PEAK);
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
