package org.genimage.train.recipe;

/** Other readings of what the paper and the official repositories leave open, by name. */
public enum Reading {
  /**
   * DeiT-S and Swin-T: the paper's rate is what the authors' scripts were given, who multiply it by
   * the batch over 512 (DeiT the rate alone; Swin the minimum and the warm-up's start, too).
   * Without this the paper's rate is the highest that is used.
   */
  SCALED_RATE,
  /**
   * Spec: the rate falls by 1 % an epoch from the third on, as in a line that the authors' script
   * has, but as a comment. Without this it stays.
   */
  DECAYING_RATE,
  /**
   * CNNSpot: the rate stays for all 30 epochs. Without this it falls to a tenth whenever validation
   * stops improving, as the authors' script has it; that needs validation images.
   */
  STEADY_RATE,
  /**
   * DeiT-S: an epoch takes a third of the images, each three times, as the authors' script does
   * where several processes train. Without this, as where one process does, it takes each once.
   */
  REPEATED_AUGMENTATION
}
