package org.genimage.eval.explanation;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Doubles;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.genimage.data.image.Image;
import org.genimage.models.Detector;

/**
 * How a detector answers while a map's pixels are hidden or shown, those that speak most for AI
 * first (Petsiuk et al. 2018). Checks a map without knowing the truth: of a good map, deletion
 * falls fast, and insertion rises fast.
 *
 * @param margins the logit of AI less that of nature after each step, the unchanged view first
 */
public record PixelCurve(List<Double> margins) {

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if there are less than two margins
   */
  public PixelCurve {
    margins = List.copyOf(margins);
    checkArgument(
        margins.size() >= 2, "expected two margins at least, found %s; take a step", margins);
  }

  /**
   * Hides the pixels of an explanation's view step by step.
   *
   * @param fill what stands in place of hidden pixels
   * @param steps at each, as many pixels more are hidden; all after the last
   */
  public static PixelCurve deletion(
      Detector detector, Explanation explanation, Fill fill, int steps) {
    Image view = explanation.view();
    return of(detector, explanation, view, fill.of(view), steps);
  }

  /**
   * Shows the pixels of an explanation's view step by step, beginning with a hidden view.
   *
   * @param fill what stands in place of hidden pixels
   * @param steps at each, as many pixels more are shown; all after the last
   */
  public static PixelCurve insertion(
      Detector detector, Explanation explanation, Fill fill, int steps) {
    Image view = explanation.view();
    return of(detector, explanation, fill.of(view), view, steps);
  }

  private static PixelCurve of(
      Detector detector, Explanation explanation, Image from, Image to, int steps) {
    checkArgument(steps >= 1, "expected one step at least, found %s; take more", steps);
    float[] map = explanation.map();
    int[] order =
        IntStream.range(0, map.length)
            .boxed()
            .sorted((a, b) -> Float.compare(map[b], map[a]))
            .mapToInt(Integer::intValue)
            .toArray();
    byte[] rgb = from.toArray();
    byte[] target = to.toArray();
    List<Image> views = new ArrayList<>(List.of(from));
    int done = 0;
    for (int step = 1; step <= steps; step++) {
      int end = (int) ((long) order.length * step / steps);
      for (; done < end; done++) {
        System.arraycopy(target, 3 * order[done], rgb, 3 * order[done], 3);
      }
      views.add(Image.of(from.width(), from.height(), rgb));
    }
    return new PixelCurve(Doubles.asList(Margins.of(detector, views)));
  }

  /** Returns the area below the curve over the share of pixels: a mean margin, by trapezoids. */
  public double area() {
    double sum = 0;
    for (int i = 1; i < margins.size(); i++) {
      sum += (margins.get(i - 1) + margins.get(i)) / 2;
    }
    return sum / (margins.size() - 1);
  }
}
