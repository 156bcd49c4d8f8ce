package org.genimage.attacks;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.Maps;
import java.util.Map;
import java.util.OptionalDouble;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.models.Detector;

/**
 * What an attack did to one image. Scores are the victim's, in [0, 1]; the victim says "AI" above
 * the paper's 0.5, regardless of the threshold of its calibration.
 *
 * @param sample the image
 * @param wanted what the victim was to say of it
 * @param cleanScore before the attack
 * @param scores after it, by what the attacked image went through; {@link Storage#FLOATS} is
 *     missing if the victim takes none but 8-bit images
 * @param linf the largest change of any value, where values are in [0, 1], before rounding
 * @param l2 the root of the sum of all squared changes, before rounding
 */
public record AttackedImage(
    Sample sample,
    Label wanted,
    double cleanScore,
    Map<Storage, Double> scores,
    double linf,
    double l2) {

  /**
   * Copies the scores.
   *
   * @throws IllegalArgumentException if the one of the image in 8 bits is missing
   */
  public AttackedImage {
    scores = Maps.immutableEnumMap(scores);
    checkArgument(
        scores.containsKey(Storage.EIGHT_BITS),
        "an attacked image needs a score in 8 bits, got %s",
        scores);
  }

  /** Returns whether the victim was right before the attack. */
  public boolean correctBefore() {
    return label(cleanScore) == sample.label();
  }

  /** Returns the score after the attack and this, if the victim gives one. */
  public OptionalDouble score(Storage storage) {
    Double score = scores.get(storage);
    return score == null ? OptionalDouble.empty() : OptionalDouble.of(score);
  }

  /** Returns the score of the image in 8 bits, as a file would hold it. */
  public double savedScore() {
    return scores.get(Storage.EIGHT_BITS);
  }

  /**
   * Returns whether the victim says what was wanted of the image in 8 bits. Where it did so before,
   * any attack that leaves it so succeeds, as in Foolbox and torchattacks.
   */
  public boolean success() {
    return success(Storage.EIGHT_BITS);
  }

  /** Returns whether the victim says what was wanted, false if it gives no score for this. */
  public boolean success(Storage storage) {
    return scores.containsKey(storage) && label(scores.get(storage)) == wanted;
  }

  /** Returns whether the victim is right after the attack and this. */
  boolean correct(Storage storage) {
    return scores.containsKey(storage) && label(scores.get(storage)) == sample.label();
  }

  private static Label label(double score) {
    return score > Detector.THRESHOLD ? Label.AI : Label.NATURE;
  }
}
