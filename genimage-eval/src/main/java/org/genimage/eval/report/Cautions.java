package org.genimage.eval.report;

import static org.genimage.eval.report.Html.count;
import static org.genimage.eval.report.Html.percent;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.genimage.data.Label;
import org.genimage.eval.Confusion;
import org.genimage.eval.Scores;
import org.genimage.eval.statistics.Proportion;

/** What a reader must know before the figures: few images, verdicts of one side. */
final class Cautions {

  /** Below so many images of a label, its errors are hardly bounded. */
  private static final int FEW = 100;

  private static final double ONE_SIDE = 0.95;
  private static final double LEAST_SHARE = 0.1;

  private Cautions() {}

  /** Returns titles and texts, plain. */
  static Map<String, String> of(Scores scores) {
    Map<String, String> found = new LinkedHashMap<>();
    few(scores).ifPresent(text -> found.put("Few images", text));
    oneSided(scores).ifPresent(text -> found.put("Verdicts of one side", text));
    return found;
  }

  private static Optional<String> few(Scores scores) {
    List<String> sentences = new ArrayList<>();
    for (Label label : List.of(Label.NATURE, Label.AI)) {
      long images = scores.count(label);
      if (images > 0 && images < FEW) {
        Proportion allRight = new Proportion(images, images);
        sentences.add(
            "%s %s only: even if the detector were right on all of them, it could be wrong on up to %s of such images."
                .formatted(
                    count(images),
                    label == Label.AI ? "AI images" : "natural images",
                    percent(1 - allRight.clopperPearson().low())));
      }
    }
    return sentences.isEmpty() ? Optional.empty() : Optional.of(String.join(" ", sentences));
  }

  private static Optional<String> oneSided(Scores scores) {
    double all = scores.size();
    double ai = scores.count(Label.AI) / all;
    if (ai < LEAST_SHARE || ai > 1 - LEAST_SHARE) {
      return Optional.empty();
    }
    Confusion counts = scores.ranking().confusion();
    double saidAi = (counts.trueAi() + counts.falseAi()) / all;
    if (Math.max(saidAi, 1 - saidAi) < ONE_SIDE) {
      return Optional.empty();
    }
    boolean more = saidAi > 0.5;
    return Optional.of(
        "The detector calls %s of the images %s, though %s of them are by AI. At this threshold (%s) it hardly decides; look at the ROC AUC, and choose a threshold on other images."
            .formatted(
                percent(more ? saidAi : 1 - saidAi),
                more ? "AI" : "natural",
                percent(ai),
                Html.number(scores.threshold())));
  }
}
