package org.genimage.train.recipe;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.genimage.models.nn.FloatSource;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.Layout;
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
 * <p>The first values are drawn at random. After a thousand steps with a decay of 0.995 they still
 * are 0.7 % of the average, and much more of what was small: running variances begin with 1. A
 * warmup forgets them: after step {@code t}, from 0, the decay is at most {@code (1 + t) / (10 +
 * t)}, as in TensorFlow's {@code ExponentialMovingAverage}.
 *
 * @param decay from 0 to below 1
 * @param used whether validation and the trained weights use the average; otherwise it is in
 *     checkpoints only
 * @param warmup whether the decay is smaller in the first steps
 */
public record Average(double decay, boolean used, @Later boolean warmup) {

  private static final String PREFIX = "average.";

  /** Counts the steps of a warmup. */
  private static final Parameter STEPS =
      new Parameter("averaging.steps", List.of(1), Layout.SAME, Init.ZEROS, Parameter.Role.BUFFER);

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if the decay is out of its range
   */
  public Average {
    checkArgument(decay >= 0 && decay < 1, "decay of an average must be in [0, 1), got %s", decay);
  }

  /** Returns an average without a warmup, as timm's. */
  public Average(double decay, boolean used) {
    this(decay, used, false);
  }

  /** Returns the components; without a warmup as before there was one, which checkpoints state. */
  @Override
  public String toString() {
    String rest = warmup ? ", warmup=true" : "";
    return "Average[decay=%s, used=%s%s]".formatted(decay, used, rest);
  }

  /**
   * Adds the updates of a step.
   *
   * @param entries the model's variables
   * @param model returns the value of one of them after the step
   * @param slots hold the averages
   */
  public List<Op> updates(
      Ops tf,
      List<Parameter> entries,
      Function<Parameter, Operand<TFloat32>> model,
      TrainableVariables slots) {
    List<Op> moved = new ArrayList<>();
    Operand<TFloat32> kept = tf.constant((float) decay);
    Operand<TFloat32> rest = tf.constant((float) (1 - decay));
    if (warmup) {
      Operand<TFloat32> steps = slots.value(tf, STEPS);
      Operand<TFloat32> next = tf.math.add(steps, tf.constant(1f));
      kept = tf.math.minimum(kept, tf.math.div(next, tf.math.add(steps, tf.constant(10f))));
      rest = tf.math.sub(tf.constant(1f), kept);
      moved.add(slots.assign(tf, STEPS, next));
    }
    for (Parameter entry : entries) {
      Parameter place = of(entry);
      Operand<TFloat32> before = tf.math.mul(slots.value(tf, place), kept);
      Operand<TFloat32> after = tf.math.add(before, tf.math.mul(model.apply(entry), rest));
      moved.add(slots.assign(tf, place, after));
    }
    return moved;
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
