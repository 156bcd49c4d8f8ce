package org.genimage.train.recipe;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Optional;
import java.util.random.RandomGenerator;
import org.genimage.data.image.Box;

/**
 * Mixup (Zhang et al. 2018) and CutMix (Yun et al. 2019) as timm 0.6 draws them: each sample is
 * mixed with one partner, which is at the same place in the reversed batch, and gets the shares of
 * both labels. One decision, one share and one box apply to a whole batch. Images are mixed after
 * normalisation and random erasing.
 *
 * @param mixup alpha of the distribution Beta(alpha, alpha) of mixup's share; 0 for CutMix alone
 * @param cutMix alpha of CutMix's share; 0 for mixup alone
 * @param probability of mixing a batch
 * @param switching probability of CutMix if both are used
 */
public record Mixing(double mixup, double cutMix, double probability, double switching) {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if one is out of its range
   */
  public Mixing {
    checkArgument(
        mixup >= 0 && cutMix >= 0 && mixup + cutMix > 0,
        "mixing needs a positive alpha and no negative one, got mixup %s and CutMix %s",
        mixup,
        cutMix);
    checkArgument(
        probability >= 0 && probability <= 1 && switching >= 0 && switching <= 1,
        "probabilities of mixing must be in [0, 1], got %s and %s",
        probability,
        switching);
  }

  /** Returns the mixing of DeiT and Swin: always mixup 0.8 or CutMix 1, equally likely. */
  public static Mixing of() {
    return new Mixing(0.8, 1, 1, 0.5);
  }

  /**
   * The mixing of one batch.
   *
   * @param share of a sample's own label, from 0 to 1
   * @param box the region that comes from the partner (CutMix); without one, whole images are
   *     blended (mixup)
   */
  public record Mix(double share, Optional<Box> box) {

    /** Nothing is mixed. */
    public static final Mix NONE = new Mix(1, Optional.empty());

    /**
     * Returns each pixel's own share; the rest is the partner's.
     *
     * @return {@code [side, side]}, row-major
     */
    public float[] pixels(int side) {
      float[] kept = new float[side * side];
      for (int i = 0; i < kept.length; i++) {
        int y = i / side;
        int x = i % side;
        kept[i] = box.map(cut -> contains(cut, y, x) ? 0f : 1f).orElse((float) share);
      }
      return kept;
    }

    private static boolean contains(Box box, int y, int x) {
      return y >= box.y()
          && y < box.y() + box.height()
          && x >= box.x()
          && x < box.x() + box.width();
    }

    /**
     * Mixes labels.
     *
     * @param targets {@code [N, 2]}, row-major
     */
    public float[] targets(float[] targets) {
      float[] mixed = new float[targets.length];
      int last = targets.length / 2 - 1;
      for (int i = 0; i < mixed.length; i++) {
        float partner = targets[2 * (last - i / 2) + i % 2];
        mixed[i] = (float) (share * targets[i] + (1 - share) * partner);
      }
      return mixed;
    }
  }

  /** Draws the mixing of a batch of square images. */
  public Mix draw(int side, RandomGenerator random) {
    if (random.nextDouble() >= probability) {
      return Mix.NONE;
    }
    boolean cuts = mixup == 0 || cutMix > 0 && random.nextDouble() < switching;
    double alpha = cuts ? cutMix : mixup;
    double share = beta(alpha, random);
    return cuts
        ? cut(side, share, random.nextInt(side), random.nextInt(side))
        : new Mix(share, Optional.empty());
  }

  /**
   * Returns CutMix with a box around a place, cut off at the edges. A box of odd sides loses a
   * pixel, as in timm up to 0.6; the share follows the box.
   */
  public static Mix cut(int side, double share, int row, int column) {
    int half = (int) (side * Math.sqrt(1 - share)) / 2;
    int top = Math.max(0, row - half);
    int left = Math.max(0, column - half);
    int height = Math.min(side, row + half) - top;
    int width = Math.min(side, column + half) - left;
    if (height == 0 || width == 0) {
      return Mix.NONE;
    }
    double area = (double) width * height;
    return new Mix(
        1 - area / ((double) side * side), Optional.of(new Box(left, top, width, height)));
  }

  /** Draws from Beta(alpha, alpha) (Jöhnk 1964). */
  private static double beta(double alpha, RandomGenerator random) {
    while (true) {
      double x = Math.pow(random.nextDouble(), 1 / alpha);
      double y = Math.pow(random.nextDouble(), 1 / alpha);
      if (x + y <= 1 && x + y > 0) {
        return x / (x + y);
      }
    }
  }
}
