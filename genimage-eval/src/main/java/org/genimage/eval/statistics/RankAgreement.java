package org.genimage.eval.statistics;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;

/**
 * How far two lists of figures put the same things, such as detectors, into the same order.
 *
 * @param spearman the correlation of the ranks, ties having their mean, in [-1, 1]; NaN if all
 *     figures of a list are equal
 * @param kendall the share of pairs in the same order less that of pairs in the other one, with a
 *     correction for ties (tau-b), in [-1, 1]; NaN if all figures of a list are equal
 * @param pValue the exact two-sided p-value of Kendall's figure, if the order were random; NaN if
 *     there are ties
 */
public record RankAgreement(double spearman, double kendall, double pValue) {

  /**
   * Returns the agreement of two lists.
   *
   * @param first figures of two things or more
   * @param second figures of the same things in the same order
   * @throws IllegalArgumentException if the lists differ in length, have fewer than two figures, or
   *     one is not a number
   */
  public static RankAgreement of(List<Double> first, List<Double> second) {
    checkArgument(
        first.size() == second.size() && first.size() >= 2,
        "an agreement of ranks needs two figures or more in each list, got %s and %s",
        first.size(),
        second.size());
    checkArgument(
        first.stream().noneMatch(x -> x.isNaN()) && second.stream().noneMatch(x -> x.isNaN()),
        "figures to rank must be numbers, got NaN");
    int count = first.size();
    long balance = 0;
    long tiesOfFirst = 0;
    long tiesOfSecond = 0;
    long apart = 0;
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < i; j++) {
        int one = Double.compare(first.get(i) + 0.0, first.get(j) + 0.0);
        int two = Double.compare(second.get(i) + 0.0, second.get(j) + 0.0);
        balance += (long) one * two;
        tiesOfFirst += one == 0 ? 1 : 0;
        tiesOfSecond += two == 0 ? 1 : 0;
        apart += one * two < 0 ? 1 : 0;
      }
    }
    double pairs = count * (count - 1.0) / 2;
    return new RankAgreement(
        correlation(ranks(first), ranks(second)),
        balance / Math.sqrt((pairs - tiesOfFirst) * (pairs - tiesOfSecond)),
        tiesOfFirst + tiesOfSecond > 0 ? Double.NaN : exact(count, apart));
  }

  private static double[] ranks(List<Double> figures) {
    double[] ranks = new double[figures.size()];
    for (int i = 0; i < ranks.length; i++) {
      for (double other : figures) {
        ranks[i] += other < figures.get(i) ? 1 : other == figures.get(i) ? 0.5 : 0;
      }
    }
    return ranks;
  }

  private static double correlation(double[] first, double[] second) {
    double middle = first.length / 2.0;
    double both = 0;
    double ofFirst = 0;
    double ofSecond = 0;
    for (int i = 0; i < first.length; i++) {
      both += (first[i] - middle) * (second[i] - middle);
      ofFirst += (first[i] - middle) * (first[i] - middle);
      ofSecond += (second[i] - middle) * (second[i] - middle);
    }
    return both / Math.sqrt(ofFirst * ofSecond);
  }

  /** Returns the share of orders with at most as many pairs apart, or at most as many together. */
  private static double exact(int count, long apart) {
    int pairs = count * (count - 1) / 2;
    double[] shares = {1}; // of the orders of so many things, by the number of pairs apart
    for (int things = 2; things <= count; things++) {
      double[] next = new double[things * (things - 1) / 2 + 1];
      for (int i = 0; i < shares.length; i++) {
        for (int added = 0; added < things; added++) {
          next[i + added] += shares[i] / things;
        }
      }
      shares = next;
    }
    double tail = 0;
    for (int i = 0; i <= Math.min(apart, pairs - apart); i++) {
      tail += shares[i];
    }
    return Math.min(1, 2 * tail);
  }
}
