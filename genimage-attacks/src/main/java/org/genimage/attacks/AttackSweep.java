package org.genimage.attacks;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.genimage.data.ImageDataset;
import org.genimage.models.Detector;

/**
 * An attack with several budgets, one after the other: the curve says more than any of its points.
 *
 * <pre>{@code
 * List<Budget> budgets = List.of(Budget.linf(1 / 255.0), Budget.linf(2 / 255.0));
 * SweepResult curve = AttackSweep.of(Attacks::fgsm, budgets).against(victim, data);
 * }</pre>
 *
 * @param <D> what the attack needs of its victim
 * @param runs one per budget
 */
public record AttackSweep<D extends Detector>(List<AttackRun<D>> runs) {

  /**
   * Copies the runs.
   *
   * @throws IllegalArgumentException if there is none, or their budgets do not grow in one norm
   */
  public AttackSweep {
    runs = List.copyOf(runs);
    checkArgument(!runs.isEmpty(), "a sweep needs at least one budget, got none");
    for (int i = 1; i < runs.size(); i++) {
      Budget before = runs.get(i - 1).attack().budget();
      Budget budget = runs.get(i).attack().budget();
      checkArgument(
          budget.norm() == before.norm() && budget.size() > before.size(),
          "budgets of a sweep must grow in one norm, got %s after %s",
          budget,
          before);
    }
  }

  /** Returns a sweep of an attack in default runs. */
  public static <D extends Detector> AttackSweep<D> of(
      Function<Budget, Attack<D>> attack, List<Budget> budgets) {
    return new AttackSweep<>(
        budgets.stream().map(budget -> AttackRun.of(attack.apply(budget))).toList());
  }

  /**
   * Attacks a detector with every image of a dataset and every budget.
   *
   * @param victim stays open
   */
  public SweepResult against(D victim, ImageDataset data) {
    List<AttackResult> results = new ArrayList<>();
    for (AttackRun<D> run : runs) {
      results.add(run.against(victim, data));
    }
    return new SweepResult(results);
  }
}
