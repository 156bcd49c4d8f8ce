package org.genimage.attacks;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Map;
import org.genimage.data.image.Pixels;
import org.genimage.models.DifferentiableDetector;

/**
 * Boosting Adversarial Attacks with Momentum, Dong et al. 2018, algorithm 1: steps by the sign of a
 * decaying sum of gradients, each divided by its mean absolute value.
 *
 * @param stepSize where values are in [0, 1]
 * @param steps number of gradients
 * @param decay mu, what stays of the sum at each step
 */
record MiFgsm(Budget budget, double stepSize, int steps, double decay)
    implements Attack<DifferentiableDetector> {

  MiFgsm {
    checkArgument(budget.norm() == Norm.LINF, "MI-FGSM needs an L-inf budget, got %s", budget);
    Inputs.checkSteps(stepSize, steps);
    checkArgument(
        decay >= 0 && Double.isFinite(decay), "momentum's decay must be at least 0, got %s", decay);
  }

  @Override
  public String name() {
    return "MI-FGSM";
  }

  @Override
  public Map<String, String> settings() {
    Map<String, String> settings = Inputs.steps(budget.norm(), stepSize, steps);
    settings.put("decay", Double.toString(decay));
    return settings;
  }

  @Override
  public Pixels perturb(DifferentiableDetector victim, Pixels pixels, Goal goal) {
    float[] before = Inputs.checked(victim, pixels, goal);
    float[] after = before.clone();
    float[] momentum = new float[before.length];
    int length = before.length / pixels.count();
    Pixels now = pixels;
    for (int step = 0; step < steps; step++) {
      float[] direction = goal.ascent(victim, now);
      for (int from = 0; from < after.length; from += length) {
        int to = from + length;
        add(momentum, direction, from, to);
        budget.norm().step(after, momentum, from, to, stepSize);
        budget.norm().project(before, after, from, to, budget.size());
      }
      Inputs.clip(after);
      now = Pixels.of(pixels.count(), pixels.height(), pixels.width(), after);
    }
    return now;
  }

  private void add(float[] momentum, float[] direction, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += Math.abs(direction[i]);
    }
    double mean = sum == 0 ? 1 : sum / (to - from);
    for (int i = from; i < to; i++) {
      momentum[i] = (float) (decay * momentum[i] + direction[i] / mean);
    }
  }
}
