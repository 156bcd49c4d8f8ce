package org.genimage.models.internal;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.genimage.models.nn.Parameter;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;

/**
 * The numbers that a network asks of weights. What the weights lack is 0 while the graph is built,
 * so that {@link #verify} can name everything that does not fit in one message.
 */
final class AskedNumbers {

  private final Weights weights;
  private final Map<String, Parameter> asked = new LinkedHashMap<>();

  AskedNumbers(Weights weights) {
    this.weights = weights;
  }

  void declare(Parameter entry) {
    asked.put(entry.key(), entry);
  }

  /** Returns a parameter's numbers, row-major in PyTorch's order, read when they are asked for. */
  Supplier<float[]> of(Parameter parameter) {
    declare(parameter);
    WeightArray array = weights.arrays().get(parameter.key());
    return array != null && array.shape().equals(parameter.shape()) && !array.isInteger()
        ? array::floats
        : () -> new float[parameter.size()];
  }

  /**
   * Holds the weights against what was asked for.
   *
   * @throws WeightsException that lists missing, unexpected and wrongly shaped keys
   */
  void verify(String detector) {
    KeyFit.of(asked.values(), weights).verify(detector, "load weights made for it");
  }
}
