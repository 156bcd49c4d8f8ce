package org.genimage.examples;

import java.nio.file.Path;
import org.genimage.models.Detector;
import org.genimage.models.pretrained.Pretrained;

/**
 * From nothing to a score: needs no weights and no data, because it downloads published weights the
 * first time. The log says from where, and under which licence.
 */
final class FirstScore {

  private FirstScore() {}

  /** Takes the image, and prints how likely it is that a generator made it. */
  public static void main(String[] args) {
    Path photo = Usage.paths(args, "IMAGE").get(0);
    try (Detector detector = Pretrained.recommended().load()) {
      System.out.println(detector.score(photo)); // 0 means natural, 1 means AI-made
    }
  }
}
