package org.genimage.attacks;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Map;
import org.genimage.data.Seed;
import org.genimage.data.image.Pixels;
import org.genimage.models.DifferentiableDetector;

/**
 * Steps along the gradient, each followed by a projection into the budget and the box: the basic
 * iterative method of Kurakin et al. 2017 from the image itself, projected gradient descent of
 * Madry et al. 2018 from a random place in the budget.
 *
 * @param stepSize in the budget's norm
 * @param steps number of gradients
 * @param randomStart whether it begins at a random place
 * @param seed decides which, together with the image
 */
record Pgd(Budget budget, double stepSize, int steps, boolean randomStart, long seed)
    implements Attack<DifferentiableDetector> {

  Pgd {
    Inputs.checkSteps(stepSize, steps);
    checkArgument(
        Double.isFinite(budget.size()), "%s needs a finite budget, got %s", "PGD", budget);
  }

  @Override
  public String name() {
    return randomStart ? "PGD" : "BIM";
  }

  @Override
  public Map<String, String> settings() {
    Map<String, String> settings = Inputs.steps(budget.norm(), stepSize, steps);
    settings.put("start", randomStart ? "random, seed " + seed : "the image");
    return settings;
  }

  @Override
  public Pixels perturb(DifferentiableDetector victim, Pixels pixels, Goal goal) {
    float[] before = Inputs.checked(victim, pixels, goal);
    float[] after = before.clone();
    int length = before.length / pixels.count();
    if (randomStart) {
      Seed root = Seed.of(seed).at("start");
      for (int from = 0; from < after.length; from += length) {
        int to = from + length;
        var random = Inputs.random(root, before, from, to);
        budget.norm().draw(after, from, to, budget.size(), random);
      }
      Inputs.clip(after);
    }
    Pixels now = Pixels.of(pixels.count(), pixels.height(), pixels.width(), after);
    for (int step = 0; step < steps; step++) {
      float[] direction = goal.ascent(victim, now);
      for (int from = 0; from < after.length; from += length) {
        budget.norm().step(after, direction, from, from + length, stepSize);
        budget.norm().project(before, after, from, from + length, budget.size());
      }
      Inputs.clip(after);
      now = Pixels.of(pixels.count(), pixels.height(), pixels.width(), after);
    }
    return now;
  }
}
