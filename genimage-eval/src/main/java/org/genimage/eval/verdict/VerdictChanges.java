package org.genimage.eval.verdict;

import java.util.Optional;
import org.genimage.eval.statistics.Proportion;

/**
 * What became of the verdicts of the same images after a change, such as a degradation.
 *
 * @param right the images whose verdict was right before
 * @param rightToWrong of these, the ones with the opposite verdict afterwards
 * @param rightToUnsure of these, the ones without a decision afterwards
 * @param unsure the images without a decision before
 * @param unsureToWrong of these, the ones with a wrong verdict afterwards
 * @param unsureToRight of these, the ones with a right verdict afterwards
 * @param wrong the images whose verdict was wrong before
 * @param wrongToRight of these, the ones with a right verdict afterwards
 */
public record VerdictChanges(
    long right,
    long rightToWrong,
    long rightToUnsure,
    long unsure,
    long unsureToWrong,
    long unsureToRight,
    long wrong,
    long wrongToRight) {

  /** Returns the right verdicts that became wrong; empty if none was right. */
  public Optional<Proportion> flipped() {
    return right == 0 ? Optional.empty() : Optional.of(new Proportion(rightToWrong, right));
  }

  /** Returns the right verdicts that were withdrawn; empty if none was right. */
  public Optional<Proportion> withdrawn() {
    return right == 0 ? Optional.empty() : Optional.of(new Proportion(rightToUnsure, right));
  }
}
