package org.genimage.models.networks;

import com.google.common.collect.ImmutableMap;

/**
 * Which of the published implementations of F3Net. They differ in the branches they have and in the
 * edges of their frequency bands, so weights of one do not serve another.
 */
public enum F3NetVariant {
  /**
   * Both branches, mixed after blocks 7 and 12: the paper's network, in the implementation that the
   * GenImage repository carries. A band leaves out its start, so no filter passes the mean at
   * first.
   */
  MIX,
  /** Frequency-aware decomposition alone, in the implementation of yyk-wew; its default. */
  FAD,
  /** Local frequency statistics alone, in the implementation of yyk-wew. */
  LFS,
  /** Both branches, joined only before the classifier, in the implementation of yyk-wew. */
  BOTH,
  /** No frequencies: one Xception on the pixels, the baseline in the implementation of yyk-wew. */
  ORIGINAL;

  /** Returns, for the module of each trunk, how often its input has three channels. */
  public ImmutableMap<String, Integer> trunks() {
    return switch (this) {
      case MIX -> ImmutableMap.of("fad_excep", 4, "lfs_excep", 2);
      case FAD -> ImmutableMap.of("FAD_xcep", 4);
      case LFS -> ImmutableMap.of("LFS_xcep", 2);
      case BOTH -> ImmutableMap.of("FAD_xcep", 4, "LFS_xcep", 2);
      case ORIGINAL -> ImmutableMap.of("xcep", 1);
    };
  }
}
