package org.genimage.train;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where training keeps what it has reached, and how often. The folder holds
 *
 * <ul>
 *   <li>{@code training.safetensors}: everything that going on needs, with a checksum, and {@code
 *       training.previous.safetensors}, the one before;
 *   <li>{@code last.safetensors}: the weights after the last complete epoch;
 *   <li>{@code best.safetensors}, with validation images: the weights of the best epoch, and {@code
 *       epoch-7.safetensors} and the like for the others of the best that are kept.
 * </ul>
 *
 * Each file appears whole or not at all. Loss of power or space, or the process's death, costs the
 * work since the last checkpoint and no more.
 *
 * @param folder is made if it is not there
 * @param everySteps steps after which a checkpoint is kept, also inside an epoch; 0 for never
 * @param every time after which a checkpoint is kept, also inside an epoch
 * @param best how many of the best epochs' weights are kept
 */
public record Checkpoints(Path folder, int everySteps, Optional<Duration> every, int best) {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if one is out of its range
   */
  public Checkpoints {
    checkArgument(
        everySteps >= 0, "steps between checkpoints must be positive, got %s", everySteps);
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

  /** Returns whether it is time for one inside an epoch. */
  boolean due(long steps, Duration sinceLast) {
    return everySteps > 0 && steps % everySteps == 0
        || every.filter(time -> sinceLast.compareTo(time) >= 0).isPresent();
  }
}
