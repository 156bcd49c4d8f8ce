package org.genimage.attacks;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.genimage.data.image.Pixels;
import org.genimage.models.DifferentiableDetector;

/**
 * DeepFool, Moosavi-Dezfooli et al. 2016, algorithm 1, as Foolbox computes it: each step takes the
 * detector for a linear one and goes to where its two logits would be equal. The image lies at the
 * sum of all steps, times 1 + overshoot, clipped to [0, 1]. It rests once the goal is reached. With
 * two labels there is one boundary, so there are no candidates to choose from.
 *
 * <p>An image that changed by more than the budget comes back as it was.
 *
 * @param budget the largest change that is of use, in {@link Norm#L2}; infinite in the paper
 * @param steps the most steps
 * @param overshoot by what share the sum of all steps is exceeded
 */
record DeepFool(Budget budget, int steps, double overshoot)
    implements Attack<DifferentiableDetector> {

  /** Keeps a division by the length of a gradient of 0 finite, as in Foolbox. */
  private static final double SMALLEST = 1e-8;

  /** How far beyond the boundary each step goes at least, as in Foolbox. */
  private static final double BEYOND = 1e-4;

  DeepFool {
    checkArgument(budget.norm() == Norm.L2, "DeepFool needs an L2 budget, got %s", budget);
    checkArgument(steps > 0, "number of steps must be positive, got %s", steps);
    checkArgument(
        overshoot >= 0 && Double.isFinite(overshoot),
        "overshoot must be at least 0, got %s",
        overshoot);
  }

  @Override
  public String name() {
    return "DeepFool";
  }

  @Override
  public Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("steps", Integer.toString(steps));
    settings.put("overshoot", Double.toString(overshoot));
    return settings;
  }

  @Override
  public Pixels perturb(DifferentiableDetector victim, Pixels pixels, Goal goal) {
    float[] before = Inputs.checked(victim, pixels, goal);
    if (budget.size() == 0) {
      return pixels;
    }
    float[] after = before.clone();
    float[] total = new float[before.length];
    int length = before.length / pixels.count();
    boolean moves = true;
    for (int step = 0; moves && step < steps; step++) {
      Pixels now = Pixels.of(pixels.count(), pixels.height(), pixels.width(), after);
      double[] margins = goal.margins(victim, now);
      moves = Arrays.stream(margins).anyMatch(margin -> margin <= 0);
      float[] gradient = moves ? goal.marginGradient(victim, now) : total;
      for (int i = 0; i < margins.length; i++) {
        if (margins[i] <= 0) {
          add(total, gradient, i * length, (i + 1) * length, -margins[i]);
          move(before, after, total, i * length, (i + 1) * length);
        }
      }
    }
    return budget.restored(pixels, after);
  }

  /** Adds the step to where a linear detector with this gradient has both logits equal. */
  private static void add(float[] total, float[] gradient, int from, int to, double lack) {
    double length = Norm.L2.length(gradient, from, to) + SMALLEST;
    double factor = (lack / length + BEYOND) / length;
    for (int i = from; i < to; i++) {
      total[i] += (float) (factor * gradient[i]);
    }
  }

  private void move(float[] before, float[] after, float[] total, int from, int to) {
    for (int i = from; i < to; i++) {
      after[i] = Math.max(0, Math.min(1, before[i] + (float) (1 + overshoot) * total[i]));
    }
  }
}
