package org.genimage.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.genimage.attacks.AttackResult;
import org.genimage.attacks.AttackRun;
import org.genimage.attacks.AttackedImage;
import org.genimage.attacks.Attacks;
import org.genimage.attacks.Budget;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.image.Image;
import org.genimage.models.Detectors;
import org.genimage.models.DifferentiableDetector;

/**
 * Attacks a detector with one image: PGD changes no pixel value by more than 2 of 255, which people
 * do not see, until the detector says the opposite.
 */
final class AttackOneImage {

  private AttackOneImage() {}

  /** Takes a detector's weights, an image, and the file for the attacked image (PNG). */
  public static void main(String[] args) throws IOException {
    List<Path> paths = Usage.paths(args, "WEIGHTS", "IMAGE", "ATTACKED_PNG");
    System.out.println(describe(attack(paths.get(0), paths.get(1), paths.get(2))));
  }

  /** Attacks the image and writes what the detector saw, in the size of its input. */
  static AttackedImage attack(Path weights, Path image, Path attacked) throws IOException {
    try (DifferentiableDetector detector = Detectors.load(weights)) {
      // The attack leaves the label of the sample: here, what the detector says before the attack.
      Label label = detector.classify(Image.read(image));
      Sample sample = Sample.of(image, label, Generator.named("unknown"));
      Budget budget = Budget.linf(2 / 255.0);
      AttackResult result =
          AttackRun.of(Attacks.pgd(budget, 0.5 / 255, 10, 42))
              .against(detector, ImageDataset.of(List.of(sample)));
      Files.write(attacked, result.examples().image(0).toPng());
      return result.images().get(0);
    }
  }

  /** Returns the scores before and after; the latter is that of the PNG file, in 8 bits. */
  static String describe(AttackedImage image) {
    return String.format(
        Locale.ROOT,
        "score %.3f before, %.3f after the attack: %s",
        image.cleanScore(),
        image.savedScore(),
        image.success() ? "the detector is fooled" : "the detector holds");
  }
}
