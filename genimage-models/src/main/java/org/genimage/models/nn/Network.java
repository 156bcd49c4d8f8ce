package org.genimage.models.nn;

import org.genimage.models.InputContract;
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
   * @param images {@code [N, side, side, 3]}, normalised by the {@link InputContract}
   * @return {@code [N, outputs]}, before any softmax
   */
  Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images);
}
