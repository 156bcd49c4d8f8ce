package org.genimage.attacks;

import java.util.OptionalDouble;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.models.Detector;

/**
 * What an attack did to one image. Scores are the victim's, in [0, 1].
 *
 * @param sample the image
 * @param cleanScore before the attack
 * @param savedScore after it, of the image in 8 bits, as a file would hold it
 * @param floatScore after it, before rounding to 8 bits; empty if the victim takes none but 8-bit
 *     images
 * @param linf the largest change of any value, where values are in [0, 1], before rounding
 * @param l2 the root of the sum of all squared changes, before rounding
 */
public record AttackedImage(
    Sample sample,
    double cleanScore,
    double savedScore,
    OptionalDouble floatScore,
    double linf,
    double l2) {

  /** Returns whether the victim was right before the attack. */
  public boolean correctBefore() {
    return right(cleanScore);
  }

  /**
   * Returns whether the victim is wrong about the saved image. Where it was wrong before, any
   * attack that leaves it so succeeds, as in Foolbox and torchattacks.
   */
  public boolean success() {
    return !right(savedScore);
  }

  private boolean right(double score) {
    return (score > Detector.THRESHOLD) == (sample.label() == Label.AI);
  }
}
