package org.genimage.train;

import com.google.common.collect.EvictingQueue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Where training stands, beside the numbers in its graph. Order, augmentation and what the graph
 * draws follow from the recipe's seed and these counts.
 *
 * @param epoch the one that is under way, from 0
 * @param part how far it is
 * @param steps done in all epochs
 * @param losses of the last steps, in nats
 * @param lossScale what 16-bit floats need
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
   * How far an epoch is.
   *
   * @param position samples of its order that lie behind
   * @param steps done
   * @param lossSum of the steps
   * @param samples trained on
   * @param skipped files that could not be read
   * @param nanos that it took
   * @param waiting the part of them in which the network waited for images
   * @param stepping the part of them in which it calculated
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
