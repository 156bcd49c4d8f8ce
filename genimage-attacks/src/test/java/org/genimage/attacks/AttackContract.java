package org.genimage.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.genimage.data.Label;
import org.genimage.data.image.Pixels;
import org.genimage.models.DifferentiableDetector;
import org.junit.jupiter.api.Test;

/** What every attack owes. */
interface AttackContract {

  /** Returns the attack with a budget of this size. */
  Attack<? super DifferentiableDetector> attack(double size);

  /** Returns a usual size of budget. */
  default double size() {
    return 8 / 255.0;
  }

  /** Returns the sizes of budget to try, 0 not among them. */
  default List<Double> sizes() {
    return List.of(0.5 / 255, 0.007, 8 / 255.0, 0.3, 1.0);
  }

  /** Returns the fixtures' pictures, the first made black and the second white. */
  private static Pixels pixels() {
    Pixels pixels = ReferenceVictim.images().toPixels();
    float[] values = pixels.toArray();
    int length = values.length / pixels.count();
    Arrays.fill(values, 0, length, 0);
    Arrays.fill(values, length, 2 * length, 1);
    return Pixels.of(pixels.count(), pixels.height(), pixels.width(), values);
  }

  private static float[] perturbed(
      Attack<? super DifferentiableDetector> attack, Pixels pixels, List<Label> labels) {
    return perturbed(attack, pixels, Goal.leave(labels));
  }

  private static float[] perturbed(
      Attack<? super DifferentiableDetector> attack, Pixels pixels, Goal goal) {
    try (DifferentiableDetector victim = ReferenceVictim.TWO.load()) {
      Pixels attacked = attack.perturb(victim, pixels, goal);
      assertThat(List.of(attacked.count(), attacked.height(), attacked.width()))
          .containsExactly(pixels.count(), pixels.height(), pixels.width());
      return attacked.toArray();
    }
  }

  @Test
  default void perturb_anySize_staysInTheBudgetAndIn01() {
    float[] before = pixels().toArray();
    int length = before.length / pixels().count();
    for (double size : sizes()) {
      var attack = attack(size);
      Norm norm = attack.budget().norm();

      float[] after = perturbed(attack, pixels(), ReferenceVictim.labels());

      assertThat(attack.budget().size()).isEqualTo(size);
      for (float value : after) {
        assertThat(value).isBetween(0f, 1f);
      }
      for (int from = 0; from < before.length; from += length) {
        assertThat(norm.distance(before, after, from, from + length))
            .as("%s of image %s", attack, from / length)
            .isLessThanOrEqualTo(size + norm.rounding(length));
      }
      assertThat(after).isNotEqualTo(before);
    }
  }

  @Test
  default void perturb_twice_givesTheSame() {
    var attack = attack(size());

    assertThat(perturbed(attack, pixels(), ReferenceVictim.labels()))
        .isEqualTo(perturbed(attack, pixels(), ReferenceVictim.labels()));
  }

  @Test
  default void perturb_oneByOne_givesTheSameAsTogether() {
    Pixels pixels = ReferenceVictim.images().toPixels();
    List<Label> labels = ReferenceVictim.labels();
    float[] together = perturbed(attack(size()), pixels, labels);
    int length = together.length / pixels.count();
    int differences = 0;
    for (int i = 0; i < pixels.count(); i++) {
      float[] values = Arrays.copyOfRange(pixels.toArray(), i * length, (i + 1) * length);
      Pixels one = Pixels.of(1, pixels.height(), pixels.width(), values);

      float[] alone = perturbed(attack(size()), one, List.of(labels.get(i)));

      for (int j = 0; j < length; j++) {
        differences += Math.abs(alone[j] - together[i * length + j]) > 1e-6 ? 1 : 0;
      }
    }
    // Signs of vanishing gradients may differ.
    assertThat(differences).isLessThanOrEqualTo(together.length / 1000);
  }

  @Test
  default void perturb_size0_changesNothing() {
    assertThat(perturbed(attack(0), pixels(), ReferenceVictim.labels()))
        .isEqualTo(pixels().toArray());
  }

  @Test
  default void perturb_inputIsLeftAsItWas() {
    Pixels pixels = pixels();

    perturbed(attack(size()), pixels, ReferenceVictim.labels());

    assertThat(pixels.toArray()).isEqualTo(pixels().toArray());
  }

  @Test
  default void perturb_otherNumberOfLabels_isRefused() {
    List<Label> labels = ReferenceVictim.labels();

    assertThatThrownBy(() -> perturbed(attack(0.1), pixels(), labels.subList(1, labels.size())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(Integer.toString(labels.size() - 1));
  }

  @Test
  default void perturb_targeted_bringsScoresNearerToTheTarget() {
    Pixels pixels = ReferenceVictim.images().toPixels();
    try (DifferentiableDetector victim = ReferenceVictim.TWO.load()) {
      for (Label target : Label.values()) {
        Goal goal = Goal.reach(target, pixels.count());

        double[] before = victim.score(pixels);
        double[] after = victim.score(attack(size()).perturb(victim, pixels, goal));

        int nearer = 0;
        for (int i = 0; i < before.length; i++) {
          boolean rises = after[i] > before[i];
          nearer += goal.reached(i, before[i]) || rises == (target == Label.AI) ? 1 : 0;
          assertThat(goal.reached(i, before[i]) && !goal.reached(i, after[i])).isFalse();
        }
        assertThat(nearer).as("%s to %s", attack(size()), target).isEqualTo(before.length);
      }
    }
  }

  @Test
  default void perturb_valuesThatAreNoImage_areRefused() {
    for (float wrong : new float[] {Float.NaN, -0.01f, 1.01f, 255}) {
      float[] values = pixels().toArray();
      values[values.length - 1] = wrong;
      Pixels broken = Pixels.of(pixels().count(), pixels().height(), pixels().width(), values);

      assertThatThrownBy(() -> perturbed(attack(0.1), broken, ReferenceVictim.labels()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("must be in [0, 1], got " + wrong + " in image");
    }
  }

  @Test
  default void perturb_imagesOfAnotherSize_areRefused() {
    Pixels small = Pixels.of(1, 2, 2, new float[12]);

    assertThatThrownBy(() -> perturbed(attack(0.1), small, List.of(Label.AI)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got 2x2");
  }

  @Test
  default void perturb_closedDetector_saysSo() {
    DifferentiableDetector victim = ReferenceVictim.TWO.load();
    victim.close();

    assertThatThrownBy(
            () -> attack(0.1).perturb(victim, pixels(), Goal.leave(ReferenceVictim.labels())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is closed");
  }

  @Test
  default void settings_areAlwaysTheSame() {
    assertThat(attack(0.1).settings()).isEqualTo(attack(0.1).settings());
  }

  @Test
  default void attack_isListedUnderItsName() {
    assertThat(Attacks.all()).extracting(Attack::name).contains(attack(0.1).name());
  }
}
