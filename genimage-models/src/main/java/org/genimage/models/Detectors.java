package org.genimage.models;

import java.util.List;
import org.genimage.data.Filter;

/** The detectors of the GenImage paper, each as a blueprint to train or to load weights into. */
public final class Detectors {

  private Detectors() {}

  /**
   * Returns ResNet-50 (He et al. 2016) as timm 0.6.12 builds and tests it: shorter side to 235
   * pixels, bicubic; centre crop of 224; two logits.
   */
  public static Blueprint resnet50() {
    Head head = Head.NATURE_AI;
    return new Blueprint(
        "ResNet-50",
        new ResNet(List.of(3, 4, 6, 3), head.outputs()),
        InputContract.imagenet(235, Filter.BICUBIC, 224),
        head);
  }

  /**
   * Returns DeiT-S (Touvron et al. 2021; the network is that of Dosovitskiy et al. 2021), without
   * distillation, as its authors test it: shorter side to 256 pixels, bicubic; centre crop of 224;
   * two logits.
   */
  public static Blueprint deitSmall() {
    Head head = Head.NATURE_AI;
    return new Blueprint(
        "DeiT-S",
        new VisionTransformer(16, 384, 12, 6, head.outputs()),
        InputContract.imagenet(256, Filter.BICUBIC, 224),
        head);
  }

  /**
   * Returns Swin-T (Liu et al. 2021) as its authors test it: shorter side to 256 pixels, bicubic;
   * centre crop of 224; two logits.
   */
  public static Blueprint swinTiny() {
    Head head = Head.NATURE_AI;
    return new Blueprint(
        "Swin-T",
        new SwinTransformer(4, 96, List.of(2, 2, 6, 2), List.of(3, 6, 12, 24), 7, head.outputs()),
        InputContract.imagenet(256, Filter.BICUBIC, 224),
        head);
  }

  /** Returns every detector that this class offers. */
  public static List<Blueprint> all() {
    return List.of(resnet50(), deitSmall(), swinTiny());
  }
}
