package org.genimage.app.command;

import java.util.List;
import java.util.Optional;
import org.genimage.models.Detector;
import org.genimage.models.SecondView;
import org.genimage.models.Verdict;
import org.genimage.models.VerdictRule;

/**
 * How a score becomes a verdict: by the rule of the weights, which may be unsure, or else by one
 * threshold.
 *
 * @param rule of the weights, unless the user wants a threshold
 * @param threshold above which an image counts as AI-made, where there is no rule
 */
record Decision(Optional<VerdictRule> rule, double threshold) {

  static Decision of(Detector detector, Optional<Double> threshold) {
    return new Decision(
        threshold.isPresent() ? Optional.empty() : detector.verdictRule(),
        threshold.orElse(detector.threshold()));
  }

  /** Returns the further views of an image whose scores the verdict needs. */
  List<SecondView> views() {
    return rule.map(VerdictRule::views).orElse(List.of());
  }

  Verdict verdict(double score, List<Double> ofViews) {
    return rule.map(one -> one.verdict(score, ofViews))
        .orElse(score > threshold ? Verdict.AI : Verdict.NATURE);
  }

  /** Returns the verdict's word for people. */
  static String word(Verdict verdict) {
    return switch (verdict) {
      case AI -> "AI";
      case NATURE -> "natural";
      case UNSURE -> "unsure";
    };
  }

  /** Returns a short line. */
  @Override
  public String toString() {
    return rule.map(VerdictRule::toString).orElse("AI above %s, else natural".formatted(threshold));
  }
}
