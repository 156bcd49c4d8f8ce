package org.genimage.examples;

import java.nio.file.Path;
import java.util.List;
import org.genimage.data.GenImage;
import org.genimage.data.ImageDataset;
import org.genimage.eval.Evaluation;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.verdict.VerdictRules;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.models.VerdictRule;

/**
 * Chooses a rule that calls at most 1 % of photographs AI, and is unsure rather than wrong, and
 * saves it with the weights. With too few images it says what they prove instead.
 */
final class ChooseVerdicts {

  private ChooseVerdicts() {}

  /**
   * Takes a detector's weights, a folder in GenImage's layout, and the file for the new weights.
   */
  public static void main(String[] args) {
    List<Path> paths = Usage.paths(args, "WEIGHTS", "FOLDER", "JUDGED_WEIGHTS");
    VerdictRule rule = choose(paths.get(0), paths.get(1), paths.get(2));
    System.out.println(rule);
    System.out.println(rule.sentences());
  }

  /** Returns the chosen rule. */
  static VerdictRule choose(Path weights, Path folder, Path judged) {
    try (Detector detector = Detectors.load(weights)) {
      // Images of the training are refused. Hold back others for this rule alone.
      ImageDataset heldBack = GenImage.open(folder).validation();
      EvaluationResult result = Evaluation.of(detector, heldBack).run();
      VerdictRule rule = VerdictRules.of(0.01, 0.05).choose(result, heldBack);
      rule.on(detector.weights()).write(judged);
      return rule;
    }
  }
}
