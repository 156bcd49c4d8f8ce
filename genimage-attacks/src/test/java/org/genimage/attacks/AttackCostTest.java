package org.genimage.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.genimage.data.Label;
import org.genimage.data.image.Pixels;
import org.genimage.models.DifferentiableDetector;
import org.junit.jupiter.api.Test;

/** How often attacks run the victim's network: what they cost. */
class AttackCostTest {

  private static final Budget BUDGET = Budget.linf(8 / 255.0);

  /** Returns how often an attack on three images asks the victim for something, by its name. */
  private static Map<String, Integer> questions(Attack<? super DifferentiableDetector> attack) {
    DifferentiableDetector asked = new BrightnessDetector(4, 1);
    Map<String, Integer> questions = new TreeMap<>();
    DifferentiableDetector victim =
        (DifferentiableDetector)
            Proxy.newProxyInstance(
                DifferentiableDetector.class.getClassLoader(),
                new Class<?>[] {DifferentiableDetector.class},
                (proxy, method, arguments) -> {
                  if (method.getReturnType().getName().matches(".*(Pixels|Logits|Operand|\\[D)")) {
                    questions.merge(method.getName(), 1, Integer::sum);
                  }
                  try {
                    return method.invoke(asked, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    float[] values = new float[3 * 4 * 4 * 3];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i % 7 + 1) / 10f;
    }
    List<Label> labels = List.of(Label.AI, Label.NATURE, Label.AI);
    attack.perturb(victim, Pixels.of(3, 4, 4, values), Goal.leave(labels));
    return questions;
  }

  @Test
  void perturb_attacksBySteps_takeOneGradientAStep() {
    assertThat(questions(Attacks.fgsm(BUDGET))).isEqualTo(Map.of("lossGradient", 1));
    for (int steps : new int[] {1, 4, 10}) {
      Map<String, Integer> expected = Map.of("lossGradient", steps);
      assertThat(questions(Attacks.bim(BUDGET, 0.01, steps))).isEqualTo(expected);
      assertThat(questions(Attacks.pgd(BUDGET, 0.01, steps, 1))).isEqualTo(expected);
      assertThat(questions(Attacks.miFgsm(BUDGET, 0.01, steps, 1))).isEqualTo(expected);
    }
  }

  @Test
  void perturb_cwL2_buildsOneGraphAndAsksForNothingElse() {
    assertThat(questions(Attacks.cwL2().searchSteps(2).steps(5))).isEqualTo(Map.of("logits", 1));
  }

  @Test
  void perturb_square_asksForOneScoreATry() {
    Map<String, Integer> questions = questions(Attacks.square(BUDGET, 20, 1));
    assertThat(questions.keySet()).containsExactly("score");
    assertThat(questions.get("score")).isLessThanOrEqualTo(21);
  }
}
