package org.genimage.eval.verdict;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.ImmutableDoubleArray;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.OptionalInt;
import org.apache.commons.statistics.distribution.BetaDistribution;
import org.genimage.data.Label;
import org.genimage.eval.Scores;
import org.genimage.models.Verdict;

/**
 * Split conformal prediction for each label by itself (Mondrian): which labels an image may have.
 * Of all images of a label, at most the share alpha is denied it, on average over the images that
 * were held back. For one set of them the share may be larger: with 325 images and 1 % it is so
 * with a probability of 37 %. {@link VerdictRules} bounds it with confidence.
 */
public final class Conformal {

  private final ImmutableDoubleArray nature; // rising
  private final ImmutableDoubleArray ai; // rising
  private final OptionalInt rankOfNature;
  private final OptionalInt rankOfAi;

  private Conformal(double[] nature, double[] ai, OptionalInt rankOfNature, OptionalInt rankOfAi) {
    this.nature = ImmutableDoubleArray.copyOf(nature);
    this.ai = ImmutableDoubleArray.copyOf(ai);
    this.rankOfNature = rankOfNature;
    this.rankOfAi = rankOfAi;
  }

  /**
   * Returns the prediction from scores of images that training has not seen.
   *
   * @param heldBack of both labels; with too few of one, that label is always possible
   * @param alphaOfNature the share of natural images that may be denied the label natural, in (0,
   *     1)
   * @param alphaOfAi the share of AI images that may be denied the label AI, in (0, 1)
   * @throws IllegalArgumentException if an alpha is out of its range
   */
  public static Conformal of(Scores heldBack, double alphaOfNature, double alphaOfAi) {
    double[] nature = OrderStatistic.rising(heldBack, Label.NATURE);
    double[] ai = OrderStatistic.rising(heldBack, Label.AI);
    return new Conformal(
        nature, ai, rank(nature.length, alphaOfNature), rank(ai.length, alphaOfAi));
  }

  /**
   * Returns the rank of the score that bounds a label: the smallest whole number that is at least
   * (n + 1) (1 - alpha), in decimal arithmetic. Doubles give 59 instead of 58 for n = 99 and 0.42.
   *
   * @param images the number of the label's images, n, 0 or more
   * @param alpha the share that may be denied the label, in (0, 1)
   * @return from 1 to n; empty if n is too small, and the label always possible
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public static OptionalInt rank(int images, double alpha) {
    checkArgument(images >= 0, "number of images must not be negative, got %s", images);
    checkArgument(alpha > 0 && alpha < 1, "alpha must be in (0, 1), got %s", alpha);
    int rank =
        BigDecimal.ONE
            .subtract(new BigDecimal(Double.toString(alpha)))
            .multiply(BigDecimal.valueOf(images + 1L))
            .setScale(0, RoundingMode.CEILING)
            .intValueExact();
    return rank <= images ? OptionalInt.of(rank) : OptionalInt.empty();
  }

  /**
   * Returns the share of a label's images that keep it, as a distribution over the images that may
   * be held back: Beta(rank, n + 1 - rank).
   *
   * @param images n, at least 1
   * @param rank from 1 to n
   * @param share a share of images that keep the label, in [0, 1]
   * @return the probability that not more keep it
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public static double coverage(int images, int rank, double share) {
    checkArgument(rank >= 1 && rank <= images, "rank must be from 1 to %s, got %s", images, rank);
    checkArgument(share >= 0 && share <= 1, "share must be in [0, 1], got %s", share);
    return BetaDistribution.of(rank, images + 1.0 - rank).cumulativeProbability(share);
  }

  /** Returns whether an image with this score may have a label. */
  public boolean possible(Label label, double score) {
    return label == Label.NATURE
        ? rankOfNature.isEmpty() || score <= nature.get(rankOfNature.getAsInt() - 1)
        : rankOfAi.isEmpty() || score >= ai.get(ai.length() - rankOfAi.getAsInt());
  }

  /**
   * Returns the p-value of a label: the share of its images, this one included, whose scores are at
   * least as unlike it. In (0, 1].
   */
  public double pValue(Label label, double score) {
    ImmutableDoubleArray own = label == Label.NATURE ? nature : ai;
    long extreme =
        Arrays.stream(own.toArray())
            .filter(other -> label == Label.NATURE ? other >= score : other <= score)
            .count();
    return (1.0 + extreme) / (own.length() + 1);
  }

  /** Returns the only possible label; unsure if both or none is possible. */
  public Verdict verdict(double score) {
    boolean natural = possible(Label.NATURE, score);
    if (natural == possible(Label.AI, score)) {
      return Verdict.UNSURE;
    }
    return natural ? Verdict.NATURE : Verdict.AI;
  }
}
