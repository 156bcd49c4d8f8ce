package org.genimage.eval.explanation;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;
import java.util.List;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.Pixels;
import org.genimage.models.Detector;
import org.genimage.models.DifferentiableDetector;
import org.genimage.models.Logits;

/**
 * Integrated gradients (Sundararajan et al. 2017): the mean gradient of the logits along the line
 * from a copy of the view without its traces to the view, times the difference of the two, summed
 * over the channels and smoothed over an area. Before they are smoothed, the values of all pixels
 * add up to the difference of the two margins, but for the error of a finite number of steps.
 *
 * @param steps gradients along the line, at the middles of as many equal parts; 1 to 1000
 * @param start from which view the line begins
 */
public record IntegratedGradients(int steps, Fill start) implements Explainer {

  private static final int BATCH = 4;
  private static final int RADIUS_SHARE = 16; // the radius of smoothing is 1/16 of the shorter side
  private static final int PASSES = 2;

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if the steps are out of their range
   */
  public IntegratedGradients {
    checkArgument(
        steps >= 1 && steps <= 1000,
        "expected 1 to 1000 steps, found %s; choose such a number",
        steps);
  }

  /** Returns the one that starts at the blurred view. */
  public static IntegratedGradients of(int steps) {
    return new IntegratedGradients(steps, Fill.BLUR);
  }

  /** Returns the same from another start. */
  public IntegratedGradients start(Fill other) {
    return new IntegratedGradients(steps, other);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the detector has no gradients
   */
  @Override
  public Explanation explain(Detector detector, Image image) {
    checkArgument(
        detector instanceof DifferentiableDetector,
        "expected a detector with gradients, found %s; explain it by occlusion",
        detector.name());
    DifferentiableDetector differentiable = (DifferentiableDetector) detector;
    long started = System.nanoTime();
    Image view = detector.input().prepare(image);
    double margin = Margins.of(detector, List.of(view))[0];
    float[] end = ImageBatch.of(List.of(view)).toPixels().toArray();
    float[] begin = ImageBatch.of(List.of(start.of(view))).toPixels().toArray();
    double[] sums = new double[end.length];
    for (int step = 0; step < steps; ) {
      int count = detector.input().together(Math.min(BATCH, steps - step));
      add(differentiable, view, begin, end, step, count, sums);
      step += count;
    }
    double[] map = new double[end.length / 3];
    for (int i = 0; i < end.length; i++) {
      map[i / 3] += (end[i] - begin[i]) * sums[i] / steps;
    }
    float[] smooth = Smoothing.of(map, view.width(), view.height(), radius(view), PASSES);
    return new Explanation(
        view,
        smooth,
        Margins.score(detector, margin),
        "Integrated gradients of %s steps from the view %s, smoothed."
            .formatted(steps, start.words()),
        "Full colour stands for the pixels that matter most; the score is %s."
            .formatted(Occlusion.decimal(Margins.score(detector, margin))),
        steps + 1,
        Duration.ofNanos(System.nanoTime() - started));
  }

  private static int radius(Image view) {
    return Math.max(1, Math.min(view.width(), view.height()) / RADIUS_SHARE);
  }

  private void add(
      DifferentiableDetector detector,
      Image view,
      float[] begin,
      float[] end,
      int first,
      int count,
      double[] sums) {
    float[] line = new float[count * end.length];
    for (int i = 0; i < line.length; i++) {
      double share = (first + i / end.length + 0.5) / steps;
      int at = i % end.length;
      line[i] = (float) (begin[at] + share * (end[at] - begin[at]));
    }
    Pixels pixels = Pixels.of(count, view.height(), view.width(), line);
    float[] gradients = detector.gradient(pixels, Logits.same(count, -1, 1)).toArray();
    for (int i = 0; i < gradients.length; i++) {
      sums[i % end.length] += gradients[i];
    }
  }
}
