package org.genimage.models.internal;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.genimage.models.nn.Layers;
import org.genimage.models.nn.ModelVariables;
import org.genimage.models.nn.Parameter;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Weights as constants of a graph. What the weights lack is filled with zeros while the graph is
 * built, so that {@link #verify} can name everything that does not fit in one message.
 */
public final class WeightConstants implements ModelVariables {

  private final Weights weights;
  private final Map<String, Parameter> asked = new LinkedHashMap<>();
  private final Map<String, Operand<TFloat32>> values = new LinkedHashMap<>();

  public WeightConstants(Weights weights) {
    this.weights = weights;
  }

  @Override
  public Operand<TFloat32> value(Ops tf, Parameter parameter) {
    return values.computeIfAbsent(
        parameter.key(),
        key ->
            Layers.constant(
                tf,
                parameter.layout().toTensorFlow(parameter.shape()),
                parameter.layout().toTensorFlow(numbers(parameter), parameter.shape())));
  }

  @Override
  public void declare(Parameter entry) {
    asked.put(entry.key(), entry);
  }

  @Override
  public Op assign(Ops tf, Parameter buffer, Operand<TFloat32> value) {
    throw new IllegalStateException(
        "%s is a constant; training needs TrainableVariables".formatted(buffer.key()));
  }

  @Override
  public Optional<float[]> constant(Parameter parameter) {
    return Optional.of(numbers(parameter));
  }

  private float[] numbers(Parameter parameter) {
    asked.put(parameter.key(), parameter);
    WeightArray array = weights.arrays().get(parameter.key());
    return array != null && array.shape().equals(parameter.shape()) && !array.isInteger()
        ? array.floats()
        : new float[parameter.size()];
  }

  /**
   * Holds the weights against what the network asked for.
   *
   * @throws WeightsException that lists missing, unexpected and wrongly shaped keys
   */
  public void verify(String detector) {
    KeyFit.of(asked.values(), weights).verify(detector, "load weights made for it");
  }
}
