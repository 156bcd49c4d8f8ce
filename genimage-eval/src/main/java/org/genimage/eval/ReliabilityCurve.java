package org.genimage.eval;

import java.util.ArrayList;
import java.util.List;
import org.genimage.data.Label;
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
    List<Bin> bins = new ArrayList<>();
    int place = ranking.places() - 1;
    for (int bin = 0; bin <= BINS; bin++) {
      double end = (bin + 1.0) / BINS;
      long ai = 0;
      long count = 0;
      double sum = 0;
      for (; place >= 0 && (bin == BINS || ranking.value(place) < end); place--) {
        long here = ranking.count(place, Label.AI) + ranking.count(place, Label.NATURE);
        ai += ranking.count(place, Label.AI);
        count += here;
        sum += here * ranking.value(place);
      }
      if (count > 0) {
        bins.add(new Bin(new Proportion(ai, count), sum / count));
      }
    }
    return new ReliabilityCurve(bins);
  }

  /** Returns the mean gap, each bin weighted by its number of images, in [0, 1]. */
  public double meanGap() {
    return bins.stream().mapToDouble(bin -> bin.gap() * bin.images().total()).sum() / images();
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
