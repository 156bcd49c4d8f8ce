package org.genimage.train;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.EvictingQueue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The progress of training, without the values in its graph. The order of images, the augmentation
 * and the graph's random numbers depend on the recipe's seed and these counts only.
 *
 * @param epoch the current one, from 0
 * @param part the progress inside it
 * @param steps done in all epochs
 * @param losses of the last steps, in nats
 * @param lossScale the factor for 16-bit gradients
 * @param accuracies of the validation images after each complete epoch, if there are any
 */
record TrainingState(
    int epoch,
    EpochPart part,
    long steps,
    List<Double> losses,
    LossScale lossScale,
    List<Double> accuracies) {

  private static final int LOSSES = 5;

  /**
   * The progress inside an epoch.
   *
   * @param position samples of its order that are done
   * @param steps done
   * @param lossSum of the steps
   * @param samples trained on
   * @param skipped files that could not be read
   * @param nanos the time in nanoseconds
   * @param waiting the part of the time in which the network waited for images
   * @param stepping the part of the time in which it calculated
   */
  record EpochPart(
      int position,
      int steps,
      double lossSum,
      int samples,
      int skipped,
      long nanos,
      long waiting,
      long stepping) {

    static final EpochPart NONE = new EpochPart(0, 0, 0, 0, 0, 0, 0, 0);

    EpochPart {
      checkArgument(
          position >= 0 && steps >= 0 && samples >= 0 && skipped >= 0 && Double.isFinite(lossSum),
          "the progress inside an epoch must consist of counts and a finite loss");
      checkArgument(
          nanos >= 0 && waiting >= 0 && stepping >= 0,
          "the times of an epoch must not be negative");
    }
  }

  TrainingState {
    losses = List.copyOf(losses);
    accuracies = List.copyOf(accuracies);
    checkArgument(losses.stream().allMatch(Double::isFinite), "losses must be finite");
    checkArgument(
        epoch >= 0 && steps >= part.steps(),
        "a state must have at least as many steps as its epoch, and no negative epoch, got epoch"
            + " %s, step %s",
        epoch,
        steps);
    checkArgument(
        accuracies.isEmpty() || accuracies.size() == epoch,
        "a state must have an accuracy for each of its %s epochs or none, got %s",
        epoch,
        accuracies.size());
  }

  /** Returns the state before the first step. */
  static TrainingState start() {
    return new TrainingState(0, EpochPart.NONE, 0, List.of(), LossScale.START, List.of());
  }

  /** Returns the state after a step. */
  TrainingState stepped(EpochPart reached, double loss, LossScale scale) {
    EvictingQueue<Double> last = EvictingQueue.create(LOSSES);
    last.addAll(losses);
    last.add(loss);
    return new TrainingState(epoch, reached, steps + 1, List.copyOf(last), scale, accuracies);
  }

  /** Returns the state after an epoch. */
  TrainingState epochDone(Optional<Double> accuracy) {
    List<Double> all = new ArrayList<>(accuracies);
    accuracy.ifPresent(all::add);
    return new TrainingState(epoch + 1, EpochPart.NONE, steps, losses, lossScale, List.copyOf(all));
  }

  /** Returns the epochs by validation accuracy, best first; the earlier one of equals. */
  List<Integer> ranking() {
    return IntStream.range(0, accuracies.size())
        .boxed()
        .sorted(Comparator.comparing(accuracies::get, Comparator.reverseOrder()))
        .toList();
  }
}
