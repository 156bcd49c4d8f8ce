package org.genimage.eval.verdict;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.OptionalInt;
import org.genimage.data.Label;
import org.genimage.eval.Scores;
import org.genimage.eval.statistics.Binomial;

/*
 * Let the k-th smallest of n scores of a class be a threshold. The rate at which further scores of
 * the class exceed it is more than alpha only if the threshold lies below the class's own
 * (1 - alpha)-quantile, which needs k or more of the n scores below that quantile. The probability
 * of so many is at most P(Bin(n, 1 - alpha) >= k). So the least k whose probability is at most delta
 * bounds the rate with confidence 1 - delta; ties make it safer. It is also the least threshold whose
 * Clopper-Pearson upper bound is at most alpha, so looking through all thresholds costs nothing.
 * Choosing among several detectors, views or bands on the same images does.
 */

/**
 * The Neyman-Pearson umbrella rule (Tong, Feng and Li, Science Advances 2018): which of a class's
 * sorted scores is a threshold with a proven rate of errors.
 */
public final class OrderStatistic {

  private OrderStatistic() {}

  /**
   * Returns the least rank k such that the rate of scores above the k-th smallest is at most {@code
   * limit}, except with the probability {@code delta}.
   *
   * @param images the number of scores, n, 0 or more
   * @param limit the bound of the rate, alpha, in (0, 1)
   * @param delta the probability that the bound fails, in (0, 1)
   * @return from 1 to n; empty if n images cannot prove the bound: (1 - limit)^n is above delta
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public static OptionalInt rank(int images, double limit, double delta) {
    checkArgument(
        delta > 0 && delta < 1, "probability of failure must be in (0, 1), got %s", delta);
    if (images == 0 || violation(images, images, limit) > delta) {
      return OptionalInt.empty();
    }
    int low = 0;
    int high = images;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (violation(middle, images, limit) > delta) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return OptionalInt.of(high);
  }

  /**
   * Returns the probability that the rate of scores above the k-th smallest exceeds the limit: P(at
   * least {@code rank} successes of {@code images} at the rate 1 - limit).
   *
   * @param rank k, from 1 to {@code images}
   * @param images the number of scores
   * @param limit the bound of the rate, in (0, 1)
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public static double violation(int rank, int images, double limit) {
    checkArgument(rank >= 1 && rank <= images, "rank must be from 1 to %s, got %s", images, rank);
    checkArgument(
        limit > 0 && limit < 1, "bound of an error rate must be in (0, 1), got %s", limit);
    return Binomial.atLeast(rank, images, 1 - limit);
  }

  /** Returns the scores of a label's images from the lowest. */
  static double[] rising(Scores scores, Label label) {
    return Arrays.stream(scores.values(label)).sorted().toArray();
  }
}
