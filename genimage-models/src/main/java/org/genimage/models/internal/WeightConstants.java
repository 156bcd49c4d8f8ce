package org.genimage.models.internal;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.genimage.models.nn.Parameter;
import org.genimage.models.weights.Weights;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Weights as constants of a graph, for graphs whose sessions are somebody else's. TensorFlow keeps
 * up to four copies of a constant; {@link WeightVariables} are kept once.
 */
public final class WeightConstants implements GraphWeights {

  private final AskedNumbers numbers;
  private final Map<String, Operand<TFloat32>> values = new HashMap<>();

  public WeightConstants(Weights weights) {
    this.numbers = new AskedNumbers(weights);
  }

  @Override
  public Operand<TFloat32> value(Ops tf, Parameter parameter) {
    return values.computeIfAbsent(
        parameter.key(),
        key ->
            fixed(
                tf, TFloat32.class, parameter.layout(), parameter.shape(), numbers.of(parameter)));
  }

  @Override
  public void declare(Parameter entry) {
    numbers.declare(entry);
  }

  @Override
  public Op assign(Ops tf, Parameter buffer, Operand<TFloat32> value) {
    throw new IllegalStateException(
        "%s is a constant; training needs TrainableVariables".formatted(buffer.key()));
  }

  @Override
  public Optional<Supplier<float[]>> constant(Parameter parameter) {
    return Optional.of(numbers.of(parameter));
  }

  @Override
  public void verify(String detector) {
    numbers.verify(detector);
  }
}
