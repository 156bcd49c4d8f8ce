package org.genimage.eval.verdict;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Optional;
import org.genimage.eval.statistics.Proportion;

/**
 * How many images of each label got each verdict.
 *
 * @param natureAsNature natural images that count as natural
 * @param natureAsAi natural images that count as AI: false accusations
 * @param natureUnsure natural images without a decision
 * @param aiAsAi AI images that count as AI
 * @param aiAsNature AI images that count as natural: missed
 * @param aiUnsure AI images without a decision
 */
public record VerdictCounts(
    long natureAsNature,
    long natureAsAi,
    long natureUnsure,
    long aiAsAi,
    long aiAsNature,
    long aiUnsure) {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if there is no image, or a count is negative
   */
  public VerdictCounts {
    checkArgument(
        Math.min(natureAsNature, Math.min(natureAsAi, natureUnsure)) >= 0
            && Math.min(aiAsAi, Math.min(aiAsNature, aiUnsure)) >= 0,
        "counts of verdicts must not be negative, got %s, %s, %s of natural and %s, %s, %s of AI"
            + " images",
        natureAsNature,
        natureAsAi,
        natureUnsure,
        aiAsAi,
        aiAsNature,
        aiUnsure);
    checkArgument(
        natureAsNature + natureAsAi + natureUnsure + aiAsAi + aiAsNature + aiUnsure > 0,
        "verdicts need at least one image, got none");
  }

  /** Returns the number of natural images. */
  public long nature() {
    return natureAsNature + natureAsAi + natureUnsure;
  }

  /** Returns the number of AI images. */
  public long ai() {
    return aiAsAi + aiAsNature + aiUnsure;
  }

  /** Returns the decided images, out of all. */
  public Proportion coverage() {
    return new Proportion(nature() + ai() - natureUnsure - aiUnsure, nature() + ai());
  }

  /** Returns the wrong decisions, out of the decided images; empty if none is decided. */
  public Optional<Proportion> errors() {
    return share(natureAsAi + aiAsNature, coverage().count());
  }

  /** Returns the natural images that count as AI, out of all natural ones; empty without any. */
  public Optional<Proportion> falseAccusations() {
    return share(natureAsAi, nature());
  }

  /** Returns the AI images that count as natural, out of all AI images; empty without any. */
  public Optional<Proportion> missed() {
    return share(aiAsNature, ai());
  }

  private static Optional<Proportion> share(long count, long total) {
    return total == 0 ? Optional.empty() : Optional.of(new Proportion(count, total));
  }
}
