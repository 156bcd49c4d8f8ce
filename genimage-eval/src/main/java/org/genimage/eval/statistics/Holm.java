package org.genimage.eval.statistics;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Holm's correction (1979) of several tests made together: if all differences that it leaves below
 * 0.05 are called real, the chance that one of them or more is not is at most 5 %.
 */
public final class Holm {

  private Holm() {}

  /**
   * Returns the corrected p-values, in the order of the given ones. The i-th smallest of m is
   * multiplied by m - i + 1; none falls below a smaller one's, nor exceeds 1.
   *
   * @param pValues in [0, 1]; perhaps none
   * @throws IllegalArgumentException if one is out of its range or not a number
   */
  public static List<Double> adjusted(List<Double> pValues) {
    pValues.forEach(p -> checkArgument(p >= 0 && p <= 1, "p-value must be in [0, 1], got %s", p));
    int count = pValues.size();
    double[] adjusted = new double[count];
    int[] order =
        IntStream.range(0, count)
            .boxed()
            .sorted(Comparator.comparing(pValues::get))
            .mapToInt(Integer::intValue)
            .toArray();
    double highest = 0;
    for (int i = 0; i < count; i++) {
      highest = Math.max(highest, Math.min(1, (count - i) * pValues.get(order[i])));
      adjusted[order[i]] = highest;
    }
    return Arrays.stream(adjusted).boxed().toList();
  }
}
