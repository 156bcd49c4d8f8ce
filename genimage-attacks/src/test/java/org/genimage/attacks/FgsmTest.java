package org.genimage.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.genimage.data.Label;
import org.genimage.data.image.Pixels;
import org.genimage.models.DifferentiableDetector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FgsmTest implements AttackContract {

  @Override
  public Attack<DifferentiableDetector> attack(double size) {
    return Attacks.fgsm(Budget.linf(size));
  }

  @ParameterizedTest
  @CsvSource({"1, 0.625", "1e-30, 0.625", "-1e30, 0.375", "0, 0.5", "-0, 0.5"})
  void perturb_anySlope_stepsByItsSignAlone(float slope, float expected) {
    DifferentiableDetector victim = new BrightnessDetector(1, slope);
    Pixels grey = Pixels.of(1, 1, 1, new float[] {0.5f, 0.5f, 0.5f});

    assertThat(attack(0.125).perturb(victim, grey, Goal.leave(List.of(Label.NATURE))).toArray())
        .containsOnly(expected);
  }

  @Test
  void perturb_atTheEndsOfTheRange_clips() {
    DifferentiableDetector victim = new BrightnessDetector(1, 1);
    Pixels pixels = Pixels.of(2, 1, 1, new float[] {0.9f, 1, 0.5f, 0.1f, 0, 0.5f});

    assertThat(
            attack(0.25)
                .perturb(victim, pixels, Goal.leave(List.of(Label.NATURE, Label.AI)))
                .toArray())
        .containsExactly(1, 1, 0.75f, 0, 0, 0.25f);
  }
}
