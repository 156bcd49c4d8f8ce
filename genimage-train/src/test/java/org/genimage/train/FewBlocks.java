package org.genimage.train;

import java.util.List;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.models.Head;
import org.genimage.models.InputContract;
import org.genimage.models.networks.SwinTransformer;
import org.genimage.models.networks.VisionTransformer;

/** The two transformers with every kind of layer that they have, but fewer of each. */
final class FewBlocks {

  private FewBlocks() {}

  /** Returns DeiT-S with 2 of its 12 blocks, for images of 32 pixels. */
  static Blueprint deit() {
    return new Blueprint(
        Detectors.deitSmall().name(),
        new VisionTransformer(16, 384, 2, 6, 2),
        InputContract.crop(32),
        Head.NATURE_AI);
  }

  /** Returns Swin-T with 2 of its 4 stages: plain and shifted windows, and one merging. */
  static Blueprint swin() {
    return new Blueprint(
        Detectors.swinTiny().name(),
        new SwinTransformer(4, 96, List.of(2, 2), List.of(3, 6), 7, 2),
        InputContract.crop(56),
        Head.NATURE_AI);
  }
}
