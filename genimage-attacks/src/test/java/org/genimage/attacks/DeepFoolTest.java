package org.genimage.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.genimage.data.Label;
import org.genimage.data.image.Pixels;
import org.genimage.models.DifferentiableDetector;
import org.junit.jupiter.api.Test;

class DeepFoolTest implements AttackContract {

  @Override
  public Attack<DifferentiableDetector> attack(double size) {
    return Attacks.deepFool(Budget.l2(size), 50, 0.02);
  }

  @Override
  public double size() {
    return 5;
  }

  @Override
  public List<Double> sizes() {
    return List.of(1.0, 5.0);
  }

  /** A plane between two classes: the nearest place on the other side is known. */
  @Test
  void deepFool_linearVictim_goesToTheBoundaryAndAShareBeyond() {
    DifferentiableDetector victim = new BrightnessDetector(1, 100);
    Pixels grey = Pixels.of(2, 1, 1, new float[] {0.4f, 0.4f, 0.4f, 0.7f, 0.7f, 0.7f});
    Goal goal = Goal.leave(List.of(Label.NATURE, Label.AI));
    double beyond = 1e-4 / Math.sqrt(3);

    float[] attacked =
        Attacks.deepFool(Budget.l2(10), 50, 0.1).perturb(victim, grey, goal).toArray();

    assertThat((double) attacked[0]).isCloseTo(0.4 + 1.1 * (0.1 + beyond), within(1e-6));
    assertThat((double) attacked[3]).isCloseTo(0.7 - 1.1 * (0.2 + beyond), within(1e-6));
  }

  @Test
  void deepFool_imageThatReachedTheGoal_isLeftAlone() {
    DifferentiableDetector victim = new BrightnessDetector(1, 100);
    Pixels grey = Pixels.of(1, 1, 1, new float[] {0.4f, 0.4f, 0.4f});

    assertThat(attack(5).perturb(victim, grey, Goal.reach(Label.NATURE, 1)).toArray())
        .isEqualTo(grey.toArray());
  }

  @Test
  void deepFool_nothingWithinTheBudget_givesTheImageBack() {
    DifferentiableDetector victim = new BrightnessDetector(1, 100);
    Pixels grey = Pixels.of(1, 1, 1, new float[] {0.4f, 0.4f, 0.4f});

    assertThat(attack(0.1).perturb(victim, grey, Goal.leave(List.of(Label.NATURE))).toArray())
        .isEqualTo(grey.toArray());
  }

  @Test
  void deepFool_victimThatCannotBeMoved_changesNothing() {
    DifferentiableDetector victim = new BrightnessDetector(1, 0);
    Pixels grey = Pixels.of(1, 1, 1, new float[] {0.4f, 0.4f, 0.4f});

    assertThat(attack(5).perturb(victim, grey, Goal.leave(List.of(Label.NATURE))).toArray())
        .isEqualTo(grey.toArray());
  }

  @Test
  void deepFool_wrongSettings_areRefused() {
    Budget budget = Budget.l2(1);

    assertThatThrownBy(() -> Attacks.deepFool(Budget.linf(0.1), 50, 0.02))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("DeepFool needs an L2 budget, got 0.1");
    assertThatThrownBy(() -> Attacks.deepFool(budget, 0, 0.02))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("number of steps must be positive, got 0");
    assertThatThrownBy(() -> Attacks.deepFool(budget, 50, Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("overshoot must be at least 0, got NaN");
  }
}
