package org.genimage.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.genimage.attacks.CarliniWagner.Abort;
import org.genimage.attacks.CarliniWagner.Rules;
import org.genimage.data.Label;
import org.genimage.data.image.Pixels;
import org.genimage.models.DifferentiableDetector;
import org.junit.jupiter.api.Test;

class CarliniWagnerTest implements AttackContract {

  private static final CarliniWagner SHORT = Attacks.cwL2().searchSteps(3).steps(40).constant(10);

  @Override
  public Attack<DifferentiableDetector> attack(double size) {
    return SHORT.budget(Budget.l2(size));
  }

  @Override
  public double size() {
    return 5;
  }

  @Override
  public List<Double> sizes() {
    return List.of(1.0, 5.0);
  }

  /** A line between two classes: the nearest place on the other side is known. */
  @Test
  void cwL2_linearVictim_findsTheLeastChange() {
    DifferentiableDetector victim = new BrightnessDetector(1, 100);
    Pixels grey = Pixels.of(2, 1, 1, new float[] {0.4f, 0.4f, 0.4f, 0.7f, 0.7f, 0.7f});
    Goal goal = Goal.leave(List.of(Label.NATURE, Label.AI));

    float[] attacked =
        Attacks.cwL2().searchSteps(9).steps(300).perturb(victim, grey, goal).toArray();

    assertThat(attacked[0]).isCloseTo(0.5f, within(0.002f)).isGreaterThan(0.5f);
    assertThat(attacked[3]).isCloseTo(0.5f, within(0.004f)).isLessThan(0.5f);
  }

  @Test
  void cwL2_confidence_isHowFarTheWantedLogitLeads() {
    DifferentiableDetector victim = new BrightnessDetector(1, 100);
    Pixels grey = Pixels.of(1, 1, 1, new float[] {0.4f, 0.4f, 0.4f});
    Goal goal = Goal.leave(List.of(Label.NATURE));

    float[] attacked =
        Attacks.cwL2()
            .searchSteps(9)
            .steps(300)
            .confidence(10)
            .perturb(victim, grey, goal)
            .toArray();

    assertThat(attacked[0]).isCloseTo(0.6f, within(0.004f)).isGreaterThan(0.6f);
  }

  @Test
  void cwL2_victimThatCannotBeMoved_givesTheImageBack() {
    DifferentiableDetector victim = new BrightnessDetector(1, 0);
    Pixels grey = Pixels.of(1, 1, 1, new float[] {0.4f, 0.4f, 0.4f});
    Goal goal = Goal.leave(List.of(Label.NATURE));

    for (Abort abort : Abort.values()) {
      assertThat(SHORT.abort(abort).perturb(victim, grey, goal).toArray())
          .isEqualTo(grey.toArray());
    }
  }

  @Test
  void cwL2_nothingWithinTheBudget_givesTheImageBack() {
    DifferentiableDetector victim = new BrightnessDetector(1, 100);
    Pixels grey = Pixels.of(1, 1, 1, new float[] {0.4f, 0.4f, 0.4f});
    Goal goal = Goal.leave(List.of(Label.NATURE));

    CarliniWagner attack = SHORT.steps(200);

    assertThat(attack.budget(Budget.l2(0.1)).perturb(victim, grey, goal).toArray())
        .isEqualTo(grey.toArray());
    assertThat(attack.budget(Budget.l2(0.3)).perturb(victim, grey, goal).toArray())
        .isNotEqualTo(grey.toArray());
  }

  /** Quirks that a paper's 99.9 % may come from. */
  @Test
  void cwL2_torchattacksRules_neverMoveBlackAndWhite() {
    DifferentiableDetector victim = new BrightnessDetector(1, 100);
    Pixels pixels = Pixels.of(1, 1, 1, new float[] {0.9f, 0.4f, 1});
    Goal goal = Goal.leave(List.of(Label.AI));
    CarliniWagner attack = SHORT.steps(300).abort(Abort.NONE);

    float[] theirs = attack.rules(Rules.TORCHATTACKS).perturb(victim, pixels, goal).toArray();
    float[] original = attack.perturb(victim, pixels, goal).toArray();

    assertThat(theirs[0]).isLessThan(0.9f);
    assertThat(theirs[2]).isEqualTo(1);
    assertThat(original[2]).isLessThan(1);
  }

  /** With logits (0, z), z below 0, neither of the two that are compared is above the floor. */
  @Test
  void cwL2_torchattacksRules_neverMoveNaturalImagesOfOneLogit() {
    DifferentiableDetector victim = new BrightnessDetector(1, 100);
    Pixels grey = Pixels.of(1, 1, 1, new float[] {0.4f, 0.4f, 0.4f});
    Goal goal = Goal.leave(List.of(Label.NATURE));

    for (Rules rules : List.of(Rules.TORCHATTACKS, Rules.TORCHATTACKS_LEGACY)) {
      assertThat(SHORT.rules(rules).perturb(victim, grey, goal).toArray())
          .isEqualTo(grey.toArray());
    }
    assertThat(SHORT.steps(200).perturb(victim, grey, goal).toArray()[0]).isGreaterThan(0.5f);
  }

  /** Images that share a batch share no fate unless asked. */
  @Test
  void abort_perImage_givesWhatEachImageGetsAlone() {
    try (DifferentiableDetector victim = ReferenceVictim.ONE.load()) {
      Pixels pixels = ReferenceVictim.images().toPixels();
      List<Label> labels = ReferenceVictim.labels();
      CarliniWagner attack = SHORT.steps(100).constant(0.01).searchSteps(5);
      float[] together = attack.perturb(victim, pixels, Goal.leave(labels)).toArray();
      int length = together.length / pixels.count();
      float[] first = Arrays.copyOfRange(pixels.toArray(), 0, length);
      Pixels alone = Pixels.of(1, pixels.height(), pixels.width(), first);

      float[] single =
          attack
              .abort(Abort.SUMMED)
              .perturb(victim, alone, Goal.leave(labels.subList(0, 1)))
              .toArray();

      double distance = Norm.L2.distance(first, single, 0, length);
      assertThat(distance).isPositive();
      assertThat(Norm.L2.distance(pixels.toArray(), together, 0, length))
          .isCloseTo(distance, within(distance / 50));
    }
  }

  @Test
  void cwL2_wrongSettings_areRefused() {
    assertThatThrownBy(() -> SHORT.budget(Budget.linf(0.1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("CW-L2 needs an L2 budget, got 0.1");
    assertThatThrownBy(() -> SHORT.steps(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least one step");
    assertThatThrownBy(() -> SHORT.learningRate(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("learning rate must be positive, got NaN");
    assertThatThrownBy(() -> SHORT.constant(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("c must be positive, got 0.0");
    assertThatThrownBy(() -> SHORT.confidence(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("confidence must be at least 0, got -1.0");
  }
}
