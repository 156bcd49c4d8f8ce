package org.genimage.models.networks;

/**
 * Which of the published implementations of GramNet. The trunk and the Gram branches are the same;
 * the last layer and the input are not, so weights of one do not serve another.
 */
public enum GramNetVariant {
  /**
   * The authors': two log-probabilities; every image 512 pixels square as OpenCV resizes; blue
   * first, values from 0 to 255. The default.
   */
  ORIGINAL,
  /**
   * That of AIGCDetectBenchmark: one logit of ai; shorter side to 256 pixels, bilinear; centre crop
   * of 224; normalised as ImageNet's networks are.
   */
  AIGC_DETECT_BENCHMARK,
  /** That of sidbench: the same network, which sees a centre crop of 224 without a resize. */
  SIDBENCH
}
