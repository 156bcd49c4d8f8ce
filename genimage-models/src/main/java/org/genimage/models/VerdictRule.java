package org.genimage.models;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;

/**
 * A rule that calls images AI or natural, or says that it is unsure. Its two thresholds are chosen
 * on images that training has not seen, so that both errors have a proven bound; genimage-eval's
 * {@code VerdictRules} chooses it. It travels in the weights' metadata as {@code genimage.verdict}.
 *
 * <p>The bounds hold for images like those that it was chosen on. Another camera, generator or file
 * format can break them.
 *
 * @param natureBelow a score below it counts as natural, in [0, 1]
 * @param aiAbove a score above it counts as AI, from {@code natureBelow} to 1. Scores between both,
 *     ends included, are unsure
 * @param falseAccusations what is proven of natural images that count as AI
 * @param missed what is proven of AI images that count as natural
 * @param views further views of an image. If one of them gets the opposite verdict, the image is
 *     unsure. That only removes errors, so the bounds hold as they are
 * @param origin what the rule was chosen on
 */
public record VerdictRule(
    double natureBelow,
    double aiAbove,
    ErrorBound falseAccusations,
    ErrorBound missed,
    List<SecondView> views,
    Origin origin) {

  /**
   * What a rule was chosen on.
   *
   * @param detector the name of the detector whose scores they were
   * @param temperature of the calibration that the scores had, positive. Other scores are not
   *     comparable with the thresholds
   * @param data the fingerprint of the images: SHA-256 of names, generators and labels, 64
   *     hexadecimal digits
   * @param selection how the images were chosen, in words; empty for all of a folder
   * @param compared whether the images were compared with those of the training. False if the
   *     weights do not say what they were trained on, or the images were not at hand
   */
  public record Origin(
      String detector, double temperature, String data, String selection, boolean compared) {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public Origin {
      checkArgument(!detector.isBlank(), "the name of a rule's detector must not be blank");
      checkArgument(
          temperature > 0 && temperature < Double.POSITIVE_INFINITY,
          "temperature must be positive and finite, got %s",
          temperature);
    }
  }

  /**
   * Copies the list and checks the components.
   *
   * @throws IllegalArgumentException if the thresholds are not in [0, 1] and in order, or a view
   *     occurs twice
   */
  public VerdictRule {
    checkArgument(
        natureBelow >= 0 && natureBelow <= aiAbove && aiAbove <= 1,
        "thresholds of a verdict must be in [0, 1] and in order, got natural below %s and AI above"
            + " %s",
        natureBelow,
        aiAbove);
    views = ImmutableList.copyOf(views);
    checkArgument(
        views.stream().distinct().count() == views.size(),
        "each view of a verdict must occur once, got %s",
        views);
  }

  /**
   * Returns the rule with further views of each image. Each costs the time of one more score.
   *
   * @throws IllegalArgumentException if a view occurs twice
   */
  public VerdictRule withViews(SecondView... others) {
    return new VerdictRule(natureBelow, aiAbove, falseAccusations, missed, List.of(others), origin);
  }

  /**
   * Returns what an image with this score counts as, without further views.
   *
   * @throws IllegalArgumentException if the score is not from 0 to 1
   */
  public Verdict verdict(double score) {
    checkArgument(score >= 0 && score <= 1, "a score must be from 0 to 1, got %s", score);
    return score > aiAbove ? Verdict.AI : score < natureBelow ? Verdict.NATURE : Verdict.UNSURE;
  }

  /**
   * Returns what an image counts as.
   *
   * @param score of the image itself
   * @param ofViews its scores in {@link #views}, in their order
   * @throws IllegalArgumentException if there is not one score per view, or a score is not from 0
   *     to 1
   */
  public Verdict verdict(double score, List<Double> ofViews) {
    checkArgument(
        ofViews.size() == views.size(),
        "a verdict needs one score for each of the views %s, got %s",
        views,
        ofViews.size());
    Verdict verdict = verdict(score);
    boolean opposed =
        ofViews.stream()
            .map(this::verdict)
            .anyMatch(other -> other != verdict && other != Verdict.UNSURE);
    return opposed ? Verdict.UNSURE : verdict;
  }

  /**
   * Returns the same numbers with this rule in their metadata.
   *
   * @throws WeightsException if the rule was chosen on another detector's scores, or at another
   *     temperature
   */
  public Weights on(Weights weights) {
    Weights with = weights.with(VerdictMetadata.of(this));
    VerdictMetadata.rule(with);
    return with;
  }

  /**
   * Returns the rule in the metadata of weights, if there is one.
   *
   * @throws WeightsException if the metadata is not that of a rule, or it was chosen on another
   *     detector's scores, or at another temperature than the weights have now
   */
  public static Optional<VerdictRule> of(Weights weights) {
    return VerdictMetadata.rule(weights);
  }

  /** Returns both proven bounds and what they rest on, in whole sentences. */
  public String sentences() {
    return falseAccusations.sentence("natural", "count as AI")
        + " "
        + missed.sentence("AI", "count as natural")
        + (origin.compared() ? "" : " These images were not compared with those of the training.");
  }

  /** Returns the thresholds in a short line. */
  @Override
  public String toString() {
    return "AI above %s, natural below %s, else unsure%s"
        .formatted(
            aiAbove,
            natureBelow,
            views.isEmpty() ? "" : "; also unsure if a view of " + views + " disagrees");
  }
}
