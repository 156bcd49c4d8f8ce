package org.genimage.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.genimage.data.Label;
import org.genimage.data.image.Pixels;
import org.genimage.models.DifferentiableDetector;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class PgdTest {

  @Nested
  class FromARandomPlace implements AttackContract {

    @Override
    public Attack<DifferentiableDetector> attack(double size) {
      return Attacks.pgd(Budget.linf(size), size / 4 + 1e-9, 6, 3);
    }

    @Test
    void perturb_anotherSeed_givesAnotherResult() {
      try (DifferentiableDetector victim = ReferenceVictim.TWO.load()) {
        Pixels pixels = ReferenceVictim.images().toPixels();
        Goal goal = Goal.leave(ReferenceVictim.labels());
        Budget budget = Budget.linf(size());

        float[] one = Attacks.pgd(budget, 0.001, 2, 1).perturb(victim, pixels, goal).toArray();
        float[] two = Attacks.pgd(budget, 0.001, 2, 2).perturb(victim, pixels, goal).toArray();

        assertThat(one).isNotEqualTo(two);
      }
    }
  }

  @Nested
  class FromTheImage implements AttackContract {

    @Override
    public Attack<DifferentiableDetector> attack(double size) {
      return Attacks.bim(Budget.linf(size), size / 4 + 1e-9, 6);
    }
  }

  @Nested
  class InL2 implements AttackContract {

    @Override
    public Attack<DifferentiableDetector> attack(double size) {
      return Attacks.pgd(Budget.l2(size), size / 4 + 1e-9, 6, 3);
    }

    @Override
    public double size() {
      return 0.5;
    }

    @Override
    public List<Double> sizes() {
      return List.of(0.01, 0.5, 3.0);
    }
  }

  @Test
  void bim_inL2_stepsAlongTheGradientAndStaysInTheBall() {
    DifferentiableDetector victim = new BrightnessDetector(1, 5);
    Pixels grey = Pixels.of(1, 1, 1, new float[] {0.5f, 0.5f, 0.5f});
    double each = 0.2 / Math.sqrt(3);

    Pixels attacked =
        Attacks.bim(Budget.l2(0.2), 0.15, 2)
            .perturb(victim, grey, Goal.leave(List.of(Label.NATURE)));

    for (float value : attacked.toArray()) {
      assertThat((double) value).isCloseTo(0.5 + each, within(1e-6));
    }
  }

  @Test
  void pgd_settingsThatGoNowhere_areRefused() {
    Budget budget = Budget.linf(0.1);

    assertThatThrownBy(() -> Attacks.bim(budget, 0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("step size must be positive, got 0.0");
    assertThatThrownBy(() -> Attacks.bim(budget, Double.NaN, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("step size must be positive, got NaN");
    assertThatThrownBy(() -> Attacks.pgd(budget, 0.1, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("number of steps must be positive, got 0");
    assertThatThrownBy(() -> Attacks.bim(Budget.l2(Double.POSITIVE_INFINITY), 0.1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("finite budget");
  }
}
