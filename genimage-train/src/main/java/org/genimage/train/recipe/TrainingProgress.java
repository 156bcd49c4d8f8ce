package org.genimage.train.recipe;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;

/**
 * The progress of training, on which a {@link Schedule} depends.
 *
 * @param epoch from 0
 * @param step of the epoch, from 0
 * @param steps of every epoch
 * @param accuracies of the validation images after each complete epoch, in [0, 1]; empty where
 *     nothing is validated
 */
public record TrainingProgress(int epoch, int step, int steps, List<Double> accuracies) {

  /**
   * Checks the components and copies the list.
   *
   * @throws IllegalArgumentException if a number is negative, or there are no steps
   */
  public TrainingProgress {
    checkArgument(
        epoch >= 0 && step >= 0 && steps > 0,
        "progress needs an epoch and a step from 0 and at least one step per epoch, got epoch %s,"
            + " step %s of %s",
        epoch,
        step,
        steps);
    accuracies = List.copyOf(accuracies);
  }

  /** Returns the beginning of an epoch, without validation. */
  public static TrainingProgress epoch(int number) {
    return new TrainingProgress(number, 0, 1, List.of());
  }

  /** Returns the epoch, by whole ones or with the part of it that is over. */
  double time(Schedule.Every every) {
    return every == Schedule.Every.STEP ? epoch + step / (double) steps : epoch;
  }

  /** Returns the progress one epoch or step earlier, but not before the start. */
  TrainingProgress before(Schedule.Every every) {
    if (every == Schedule.Every.EPOCH) {
      return new TrainingProgress(Math.max(0, epoch - 1), step, steps, accuracies);
    }
    long previous = Math.max(0, (long) epoch * steps + step - 1);
    return new TrainingProgress(
        (int) (previous / steps), (int) (previous % steps), steps, accuracies);
  }
}
