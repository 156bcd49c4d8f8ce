package org.genimage.eval;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.List;
import org.genimage.data.Label;
import org.genimage.eval.statistics.Binomial;
import org.genimage.eval.statistics.Interval;
import org.genimage.eval.statistics.Proportion;

/**
 * The share of AI images among images with similar scores. The scores are divided into {@value
 * #BINS} equal bins: bin i of n holds scores in [i/n, (i+1)/n), and a score of exactly 1 has a bin
 * of its own, as in torchmetrics.
 *
 * @param bins those that contain images, from the lowest
 */
public record ReliabilityCurve(List<Bin> bins) {

  /** The usual number of bins. */
  public static final int BINS = 15;

  /**
   * Images with scores close to each other.
   *
   * @param images the share of AI images among those in the bin
   * @param meanScore in [0, 1]
   */
  public record Bin(Proportion images, double meanScore) {

    /** Returns the distance between mean score and share of AI images, in [0, 1]. */
    public double gap() {
      return Math.abs(images.value() - meanScore);
    }

    /** Returns the 95 % interval of the share of AI images behind these (Wilson). */
    public Interval interval() {
      return images.wilson();
    }

    /**
     * Returns the mean gap of as many images whose share of AI is the mean score: what chance alone
     * makes of a perfect calibration (De Moivre 1730).
     */
    double gapByChance() {
      int n = Math.toIntExact(images.total());
      double p = meanScore;
      int above = (int) Math.floor(n * p) + 1;
      return p <= 0 || p >= 1 ? 0 : 2.0 * above / n * (1 - p) * Binomial.exactly(above, n, p);
    }
  }

  /** Copies the list. */
  public ReliabilityCurve {
    bins = List.copyOf(bins);
  }

  /** Returns the curve of these scores. */
  public static ReliabilityCurve of(Scores scores) {
    return of(scores.ranking());
  }

  /** Returns the curve of these ranked scores. */
  public static ReliabilityCurve of(Ranking ranking) {
    return ranking.reliability();
  }

  /**
   * Returns the curve of these ranked scores with another number of bins. Few images need few bins.
   *
   * @param count the number of equal bins, at least 1
   * @throws IllegalArgumentException if it is not positive
   */
  public static ReliabilityCurve of(Ranking ranking, int count) {
    checkArgument(count > 0, "number of bins must be positive, got %s", count);
    List<Bin> bins = new ArrayList<>();
    int place = ranking.places() - 1;
    for (int bin = 0; bin <= count; bin++) {
      double end = (bin + 1.0) / count;
      long ai = 0;
      long all = 0;
      double sum = 0;
      for (; place >= 0 && (bin == count || ranking.value(place) < end); place--) {
        long here = ranking.count(place, Label.AI) + ranking.count(place, Label.NATURE);
        ai += ranking.count(place, Label.AI);
        all += here;
        sum += here * ranking.value(place);
      }
      if (all > 0) {
        bins.add(new Bin(new Proportion(ai, all), sum / all));
      }
    }
    return new ReliabilityCurve(bins);
  }

  /** Returns the mean gap, each bin weighted by its number of images, in [0, 1]. */
  public double meanGap() {
    return bins.stream().mapToDouble(bin -> bin.gap() * bin.images().total()).sum() / images();
  }

  /**
   * Returns the mean gap that a perfectly calibrated detector would have on as many images in the
   * same bins, by chance. {@link #meanGap} is too high by about that much where the detector is
   * well calibrated, and by less where it is not.
   */
  public double meanGapByChance() {
    return bins.stream().mapToDouble(bin -> bin.gapByChance() * bin.images().total()).sum()
        / images();
  }

  /**
   * Returns the mean squared gap less what chance adds to it (Kumar, Liang and Ma 2019): in each
   * bin the variance of the share of AI images, with divisor n - 1. Below 0 by chance if the true
   * gap is small; a bin of one image has no correction.
   */
  public double debiasedSquaredGap() {
    return bins.stream()
            .mapToDouble(
                bin -> {
                  double share = bin.images().value();
                  long count = bin.images().total();
                  double chance = count > 1 ? share * (1 - share) / (count - 1) : 0;
                  return (bin.gap() * bin.gap() - chance) * count;
                })
            .sum()
        / images();
  }

  /** Returns the root of the mean squared gap, weighted likewise, in [0, 1]. */
  public double rootMeanSquaredGap() {
    return Math.sqrt(
        bins.stream().mapToDouble(bin -> bin.gap() * bin.gap() * bin.images().total()).sum()
            / images());
  }

  /** Returns the largest gap of a bin, in [0, 1]. */
  public double maxGap() {
    return bins.stream().mapToDouble(Bin::gap).max().orElseThrow();
  }

  private double images() {
    return bins.stream().mapToLong(bin -> bin.images().total()).sum();
  }
}
