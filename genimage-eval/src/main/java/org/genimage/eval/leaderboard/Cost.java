package org.genimage.eval.leaderboard;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.OptionalDouble;
import org.genimage.eval.statistics.Interval;

/**
 * What a detector takes: seconds and memory.
 *
 * @param seconds for one image, of several repetitions, the preparation of the image not included
 * @param megabytes the most memory of the whole program while it loaded the detector and scored, in
 *     10^6 bytes; empty where the system does not tell
 */
public record Cost(List<Double> seconds, OptionalDouble megabytes) {

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if it is empty or a number is negative or not finite
   */
  public Cost {
    seconds = ImmutableList.copyOf(seconds);
    checkArgument(
        !seconds.isEmpty() && seconds.stream().allMatch(one -> one >= 0 && Double.isFinite(one)),
        "expected one time at least, in seconds, found %s; measure again",
        seconds);
  }

  /** Returns the median of the times; with an even number the upper one of the two middle ones. */
  public double median() {
    return seconds.stream().sorted().toList().get(seconds.size() / 2);
  }

  /** Returns the fastest and the slowest repetition. This is no confidence interval. */
  public Interval range() {
    return new Interval(
        seconds.stream().mapToDouble(one -> one).min().orElseThrow(),
        seconds.stream().mapToDouble(one -> one).max().orElseThrow());
  }
}
