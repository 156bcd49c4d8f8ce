package org.genimage.attacks;

import java.util.List;
import org.genimage.data.ImageBatch;
import org.genimage.data.Skipped;

/**
 * What an attack did to a detector, in numbers of {@link AttackRun}'s own measuring.
 *
 * @param attack the attack's name
 * @param budget the attack's budget
 * @param victim the detector's name
 * @param images the attacked images, in the dataset's order; at least one
 * @param examples the first of them after the attack, in 8 bits, of the size of the victim's input
 * @param skipped images that could not be read: neither attacked nor counted
 */
public record AttackResult(
    String attack,
    Budget budget,
    String victim,
    List<AttackedImage> images,
    ImageBatch examples,
    List<Skipped> skipped) {

  /** Copies the lists. */
  public AttackResult {
    images = List.copyOf(images);
    skipped = List.copyOf(skipped);
  }

  /** Returns the number of images that the victim was right about before the attack. */
  public int correctBefore() {
    return (int) images.stream().filter(AttackedImage::correctBefore).count();
  }

  /** Returns the number of images that the victim is right about when they are saved after it. */
  public int correctAfter() {
    return (int) images.stream().filter(image -> !image.success()).count();
  }

  /** Returns the share of images that the victim was right about before the attack, in [0, 1]. */
  public double accuracyBefore() {
    return correctBefore() / (double) images.size();
  }

  /** Returns the share of images that the victim is right about after the attack, in [0, 1]. */
  public double accuracyAfter() {
    return correctAfter() / (double) images.size();
  }
}
