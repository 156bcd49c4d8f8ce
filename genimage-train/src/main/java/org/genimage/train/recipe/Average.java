package org.genimage.train.recipe;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Optional;
import org.genimage.models.nn.FloatSource;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.ModelVariables;
import org.genimage.models.nn.Parameter;
import org.genimage.models.nn.TrainableVariables;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * An exponential moving average of a model's weights and running statistics, which starts with
 * their first values. After each step it is {@code decay} times itself plus (1 - decay) times the
 * new value (timm's {@code ModelEma}).
 *
 * @param decay from 0 to below 1
 * @param used whether validation and the trained weights use the average; otherwise it is in
 *     checkpoints only
 */
public record Average(double decay, boolean used) {

  private static final String PREFIX = "average.";

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if the decay is out of its range
   */
  public Average {
    checkArgument(decay >= 0 && decay < 1, "decay of an average must be in [0, 1), got %s", decay);
  }

  /** Returns the entry that holds the average of this one. */
  public static Parameter of(Parameter entry) {
    return new Parameter(
        PREFIX + entry.key(), entry.shape(), entry.layout(), Init.ZEROS, Parameter.Role.BUFFER);
  }

  /** A model's variables with the averages as values. */
  public record Numbers(TrainableVariables slots) implements ModelVariables {

    @Override
    public Operand<TFloat32> value(Ops tf, Parameter parameter) {
      return slots.value(tf, of(parameter));
    }

    @Override
    public void declare(Parameter entry) {}

    @Override
    public Op assign(Ops tf, Parameter buffer, Operand<TFloat32> value) {
      throw new IllegalStateException("an average cannot be assigned, got " + buffer.key());
    }

    @Override
    public Optional<FloatSource> constant(Parameter parameter) {
      return Optional.empty();
    }
  }
}
