package org.genimage.models.nn;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * A network as a function from images to outputs, written down once for training and inference.
 * Implementations are records: equal components mean equal graphs.
 */
@FunctionalInterface
public interface Network {

  /**
   * Adds the network to the scope's graph.
   *
   * @param scope the model's root
   * @param images {@code [N, side, side, 3]}, normalised by the detector's input contract
   * @return {@code [N, outputs]}, before any softmax
   */
  Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images);

  /**
   * Returns whether the network takes images of any size, and so also whole ones whose sides the
   * graph does not know. By default it does not.
   */
  default boolean takesAnySize() {
    return false;
  }

  /** Returns how many rows and columns an image must have at least: 1 unless it says otherwise. */
  default int leastSide() {
    return 1;
  }

  /**
   * Returns the prefixes of the keys of the classification head, such as {@code fc.}: what starts
   * anew when a network learns other labels. Empty where the network does not say.
   */
  default List<String> head() {
    return List.of();
  }

  /**
   * Returns the prefixes of all keys that do not come from a published backbone: the head, parts
   * that the backbone lacks, and parts of the backbone that have no place here.
   */
  default List<String> fresh() {
    return head();
  }
}
