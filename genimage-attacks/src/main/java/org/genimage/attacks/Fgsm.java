package org.genimage.attacks;

import static com.google.common.base.Preconditions.checkArgument;

import org.genimage.data.image.Pixels;
import org.genimage.models.DifferentiableDetector;

/**
 * Explaining and Harnessing Adversarial Examples, Goodfellow et al. 2015, section 4: x' = clip(x +
 * eps * sign(gradient)), where a gradient of 0 has sign 0.
 *
 * @param budget eps
 */
record Fgsm(Budget budget) implements Attack<DifferentiableDetector> {

  Fgsm {
    checkArgument(budget.norm() == Norm.LINF, "FGSM needs an L-inf budget, got %s", budget);
  }

  @Override
  public String name() {
    return "FGSM";
  }

  @Override
  public Pixels perturb(DifferentiableDetector victim, Pixels pixels, Goal goal) {
    float[] values = Inputs.checked(victim, pixels, goal);
    float[] direction = goal.ascent(victim, pixels);
    float eps = (float) budget.size();
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.max(0, Math.min(1, values[i] + eps * Math.signum(direction[i])));
    }
    return Pixels.of(pixels.count(), pixels.height(), pixels.width(), values);
  }
}
