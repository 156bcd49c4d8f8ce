package org.genimage.attacks.outside;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.genimage.attacks.Attack;
import org.genimage.attacks.AttackResult;
import org.genimage.attacks.AttackRun;
import org.genimage.attacks.Budget;
import org.genimage.attacks.Goal;
import org.genimage.attacks.Inputs;
import org.genimage.attacks.ReferenceVictims;
import org.genimage.data.ImageDataset;
import org.genimage.data.image.Pixels;
import org.genimage.models.DifferentiableDetector;
import org.junit.jupiter.api.Test;

/** An attack as a user writes it, in a package of its own, from what is public. */
class MarginAttackTest {

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
      return Map.of("step size", Double.toString(stepSize));
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

  @Test
  void attack_ofAUsersOwn_isRunAndHeldToItsBudget() {
    try (DifferentiableDetector victim = ReferenceVictims.trained()) {
      ImageDataset images = ReferenceVictims.few();
      for (Budget budget : List.of(Budget.l2(1.5), Budget.linf(8 / 255.0))) {
        var attack = new MarginAttack(budget, budget.size() / 4, 8);

        AttackResult result = AttackRun.of(attack).against(victim, images);

        assertThat(result.correctAfter()).isLessThan(result.correctBefore() / 2);
      }
    }
  }
}
