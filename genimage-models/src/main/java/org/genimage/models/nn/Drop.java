package org.genimage.models.nn;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * The rates of dropout while a network trains. The network says where values are dropped, the
 * recipe how many.
 *
 * @param units probability of every hidden unit before a classifier (dropout, Srivastava et al.
 *     2014), for networks that have such a place
 * @param paths probability of a sample's last residual branch (stochastic depth, Huang et al.
 *     2016); from the first branch on it grows linearly from 0
 */
public record Drop(double units, double paths) {

  /** Nothing is dropped. */
  public static final Drop NONE = new Drop(0, 0);

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if one is out of its range
   */
  public Drop {
    checkArgument(
        units >= 0 && units < 1 && paths >= 0 && paths < 1,
        "probabilities to drop must be from 0 to below 1, got %s of units and %s of paths",
        units,
        paths);
  }

  /**
   * Returns the probability of a block's branches.
   *
   * @param block from 0
   * @param depth number of blocks
   */
  public double path(int block, int depth) {
    return depth == 1 ? 0 : paths * block / (depth - 1);
  }
}
