package org.genimage.models.internal;

import org.genimage.models.nn.ModelVariables;
import org.genimage.models.weights.WeightsException;

/** Weights in a graph, fixed while it lives. */
public interface GraphWeights extends ModelVariables {

  /**
   * Holds the weights against what the network asked for.
   *
   * @throws WeightsException that lists missing, unexpected and wrongly shaped keys
   */
  void verify(String detector);
}
