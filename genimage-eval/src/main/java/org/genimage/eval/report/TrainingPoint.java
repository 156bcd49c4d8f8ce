package org.genimage.eval.report;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.OptionalDouble;

/**
 * What an epoch of training gave, for the curves of a report.
 *
 * @param loss the mean loss, in nats
 * @param learningRate of its last step, if known
 * @param validationAccuracy the share of validation images that are classified correctly, from 0 to
 *     1, if measured
 */
public record TrainingPoint(
    double loss, OptionalDouble learningRate, OptionalDouble validationAccuracy) {

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if the loss or the rate is negative or not finite, or the
   *     accuracy is not a share
   */
  public TrainingPoint {
    checkArgument(
        loss >= 0 && Double.isFinite(loss),
        "expected a loss that is finite and not negative, found %s; leave diverged epochs out",
        loss);
    double rate = learningRate.orElse(0);
    checkArgument(
        rate >= 0 && Double.isFinite(rate),
        "expected a learning rate that is finite and not negative, found %s; leave it out",
        rate);
    double accuracy = validationAccuracy.orElse(0);
    checkArgument(
        accuracy >= 0 && accuracy <= 1,
        "expected an accuracy from 0 to 1, found %s; give it as a share",
        accuracy);
  }

  /** Returns an epoch of which only the loss is known. */
  public static TrainingPoint of(double loss) {
    return new TrainingPoint(loss, OptionalDouble.empty(), OptionalDouble.empty());
  }
}
