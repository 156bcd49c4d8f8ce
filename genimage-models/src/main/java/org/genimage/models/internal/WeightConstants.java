package org.genimage.models.internal;

import org.genimage.models.weights.Weights;

/**
 * Weights as constants of a graph, for graphs whose sessions are somebody else's. TensorFlow keeps
 * up to four copies of a constant; {@link WeightVariables} are kept once.
 */
public final class WeightConstants extends GraphWeights {

  /** Takes the weights of a graph. */
  public WeightConstants(Weights weights) {
    super(weights);
  }

  @Override
  public void verify(String detector) {
    numbers().verify(detector);
  }
}
