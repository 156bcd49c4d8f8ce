package org.genimage.models.nn;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** The devices and processes that compute the other parts of a batch, each with the same model. */
@FunctionalInterface
public interface Peers {

  /**
   * Returns what every part has computed at this place, in the same order everywhere; the gradient
   * reaches all of them. All parts ask at the same places in the same order.
   *
   * @param gradients where the gradient of the exchange is registered
   * @param row this part's numbers, {@code [1, K]}
   * @return {@code [parts, K]}
   */
  Operand<TFloat32> rows(Ops tf, CustomGradients gradients, Operand<TFloat32> row);
}
