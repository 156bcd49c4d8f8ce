package org.genimage.models;

import java.util.List;
import org.genimage.models.networks.F3NetVariant;

/** What every variant of F3Net owes to the official code. */
interface F3NetContract extends NetworkContract {

  /** Returns the variant. */
  F3NetVariant variant();

  /** Returns the meaning of the fixtures' outputs. */
  default Head head() {
    return Head.AI_LOGIT;
  }

  /** The published variant goes through all; the others differ in how their parts are joined. */
  @Override
  default List<Graphs> kinds() {
    return variant() == F3NetVariant.MIX && head() == Head.AI_LOGIT
        ? NetworkContract.super.kinds()
        : List.of(Graphs.PLAIN_GRADIENTS);
  }

  @Override
  default Blueprint blueprint() {
    return Detectors.f3Net(variant(), head());
  }

  @Override
  default String place(String feature) {
    // Where the batch norm is folded into the convolution, the value between them is absent.
    String place = feature.replaceFirst("conv3$", "conv3.pointwise");
    return variant() == F3NetVariant.MIX
        ? place
        : place
            .replace("fad_excep", "FAD_xcep")
            .replace("lfs_excep", "LFS_xcep")
            .replace("fad_head", "FAD_head")
            .replace("lfs_head", "LFS_head");
  }

  /** In the case main some local coefficients vanish, and rounding decides their logarithms. */
  private boolean decidedByRounding(String example) {
    return example.equals("main") && variant() != F3NetVariant.FAD;
  }

  @Override
  default double logitTolerance(String example) {
    return decidedByRounding(example) ? 2e-3 : 2e-5;
  }

  @Override
  default double preprocessedLogitTolerance() {
    return 3e-3;
  }

  @Override
  default double featureTolerance(String example) {
    return decidedByRounding(example) ? 5e-3 : 2e-5;
  }

  @Override
  default double featureShare(String example) {
    return decidedByRounding(example) ? 0.95 : 1;
  }
}
