package org.genimage.train.recipe;

/** Other interpretations of what the paper and the official repositories leave open. */
public enum Reading {
  /**
   * DeiT-S and Swin-T: the paper's learning rate is the argument of the authors' scripts, which
   * multiply it by the batch size over 512 (DeiT the rate alone; Swin also the minimum and the
   * warm-up's start). Without this reading, the paper's rate is the highest rate in use.
   */
  SCALED_RATE,
  /**
   * Spec: the rate falls by 1 % per epoch from the third epoch on, as in a line that is commented
   * out in the authors' script. Without this reading, the rate is constant.
   */
  DECAYING_RATE,
  /**
   * CNNSpot: the rate is constant for all 30 epochs. Without this reading, it falls to a tenth
   * whenever the validation accuracy stops improving, as in the authors' script; that needs
   * validation images.
   */
  STEADY_RATE,
  /**
   * DeiT-S: an epoch takes a third of the images, each three times, as the authors' script does
   * with several processes. Without this reading, it takes each image once, as with one process.
   */
  REPEATED_AUGMENTATION,
  /**
   * NPR: one epoch, and small images are repeated rather than all squashed, as its authors train on
   * GenImage; score with {@link org.genimage.models.NprProtocol#TILE_CROP224} then. Without this
   * reading, 50 epochs of squashed images, as its script trains on ProGAN.
   */
  GENIMAGE_PROTOCOL
}
