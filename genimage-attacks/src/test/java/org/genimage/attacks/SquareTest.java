package org.genimage.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.genimage.data.Label;
import org.genimage.data.image.Pixels;
import org.genimage.models.Detector;
import org.junit.jupiter.api.Test;

class SquareTest implements AttackContract {

  @Override
  public Attack<Detector> attack(double size) {
    return Attacks.square(Budget.linf(size), 30, 5);
  }

  @Test
  void perturb_moreQueries_neverHarmTheAttack() {
    try (Detector victim = ReferenceVictim.TWO.load()) {
      Pixels pixels = ReferenceVictim.images().toPixels();
      Goal goal = Goal.leave(ReferenceVictim.labels());
      double[] before = victim.score(pixels.toImages());
      Attack<Detector> attack = Attacks.square(Budget.linf(4 / 255.0), 100, 5);

      double[] after = victim.score(attack.perturb(victim, pixels, goal).toImages());

      int moved = 0;
      for (int i = 0; i < before.length; i++) {
        boolean up = goal.wanted(i) == Label.AI;
        assertThat(up ? after[i] - before[i] : before[i] - after[i]).isGreaterThanOrEqualTo(0);
        moved += after[i] != before[i] ? 1 : 0;
      }
      assertThat(moved).isGreaterThanOrEqualTo(before.length - 1);
    }
  }

  @Test
  void perturb_imageThatIsWrongAlready_isLeftAlone() {
    Pixels grey = Pixels.of(1, 1, 1, new float[] {0.5f, 0.5f, 0.25f});

    assertThat(
            attack(0.1)
                .perturb(new BrightnessDetector(1, 1), grey, Goal.leave(List.of(Label.AI)))
                .toArray())
        .isEqualTo(grey.toArray());
  }

  @Test
  void square_wrongSettings_areRefused() {
    assertThatThrownBy(() -> Attacks.square(Budget.l2(1), 10, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Square needs an L-inf budget, got L2 1.0");
    assertThatThrownBy(() -> Attacks.square(Budget.linf(0.1), 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("number of queries must be positive, got 0");
  }
}
