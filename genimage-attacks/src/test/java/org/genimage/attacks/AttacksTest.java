package org.genimage.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AttacksTest {

  @Test
  void all_listsEveryAttackOfTheFactory() {
    List<String> methods =
        Arrays.stream(Attacks.class.getDeclaredMethods())
            .filter(method -> Modifier.isPublic(method.getModifiers()))
            .filter(method -> Attack.class.isAssignableFrom(method.getReturnType()))
            .map(Method::getName)
            .map(name -> name.toLowerCase(Locale.ROOT))
            .distinct()
            .toList();

    assertThat(Attacks.all())
        .extracting(attack -> attack.name().replaceAll("\\W", "").toLowerCase(Locale.ROOT))
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(methods);
  }

  @Test
  void all_everyAttack_hasATestOfItsContract() {
    assertThat(Attacks.all())
        .allSatisfy(
            attack -> {
              Class<?> test = Class.forName(attack.getClass().getName() + "Test");
              assertThat(Stream.concat(Stream.of(test), Arrays.stream(test.getDeclaredClasses())))
                  .anyMatch(AttackContract.class::isAssignableFrom);
            });
  }

  @Test
  void fgsm_budgetOfAnotherNorm_isRefused() {
    assertThatThrownBy(() -> Attacks.fgsm(Budget.l2(0.5)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("FGSM needs an L-inf budget, got L2 0.5");
  }
}
