package org.genimage.models.internal;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.genimage.models.nn.FloatSource;
import org.genimage.models.nn.ModelVariables;
import org.genimage.models.nn.Parameter;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Weights in a graph, fixed while it lives. */
public abstract sealed class GraphWeights implements ModelVariables
    permits WeightConstants, WeightVariables {

  private final AskedNumbers numbers;
  private final Map<String, Operand<TFloat32>> values = new HashMap<>();

  GraphWeights(Weights weights) {
    this.numbers = new AskedNumbers(weights);
  }

  @Override
  public final Operand<TFloat32> value(Ops tf, Parameter parameter) {
    return values.computeIfAbsent(
        parameter.key(),
        key ->
            fixed(
                tf, TFloat32.class, parameter.layout(), parameter.shape(), numbers.of(parameter)));
  }

  @Override
  public final void declare(Parameter entry) {
    numbers.declare(entry);
  }

  @Override
  public final Op assign(Ops tf, Parameter buffer, Operand<TFloat32> value) {
    throw new IllegalStateException(
        "%s is fixed; training needs TrainableVariables".formatted(buffer.key()));
  }

  @Override
  public final Optional<FloatSource> constant(Parameter parameter) {
    return Optional.of(numbers.of(parameter));
  }

  /**
   * Holds the weights against what the network asked for. Numbers that are yet to be read are
   * looked at when they are.
   *
   * @throws WeightsException that lists missing, unexpected and wrongly shaped keys, and those with
   *     numbers that are not finite
   */
  public abstract void verify(String detector);

  final AskedNumbers numbers() {
    return numbers;
  }
}
