package org.genimage.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.genimage.data.Label;
import org.genimage.data.image.Pixels;
import org.genimage.models.DifferentiableDetector;
import org.junit.jupiter.api.Test;

class MiFgsmTest implements AttackContract {

  @Override
  public Attack<DifferentiableDetector> attack(double size) {
    return Attacks.miFgsm(Budget.linf(size), size / 5 + 1e-9, 5, 1);
  }

  @Test
  void perturb_constantGradient_walksToTheBudget() {
    DifferentiableDetector victim = new BrightnessDetector(1, 1);
    Pixels grey = Pixels.of(1, 1, 1, new float[] {0.5f, 0.5f, 0.5f});

    assertThat(
            Attacks.miFgsm(Budget.linf(0.25), 0.0625, 3, 1)
                .perturb(victim, grey, Goal.leave(List.of(Label.NATURE)))
                .toArray())
        .containsOnly(0.6875f);
    assertThat(
            Attacks.miFgsm(Budget.linf(0.25), 0.125, 3, 1)
                .perturb(victim, grey, Goal.leave(List.of(Label.NATURE)))
                .toArray())
        .containsOnly(0.75f);
  }

  @Test
  void perturb_gradientOf0_changesNothing() {
    Pixels grey = Pixels.of(1, 1, 1, new float[] {0.5f, 0.5f, 0.5f});

    assertThat(
            attack(0.1)
                .perturb(new BrightnessDetector(1, 0), grey, Goal.leave(List.of(Label.AI)))
                .toArray())
        .containsOnly(0.5f);
  }

  @Test
  void miFgsm_wrongSettings_areRefused() {
    assertThatThrownBy(() -> Attacks.miFgsm(Budget.l2(1), 0.1, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("MI-FGSM needs an L-inf budget, got L2 1.0");
    assertThatThrownBy(() -> Attacks.miFgsm(Budget.linf(0.1), 0.1, 1, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("momentum's decay must be at least 0, got -1.0");
  }
}
