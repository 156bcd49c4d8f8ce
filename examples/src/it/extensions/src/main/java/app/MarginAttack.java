package app;

import java.util.Map;
import org.genimage.attacks.Attack;
import org.genimage.attacks.Budget;
import org.genimage.attacks.Goal;
import org.genimage.attacks.Inputs;
import org.genimage.data.image.Pixels;
import org.genimage.models.DifferentiableDetector;

/** Steps along the gradient of the margin, which does not vanish where the victim is certain. */
record MarginAttack(Budget budget, double stepSize, int steps)
    implements Attack<DifferentiableDetector> {

  MarginAttack {
    Inputs.checkSteps(stepSize, steps);
  }

  @Override
  public String name() {
    return "Margin";
  }

  @Override
  public Map<String, String> settings() {
    return Map.of("step size", Double.toString(stepSize), "steps", Integer.toString(steps));
  }

  @Override
  public Pixels perturb(DifferentiableDetector victim, Pixels pixels, Goal goal) {
    float[] before = Inputs.checked(victim, pixels, goal);
    float[] after = before.clone();
    int length = before.length / pixels.count();
    Pixels now = pixels;
    for (int step = 0; step < steps; step++) {
      float[] gradient = goal.marginGradient(victim, now);
      for (int from = 0; from < after.length; from += length) {
        budget.norm().step(after, gradient, from, from + length, stepSize);
        budget.norm().project(before, after, from, from + length, budget.size());
      }
      Inputs.clip(after);
      now = Pixels.of(pixels.count(), pixels.height(), pixels.width(), after);
    }
    return now;
  }
}
