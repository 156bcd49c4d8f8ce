package org.genimage.train.memory;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.genimage.data.internal.NativeRuntime;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TUint8;

/**
 * Room for a training step in one piece. TensorFlow's allocator takes address space from the system
 * in pieces of 2, 4, 8 MB and so on, and gives none back. A step's arrays lie in gaps of many
 * pieces then, and what fits into no gap takes a new piece, although there is room in all of them
 * together. One large array that is allocated first, and freed, leaves one piece that holds the
 * whole step. The system gives memory only for what is written there; the allocator's own list of
 * the piece takes a thirty-second of it.
 */
public final class StepRoom {

  private static final System.Logger LOGGER = System.getLogger(StepRoom.class.getName());

  /** Steps took a fifth to a quarter of their rough number. */
  private static final int SHARE = 4;

  /** So many of the largest arrays are added for gaps, but at most half as much again. */
  private static final int GAPS = 8;

  /** Smaller steps gain nothing. */
  private static final long SMALLEST = 1L << 28;

  /** Where the allocator is the one described above. */
  private static final String PLATFORM = "linux-x86_64";

  /** With this policy the system promises no more memory than it has. */
  private static final String STRICT = "2";

  private static final Path OVERCOMMIT = Path.of("/proc/sys/vm/overcommit_memory");

  private static final Path LIMITS = Path.of("/proc/self/limits");

  /** Limits of what is not used, too: {@code ulimit -v} and {@code ulimit -d}. */
  private static final Pattern NO_LIMIT =
      Pattern.compile("^Max (address space|data size) +unlimited ", Pattern.MULTILINE);

  private static long made;

  private StepRoom() {}

  /**
   * Makes room for a step, before its variables are set. Does nothing if as much was made before in
   * this process, where it would bring nothing, and where the system might refuse it: TensorFlow
   * would wait for ten seconds, and then might take what is left for its next piece.
   */
  public static void make(PlannedStep step, MemoryLimit limit) {
    long bytes = Math.min(bytes(step, limit), bytes(step, MemoryLimit.ofMachine()));
    if (bytes > 0
        && NativeRuntime.classifier().filter(PLATFORM::equals).isPresent()
        && !isStrict()
        && isUnlimited()) {
      make(bytes);
    }
  }

  private static synchronized void make(long bytes) {
    if (bytes <= made) {
      return;
    }
    made = bytes;
    try (TUint8 room = Tensor.of(TUint8.class, Shape.of(bytes))) {
      LOGGER.log(Level.DEBUG, "room for a step: {0} MB", room.numBytes() / 1_000_000);
    } catch (RuntimeException e) {
      LOGGER.log(Level.DEBUG, "no room for a step in one piece", e);
    }
  }

  /** Returns how much room a step gets: a power of two, as the allocator rounds to one; or 0. */
  static long bytes(PlannedStep step, MemoryLimit limit) {
    double rough = (double) step.roughBytes() * step.together() + step.gradientBytes();
    double gaps = (double) GAPS * step.largestBytes() * step.together();
    double needed = rough / SHARE + Math.min(gaps, rough / SHARE / 2);
    long most = Long.highestOneBit(Math.max(1, limit.bytes() / 2));
    long power = 1;
    while (power < needed && power < most) {
      power *= 2;
    }
    return power < SMALLEST ? 0 : power;
  }

  private static boolean isUnlimited() {
    try {
      return NO_LIMIT.matcher(Files.readString(LIMITS)).results().count() == 2;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isStrict() {
    try {
      return Files.readString(OVERCOMMIT).strip().equals(STRICT);
    } catch (IOException e) {
      return false;
    }
  }
}
