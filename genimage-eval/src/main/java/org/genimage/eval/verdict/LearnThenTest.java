package org.genimage.eval.verdict;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.stream.IntStream;
import org.genimage.eval.statistics.Binomial;

/**
 * Learn then Test (Angelopoulos et al. 2021): settings, such as several views or bands, that are
 * accepted if the images refute that their rate of errors is above a limit. Unlike {@link
 * OrderStatistic} it corrects for choosing among them.
 */
public final class LearnThenTest {

  private LearnThenTest() {}

  /**
   * Returns the binomial p-value of "the rate of errors is above the limit": the probability of at
   * most so many errors at the limit. The sharpest of the three where an image is right or wrong.
   *
   * @param errors from 0 to {@code images}
   * @param images at least 1
   * @param limit the bound of the rate, in (0, 1)
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public static double binomial(int errors, int images, double limit) {
    check(errors, images, limit);
    return Binomial.atMost(errors, images, limit);
  }

  /**
   * Returns Hoeffding's p-value, exp(-2 n (limit - rate)^2), or 1 if the rate reaches the limit. It
   * proves little: 0.94 for no error among 325 at 1 %, where {@link #binomial} has 0.04.
   *
   * @param errors from 0 to {@code images}
   * @param images at least 1
   * @param limit the bound of the rate, in (0, 1)
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public static double hoeffding(int errors, int images, double limit) {
    check(errors, images, limit);
    double gap = Math.max(limit - (double) errors / images, 0);
    return Math.exp(-2 * images * gap * gap);
  }

  /**
   * Returns the p-value of Hoeffding and Bentkus: the smaller of exp(-n h(min(rate, limit), limit))
   * and e times {@link #binomial}, at most 1. h(a, b) = a ln(a / b) + (1 - a) ln((1 - a) / (1 -
   * b)).
   *
   * @param errors from 0 to {@code images}
   * @param images at least 1
   * @param limit the bound of the rate, in (0, 1)
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public static double hoeffdingBentkus(int errors, int images, double limit) {
    check(errors, images, limit);
    double rate = Math.min((double) errors / images, limit);
    double divergence =
        part(rate, limit) + part(1 - rate, 1 - limit); // the relative entropy of two coins
    return Math.min(
        Math.min(1, Math.exp(-images * divergence)), Math.E * binomial(errors, images, limit));
  }

  private static double part(double a, double b) {
    return a == 0 ? 0 : a * Math.log(a / b);
  }

  /**
   * Returns how many settings are accepted if they are tested in a fixed order, the safest first,
   * and the first failure ends the test. This needs no further correction.
   *
   * @param pValues one per setting, in that order; the order must not depend on the images
   * @param delta the probability that an accepted setting is above the limit, in (0, 1)
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public static int fixedSequence(List<Double> pValues, double delta) {
    check(pValues, delta);
    int accepted = 0;
    while (accepted < pValues.size() && pValues.get(accepted) <= delta) {
      accepted++;
    }
    return accepted;
  }

  /**
   * Returns which settings are accepted in any order, with Bonferroni's correction.
   *
   * @param pValues one per setting
   * @param delta the probability that an accepted setting is above the limit, in (0, 1)
   * @return positions, rising
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public static List<Integer> bonferroni(List<Double> pValues, double delta) {
    check(pValues, delta);
    return IntStream.range(0, pValues.size())
        .filter(i -> pValues.get(i) <= delta / pValues.size())
        .boxed()
        .toList();
  }

  private static void check(int errors, int images, double limit) {
    checkArgument(images > 0, "a test of a rate needs images, got %s", images);
    checkArgument(
        errors >= 0 && errors <= images, "errors must be from 0 to %s, got %s", images, errors);
    checkArgument(
        limit > 0 && limit < 1, "bound of an error rate must be in (0, 1), got %s", limit);
  }

  private static void check(List<Double> pValues, double delta) {
    checkArgument(
        delta > 0 && delta < 1, "probability of failure must be in (0, 1), got %s", delta);
    pValues.forEach(p -> checkArgument(p >= 0 && p <= 1, "p-value must be in [0, 1], got %s", p));
  }
}
