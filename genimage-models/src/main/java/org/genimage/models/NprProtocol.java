package org.genimage.models;

import org.genimage.data.image.Filter;

/**
 * The ways in which NPR's authors prepare test images (Tan et al. 2024), one for each benchmark.
 */
public enum NprProtocol {
  /**
   * To 256 pixels square, whatever the shape, bilinear: ForenSynths, DiffusionForensics,
   * UniversalFakeDetect.
   */
  SQUASH256(new Resize.Square(256, Filter.BILINEAR), 256),
  /** The same, then a centre crop of 224: validation while training. */
  SQUASH256_CROP224(new Resize.Square(256, Filter.BILINEAR), 224),
  /**
   * The whole image without its last row and column where these are odd: GANGen,
   * AIGCDetectBenchmark.
   */
  NATIVE(new Resize.Whole(2), 224),
  /**
   * Copies of an image whose shorter side is below 224 beside and below it, then a centre crop of
   * 224: GenImage. Nothing is resized, which would destroy what the network looks at.
   */
  TILE_CROP224(new Resize.Tile(224), 224);

  private final InputContract input;

  NprProtocol(Resize resize, int side) {
    this.input = InputContract.imagenet(resize, side);
  }

  /** Returns the input contract. */
  public InputContract input() {
    return input;
  }
}
