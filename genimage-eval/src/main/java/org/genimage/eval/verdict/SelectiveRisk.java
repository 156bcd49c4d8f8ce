package org.genimage.eval.verdict;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.genimage.eval.Score;
import org.genimage.eval.Scores;
import org.genimage.eval.statistics.Proportion;

/**
 * The errors among the images that a detector is surest of, for every share of images that it
 * decides (Geifman and El-Yaniv 2017).
 *
 * @param points one per distinct confidence, from the surest; the last one is all images
 * @param area the mean of the errors' shares among the 1, 2, ... n surest images, in [0, 1]: AURC.
 *     Images of equal confidence count as if in random order
 * @param best the least area of a detector with as many errors: it is least sure of these
 */
public record SelectiveRisk(List<Point> points, double area, double best) {

  /**
   * What happens if all images down to a confidence are decided.
   *
   * @param confidence the lowest of the decided images
   * @param errors out of the decided images
   * @param images the number of all images
   */
  public record Point(double confidence, Proportion errors, long images) {

    /** Returns the decided share of the images, in (0, 1]. */
    public double coverage() {
      return (double) errors.total() / images;
    }

    /** Returns the share of errors among the decided images, in [0, 1]. */
    public double risk() {
      return errors.value();
    }

    /** Returns the upper bound of the risk at this confidence level, one-sided (SGR). */
    public double upperBound(double level) {
      return errors.upperBound(level);
    }
  }

  /** A decision and how sure the detector is of it. */
  public record Decision(double confidence, boolean wrong) {

    /**
     * Checks the confidence.
     *
     * @throws IllegalArgumentException if it is not a number
     */
    public Decision {
      checkArgument(
          !Double.isNaN(confidence), "confidence of a decision must be a number, got NaN");
    }
  }

  /** Copies the list. */
  public SelectiveRisk {
    points = ImmutableList.copyOf(points);
  }

  /** Returns the area above the best possible one, E-AURC: what the order of confidences costs. */
  public double excess() {
    return area - best;
  }

  /**
   * Returns the risk of scores, whose confidence is the distance of their logits to threshold's.
   */
  public static SelectiveRisk of(Scores scores) {
    double threshold = scores.threshold();
    return of(
        scores.all().stream()
            .map(one -> new Decision(distance(one, threshold), !one.correct(threshold)))
            .toList());
  }

  private static double distance(Score score, double threshold) {
    return Math.abs(logit(score.value()) - logit(threshold));
  }

  private static double logit(double score) {
    double clipped = Math.max(Double.MIN_NORMAL, Math.min(1 - Math.ulp(0.5), score));
    return Math.log(clipped / (1 - clipped));
  }

  /**
   * Returns the risk of decisions.
   *
   * @param decisions at least one, in any order
   * @throws IllegalArgumentException if there is none
   */
  public static SelectiveRisk of(List<Decision> decisions) {
    checkArgument(!decisions.isEmpty(), "a selective risk needs at least one decision, got none");
    List<Decision> sorted =
        decisions.stream()
            .sorted(Comparator.comparingDouble(Decision::confidence).reversed())
            .toList();
    int images = sorted.size();
    List<Point> points = new ArrayList<>();
    double area = 0;
    long wrong = 0;
    for (int from = 0; from < images; ) {
      int to = from;
      long here = 0;
      while (to < images && sorted.get(to).confidence() == sorted.get(from).confidence()) {
        here += sorted.get(to++).wrong() ? 1 : 0;
      }
      for (int i = from + 1; i <= to; i++) {
        area += (wrong + (double) here * (i - from) / (to - from)) / i;
      }
      wrong += here;
      points.add(new Point(sorted.get(from).confidence(), new Proportion(wrong, to), images));
      from = to;
    }
    double best = 0;
    for (int i = 1; i <= images; i++) {
      best += Math.max(0.0, i - (images - wrong)) / i;
    }
    return new SelectiveRisk(points, area / images, best / images);
  }
}
