package org.genimage.attacks;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.genimage.data.Skipped;
import org.genimage.data.image.ImageBatch;

/**
 * What an attack did to a detector, in numbers of {@link AttackRun}'s own measuring. Right and
 * wrong are decided at the paper's 0.5, regardless of the threshold of the detector's calibration.
 *
 * @param attack the attack's name
 * @param budget the attack's budget
 * @param settings everything else that decided what it did, by name
 * @param victim the detector's name
 * @param images the attacked images, in the dataset's order; at least one
 * @param originals the first of them before the attack, in 8 bits, of the size of the victim's
 *     input
 * @param examples the same after the attack
 * @param skipped images that could not be read: neither attacked nor counted
 * @param warnings signs that the attack was weaker than the detector seems strong
 */
public record AttackResult(
    String attack,
    Budget budget,
    Map<String, String> settings,
    String victim,
    List<AttackedImage> images,
    ImageBatch originals,
    ImageBatch examples,
    List<Skipped> skipped,
    List<String> warnings) {

  /** Copies lists and map. */
  public AttackResult {
    settings = ImmutableMap.copyOf(settings);
    images = List.copyOf(images);
    skipped = List.copyOf(skipped);
    warnings = List.copyOf(warnings);
  }

  /** Returns the number of images that the victim was right about before the attack. */
  public int correctBefore() {
    return (int) images.stream().filter(AttackedImage::correctBefore).count();
  }

  /** Returns the number of images that the victim is right about when they are saved after it. */
  public int correctAfter() {
    return correctAfter(Storage.EIGHT_BITS);
  }

  /**
   * Returns the number of images that the victim is right about after the attack and this.
   *
   * @throws IllegalArgumentException if the victim gives no score for it
   */
  public int correctAfter(Storage storage) {
    checkArgument(
        images.stream().allMatch(image -> image.scores().containsKey(storage)),
        "%s gives no score of images %s; ask for those in 8 bits",
        victim,
        storage);
    return (int) images.stream().filter(image -> image.correct(storage)).count();
  }

  /** Returns the share of images that the victim was right about before the attack, in [0, 1]. */
  public double accuracyBefore() {
    return correctBefore() / (double) images.size();
  }

  /**
   * Returns the share of images that the victim is right about after the attack, in 8 bits, in [0,
   * 1].
   */
  public double accuracyAfter() {
    return accuracyAfter(Storage.EIGHT_BITS);
  }

  /**
   * Returns the share of images that the victim is right about after the attack and this, in [0,
   * 1].
   *
   * @throws IllegalArgumentException if the victim gives no score for it
   */
  public double accuracyAfter(Storage storage) {
    return correctAfter(storage) / (double) images.size();
  }

  /**
   * Returns what it means if an attack without gradients, of the same images and no larger budget,
   * does more harm: that the gradients mislead, not that the detector is robust (Carlini et al.
   * 2019, Athalye et al. 2018). Empty if it does not.
   *
   * @throws IllegalArgumentException if the other attack had another norm, other images or more
   *     room
   */
  public Optional<String> maskedGradients(AttackResult blackBox) {
    checkArgument(
        blackBox.images.size() == images.size()
            && blackBox.budget.norm() == budget.norm()
            && blackBox.budget.size() <= budget.size(),
        "%s on %s images with %s can be held against the same or less, got %s with %s",
        attack,
        images.size(),
        budget,
        blackBox.images.size(),
        blackBox.budget);
    return blackBox.correctAfter() >= correctAfter()
        ? Optional.empty()
        : Optional.of(
            "%s, which sees no gradients, leaves %s images right, %s %s: gradients are masked"
                .formatted(blackBox.attack, blackBox.correctAfter(), attack, correctAfter()));
  }

  /** Returns all settings and figures, a line each. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append("%s on %s, budget %s\n".formatted(attack, victim, budget));
    settings.forEach((name, value) -> text.append("  %s: %s\n".formatted(name, value)));
    text.append(line("accuracy before", correctBefore()));
    for (Storage storage : Storage.values()) {
      if (images.stream().allMatch(image -> image.scores().containsKey(storage))) {
        text.append(line("accuracy after, " + storage, correctAfter(storage)));
      }
    }
    text.append(
        "  mean change: L2 %s, L-inf %s\n"
            .formatted(
                decimal(images.stream().collect(Collectors.averagingDouble(AttackedImage::l2))),
                decimal(images.stream().collect(Collectors.averagingDouble(AttackedImage::linf)))));
    warnings.forEach(warning -> text.append("  warning: ").append(warning).append('\n'));
    return text.toString();
  }

  private String line(String name, int correct) {
    return "  %s: %s %% (%s of %s)\n"
        .formatted(
            name,
            String.format(Locale.ROOT, "%.1f", 100.0 * correct / images.size()),
            correct,
            images.size());
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }
}
