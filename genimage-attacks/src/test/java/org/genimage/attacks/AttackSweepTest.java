package org.genimage.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Splitter;
import java.util.List;
import java.util.stream.IntStream;
import org.genimage.models.DifferentiableDetector;
import org.junit.jupiter.api.Test;

class AttackSweepTest {

  private static List<Budget> levels(int... levels) {
    return IntStream.of(levels).mapToObj(level -> Budget.linf(level / 255.0)).toList();
  }

  @Test
  void against_moreRoom_neverLeavesMoreRight() {
    try (DifferentiableDetector victim = ReferenceVictim.TWO.load()) {
      SweepResult curve =
          AttackSweep.of(Attacks::fgsm, levels(1, 2, 8)).against(victim, ReferenceVictim.few());

      assertThat(curve.results())
          .extracting(result -> result.budget().toString())
          .containsExactly("1/255", "2/255", "8/255");
      assertThat(curve.results())
          .extracting(AttackResult::correctAfter)
          .isSortedAccordingTo((a, b) -> b - a);
      assertThat(curve.warnings()).isEmpty();
      assertThat(Splitter.on("<circle").splitToList(curve.toSvg())).hasSize(5);
      assertThat(curve.toSvg())
          .contains("8/255: 0.0 %", "largest change, FGSM", ">accuracy, %<")
          .contains(">none<", ">1/255<", ">2/255<", ">8/255<")
          .contains(">0<", ">25<", ">50<", ">75<", ">100<");
    }
  }

  @Test
  void warnings_moreHarmWithLessRoom_areGiven() {
    var victim = new BrightnessDetector(32, 1);
    AttackResult strong =
        AttackRun.of(Attacks.fgsm(Budget.linf(0.5))).against(victim, ReferenceVictim.few());
    AttackResult weak =
        AttackRun.of(Attacks.fgsm(Budget.linf(0))).against(victim, ReferenceVictim.few());

    assertThat(new SweepResult(List.of(strong, weak)).warnings())
        .anySatisfy(warning -> assertThat(warning).contains("overshoots"));
    assertThat(new SweepResult(List.of(weak, strong)).warnings()).isEmpty();
  }

  @Test
  void of_budgetsThatDoNotGrow_areRefused() {
    assertThatThrownBy(() -> AttackSweep.of(Attacks::fgsm, levels(2, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("budgets of a sweep must grow in one norm, got 1/255 after 2/255");
    assertThatThrownBy(() -> AttackSweep.of(Attacks::fgsm, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least one budget");
  }

  @Test
  void presets_sayWhereTheyComeFrom() {
    assertThat(Preset.values())
        .allSatisfy(preset -> assertThat(preset.note()).isNotBlank())
        .allSatisfy(preset -> assertThat(preset.attacks()).contains(preset.fgsm(), preset.cwL2()));
    assertThat(Preset.PAPER.note()).contains("inferred");
    assertThat(Preset.TORCHATTACKS_LEGACY.cwL2().settings())
        .containsEntry("first c", "1.0E-4")
        .containsEntry("steps", "1000")
        .containsEntry("search steps", "1")
        .containsEntry("rules", "TORCHATTACKS_LEGACY");
    assertThat(Preset.TORCHATTACKS_LEGACY.fgsm().budget()).hasToString("0.007");
  }

  @Test
  void attack_byTheNameInATable_isThatOfThePreset() {
    for (Preset preset : Preset.values()) {
      assertThat(preset.attack("FGSM")).isEqualTo(preset.fgsm());
      assertThat(preset.attack("CW-L2")).isEqualTo(preset.cwL2());
    }
    assertThatThrownBy(() -> Preset.PAPER.attack("Square"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("preset PAPER has the attacks [FGSM, CW-L2], asked for Square");
  }
}
