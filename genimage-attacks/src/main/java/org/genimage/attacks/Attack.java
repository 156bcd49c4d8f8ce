package org.genimage.attacks;

import java.util.Map;
import org.genimage.data.image.Pixels;
import org.genimage.models.Detector;

/**
 * A way to change images so that a detector takes them for what they are not. Implementations are
 * records of their settings: the same input gives the same output.
 *
 * @param <D> what the attack needs of its victim: scores only, or gradients, too
 */
public interface Attack<D extends Detector> {

  /** Returns the attack's name, such as {@code FGSM}. */
  String name();

  /** Returns how much of each image may be changed. */
  Budget budget();

  /** Returns everything else that decides what the attack does, by name, in a fixed order. */
  default Map<String, String> settings() {
    return Map.of();
  }

  /**
   * Returns whether the attack asks its victim for gradients. {@link AttackRun} then warns where
   * they are 0; for an attack that does not, none are computed.
   */
  default boolean usesGradients() {
    return true;
  }

  /**
   * Changes images. {@link AttackRun} holds the result to the budget and scores it; an attack does
   * not judge itself.
   *
   * @param victim the detector; stays open
   * @param pixels {@code [count, side, side, 3]}, RGB in [0, 1], of the side of the victim's input
   * @param goal what the victim shall say of each image
   * @return {@code [count, side, side, 3]}, RGB in [0, 1], each image within the budget
   * @throws IllegalArgumentException if sizes or counts do not match or a value is not in [0, 1]
   */
  Pixels perturb(D victim, Pixels pixels, Goal goal);
}
