package org.genimage.eval.protocol;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.statistics.BalancedAccuracy;
import org.genimage.eval.statistics.Interval;

/**
 * The scores of every fold of a protocol.
 *
 * @param results by the fold's name, in order
 */
public record FoldResult(Map<String, EvaluationResult> results) {

  /**
   * Copies the map.
   *
   * @throws IllegalArgumentException if it is empty
   */
  public FoldResult {
    checkArgument(!results.isEmpty(), "the result of a protocol needs at least one fold, got none");
    results = ImmutableMap.copyOf(results);
  }

  /** Returns the figures of every fold, in order. */
  public Map<String, FieldFigures> figures() {
    ImmutableMap.Builder<String, FieldFigures> figures = ImmutableMap.builder();
    results.forEach((name, result) -> figures.put(name, FieldFigures.of(result.scores())));
    return figures.buildOrThrow();
  }

  /**
   * Returns the unweighted mean of the folds' balanced accuracies, with the interval of Zou and
   * Donner 2008. The interval is of these sources; how much others would differ, the folds show.
   * Empty if no fold has images of both labels; folds of one label do not count.
   */
  public Optional<Estimate> mean() {
    List<Estimate> estimates =
        balanced().stream()
            .map(
                one -> {
                  Interval interval = one.interval();
                  return new Estimate(
                      one.value(), interval, one.nature().total() + one.ai().total());
                })
            .toList();
    return estimates.isEmpty() ? Optional.empty() : Optional.of(Estimate.mean(estimates));
  }

  /** Returns the least of the folds' balanced accuracies, which a mean hides; as {@link #mean}. */
  public Optional<BalancedAccuracy> least() {
    return balanced().stream().min((one, other) -> Double.compare(one.value(), other.value()));
  }

  /** Returns the mean of the folds' areas under the ROC curve; NaN if a fold has one label only. */
  public double meanRocAuc() {
    return figures().values().stream().mapToDouble(FieldFigures::rocAuc).average().orElseThrow();
  }

  private List<BalancedAccuracy> balanced() {
    return figures().values().stream().flatMap(one -> one.balanced().stream()).toList();
  }
}
