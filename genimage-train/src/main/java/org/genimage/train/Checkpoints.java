package org.genimage.train;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where and how often training saves its state. The folder contains
 *
 * <ul>
 *   <li>{@code training.safetensors}: all that resuming needs, with a checksum, and {@code
 *       training.previous.safetensors}, the one before;
 *   <li>{@code last.safetensors}: the weights after the last complete epoch;
 *   <li>{@code best.safetensors}, with validation images: the weights of the best epoch;
 *   <li>{@code epoch-7.safetensors} and so on, if more than one of the best epochs is kept.
 * </ul>
 *
 * Each file is written whole or not at all. A power failure, a full disk or the end of the process
 * costs the work since the last checkpoint only.
 *
 * @param folder created if it does not exist
 * @param everySteps steps between checkpoints inside an epoch; 0 for none
 * @param every time between checkpoints inside an epoch
 * @param best number of best epochs whose weights are kept, at least 1
 */
public record Checkpoints(Path folder, int everySteps, Optional<Duration> every, int best) {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if one is out of its range
   */
  public Checkpoints {
    checkArgument(
        everySteps >= 0, "steps between checkpoints must not be negative, got %s", everySteps);
    checkArgument(
        every.filter(time -> time.isNegative() || time.isZero()).isEmpty(),
        "time between checkpoints must be positive, got %s",
        every);
    checkArgument(best > 0, "number of best epochs to keep must be positive, got %s", best);
  }

  /** Returns checkpoints after every epoch, with the weights of one best epoch. */
  public static Checkpoints in(Path folder) {
    return new Checkpoints(folder, 0, Optional.empty(), 1);
  }

  /** Returns the same with another number of steps between checkpoints inside an epoch. */
  public Checkpoints everySteps(int steps) {
    return new Checkpoints(folder, steps, every, best);
  }

  /** Returns the same with another time between checkpoints inside an epoch. */
  public Checkpoints every(Duration time) {
    return new Checkpoints(folder, everySteps, Optional.of(time), best);
  }

  /** Returns the same with the weights of this many of the best epochs. */
  public Checkpoints best(int epochs) {
    return new Checkpoints(folder, everySteps, every, epochs);
  }

  /** Returns whether a checkpoint inside an epoch is due. */
  boolean due(long steps, Duration sinceLast) {
    return everySteps > 0 && steps % everySteps == 0
        || every.filter(time -> sinceLast.compareTo(time) >= 0).isPresent();
  }
}
