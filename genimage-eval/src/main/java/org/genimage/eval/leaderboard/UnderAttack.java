package org.genimage.eval.leaderboard;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.genimage.eval.Score;
import org.genimage.eval.Scores;

/**
 * The scores of images before and after an attack. Right and wrong are decided at 0.5.
 *
 * @param attack its name, such as {@code PGD}; one per entry of a leaderboard
 * @param budget the largest change, such as {@code 2/255}, and what else decided it, in words
 * @param limited whether the change has a limit; an attack without one seeks the smallest change
 * @param before of the images as the detector sees them
 * @param after of the same images in the same order, attacked and stored in 8 bits
 * @param distances the root of the sum of all squared changes of each image, values being in [0, 1]
 */
public record UnderAttack(
    String attack,
    String budget,
    boolean limited,
    Scores before,
    Scores after,
    List<Double> distances) {

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if the images differ, or their order
   */
  public UnderAttack {
    distances = ImmutableList.copyOf(distances);
    checkArgument(
        before.size() == after.size() && before.size() == distances.size(),
        "expected the same images before and after %s, found %s, %s and %s distances",
        attack,
        before.size(),
        after.size(),
        distances.size());
    for (int i = 0; i < distances.size(); i++) {
      Score one = before.all().get(i);
      Score other = after.all().get(i);
      checkArgument(
          one.key().equals(other.key()),
          "expected the same images in the same order before and after %s, found %s and %s",
          attack,
          one.name(),
          other.name());
    }
  }

  /**
   * Returns the median distance of the images that the attack turned from right to wrong; empty if
   * there is none.
   */
  public OptionalDouble medianDistance() {
    double[] turned =
        IntStream.range(0, distances.size())
            .filter(i -> before.all().get(i).correct(before.threshold()))
            .filter(i -> !after.all().get(i).correct(after.threshold()))
            .mapToDouble(distances::get)
            .sorted()
            .toArray();
    return turned.length == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(turned[turned.length / 2]);
  }
}
