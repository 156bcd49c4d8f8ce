package org.genimage.train.recipe;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.Layout;
import org.genimage.models.nn.Parameter;
import org.genimage.models.nn.TrainableVariables;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.train.ResourceApplyMomentum;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/** A rule by which a parameter follows its gradient. */
public interface Optimizer {

  /**
   * Returns what the parameters follow instead of the gradients, such as clipped ones.
   *
   * @param tf the ops
   * @param found the loss's gradients, one per parameter, the same in all processes
   * @param common returns the mean of what the processes that train together have computed here,
   *     for sums of many numbers: these may be rounded otherwise in each process
   */
  default List<Operand<TFloat32>> gradients(
      Ops tf, List<Operand<TFloat32>> found, UnaryOperator<Operand<TFloat32>> common) {
    return found;
  }

  /**
   * Adds the update of one parameter to the graph.
   *
   * @param tf the ops
   * @param variables the model's variables
   * @param slots the optimizer's own variables, which checkpoints keep
   * @param parameter what to update
   * @param gradient what {@link #gradients} gave for it, in TensorFlow's axis order
   * @param rate the learning rate, a scalar
   */
  Op update(
      Ops tf,
      TrainableVariables variables,
      TrainableVariables slots,
      Parameter parameter,
      Operand<TFloat32> gradient,
      Operand<TFloat32> rate);

  /**
   * Stochastic gradient descent with momentum, as PyTorch defines it: the gradient plus the decay
   * times the weight enters a buffer that keeps {@code momentum} of itself; the step is the
   * learning rate times the buffer, or with Nesterov times the gradient plus {@code momentum} times
   * the buffer.
   *
   * @param momentum from 0 to less than 1
   * @param dampening what of the gradient does not enter the buffer, from 0 to less than 1; the
   *     first gradient enters it whole
   * @param nesterov whether the step looks ahead; timm's {@code sgd} does
   * @param decay is part of the gradient
   */
  record Sgd(double momentum, double dampening, boolean nesterov, Decay decay)
      implements Optimizer {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if one is out of its range, or dampening meets Nesterov
     */
    public Sgd {
      checkArgument(momentum >= 0 && momentum < 1, "momentum must be in [0, 1), got %s", momentum);
      checkArgument(
          dampening >= 0 && dampening < 1, "dampening must be in [0, 1), got %s", dampening);
      checkArgument(
          !nesterov || dampening == 0,
          "Nesterov's momentum takes no dampening, got %s; choose one of them",
          dampening);
    }

    @Override
    public Op update(
        Ops tf,
        TrainableVariables variables,
        TrainableVariables slots,
        Parameter parameter,
        Operand<TFloat32> gradient,
        Operand<TFloat32> rate) {
      Parameter buffer = slot("momentum", parameter, parameter.shape());
      slots.value(tf, buffer);
      Operand<TFloat32> direction = decayed(tf, variables, parameter, gradient, decay);
      List<Op> first = new ArrayList<>();
      if (dampening > 0) {
        Parameter count = slot("step", parameter, List.of());
        Operand<TFloat32> step = slots.value(tf, count);
        Operand<TFloat32> entering =
            tf.select(
                tf.math.equal(step, tf.constant(0f)),
                tf.constant(1f),
                tf.constant((float) (1 - dampening)));
        direction = tf.math.mul(direction, entering);
        Operand<TFloat32> next = tf.math.add(step, tf.constant(1f));
        first.add(tf.assignVariableOp(slots.handle(count), next));
      }
      return tf.withControlDependencies(first)
          .train
          .resourceApplyMomentum(
              variables.handle(parameter),
              slots.handle(buffer),
              rate,
              direction,
              tf.constant((float) momentum),
              ResourceApplyMomentum.useNesterov(nesterov));
    }
  }

  /**
   * Adam (Kingma and Ba 2015) as PyTorch defines it: the step is the learning rate times m /
   * (sqrt(v) + {@code epsilon}), with the running means m of the gradient and v of its square
   * corrected for their start at 0. Decay, if any, is part of the gradient, so both means see it.
   *
   * @param beta1 what the mean of the gradient keeps of itself, from 0 to less than 1
   * @param beta2 what the mean of its square keeps of itself, from 0 to less than 1
   * @param epsilon positive
   * @param decay is part of the gradient
   */
  record Adam(double beta1, double beta2, double epsilon, Decay decay) implements Optimizer {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public Adam {
      checkArgument(beta1 >= 0 && beta1 < 1, "beta 1 must be in [0, 1), got %s", beta1);
      checkArgument(beta2 >= 0 && beta2 < 1, "beta 2 must be in [0, 1), got %s", beta2);
      checkArgument(epsilon > 0, "epsilon must be positive, got %s", epsilon);
    }

    /** Returns Adam with its authors' numbers: 0.9, 0.999 and 1e-8. */
    public static Adam of(Decay decay) {
      return new Adam(0.9, 0.999, 1e-8, decay);
    }

    @Override
    public Op update(
        Ops tf,
        TrainableVariables variables,
        TrainableVariables slots,
        Parameter parameter,
        Operand<TFloat32> gradient,
        Operand<TFloat32> rate) {
      return after(List.of(), tf, variables, slots, parameter, gradient, rate);
    }

    /** Adds an update that waits for other ops. */
    Op after(
        List<Op> others,
        Ops tf,
        TrainableVariables variables,
        TrainableVariables slots,
        Parameter parameter,
        Operand<TFloat32> gradient,
        Operand<TFloat32> rate) {
      Parameter mean = slot("mean", parameter, parameter.shape());
      Parameter square = slot("square", parameter, parameter.shape());
      Parameter count = slot("step", parameter, List.of());
      slots.value(tf, mean);
      slots.value(tf, square);
      Operand<TFloat32> step = tf.math.add(slots.value(tf, count), tf.constant(1f));
      Operand<TFloat64> left1 = left(tf, beta1, step);
      Operand<TFloat64> left2 = tf.math.sqrt(left(tf, beta2, step));
      // The corrections are in the rate and in epsilon; the kernel's own are off at powers of 0.
      Operand<TFloat32> none = tf.constant(0f);
      Operand<TFloat32> direction = decayed(tf, variables, parameter, gradient, decay);
      List<Op> first = new ArrayList<>(others);
      first.add(tf.assignVariableOp(slots.handle(count), step));
      return tf.withControlDependencies(first)
          .train
          .resourceApplyAdam(
              variables.handle(parameter),
              slots.handle(mean),
              slots.handle(square),
              none,
              none,
              tf.math.mul(rate, tf.dtypes.cast(tf.math.div(left2, left1), TFloat32.class)),
              tf.constant((float) beta1),
              tf.constant((float) beta2),
              tf.dtypes.cast(tf.math.mul(left2, tf.constant(epsilon)), TFloat32.class),
              direction);
    }

    /** 1 - beta^step, for the beta that the kernel's 32 bits make of it. */
    private static Operand<TFloat64> left(Ops tf, double beta, Operand<TFloat32> step) {
      Operand<TFloat64> power =
          tf.math.pow(tf.constant((double) (float) beta), tf.dtypes.cast(step, TFloat64.class));
      return tf.math.sub(tf.constant(1.0), power);
    }
  }

  /**
   * Adam with decoupled weight decay (Loshchilov and Hutter 2019), as PyTorch defines it: weights
   * shrink by the learning rate times the decay, then Adam steps.
   *
   * @param adam steps; has no decay of its own
   * @param decay by which weights shrink
   */
  record AdamW(Adam adam, Decay decay) implements Optimizer {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if Adam decays, too
     */
    public AdamW {
      checkArgument(
          adam.decay().rate() == 0,
          "AdamW's decay takes the place of Adam's own, got %s and %s",
          decay,
          adam.decay());
    }

    /** Returns AdamW with Adam's usual numbers: 0.9, 0.999 and 1e-8. */
    public static AdamW of(Decay decay) {
      return new AdamW(Adam.of(Decay.NONE), decay);
    }

    @Override
    public Op update(
        Ops tf,
        TrainableVariables variables,
        TrainableVariables slots,
        Parameter parameter,
        Operand<TFloat32> gradient,
        Operand<TFloat32> rate) {
      if (!decay.reaches(parameter)) {
        return adam.update(tf, variables, slots, parameter, gradient, rate);
      }
      Operand<TFloat32> weight = variables.values(List.of(parameter)).get(0);
      Operand<TFloat32> kept =
          tf.math.sub(tf.constant(1f), tf.math.mul(rate, tf.constant((float) decay.rate())));
      Op shrunk = tf.assignVariableOp(variables.handle(parameter), tf.math.mul(weight, kept));
      return adam.after(List.of(shrunk), tf, variables, slots, parameter, gradient, rate);
    }
  }

  /**
   * Another optimizer on gradients whose norm, over all parameters together, is at most {@code
   * norm}: all are multiplied by min(1, norm / (found + 1e-6)), as PyTorch does.
   *
   * @param rule what follows the clipped gradients
   * @param norm positive
   */
  record Clipped(Optimizer rule, double norm) implements Optimizer {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public Clipped {
      checkArgument(norm > 0, "norm to clip at must be positive, got %s", norm);
    }

    @Override
    public List<Operand<TFloat32>> gradients(
        Ops tf, List<Operand<TFloat32>> found, UnaryOperator<Operand<TFloat32>> common) {
      List<Operand<TFloat32>> halves = new ArrayList<>();
      found.forEach(gradient -> halves.add(tf.nn.l2Loss(gradient)));
      Operand<TFloat32> half = common.apply(tf.math.addN(halves));
      Operand<TFloat32> total = tf.math.sqrt(tf.math.mul(half, tf.constant(2f)));
      Operand<TFloat32> ratio =
          tf.math.div(tf.constant((float) norm), tf.math.add(total, tf.constant(1e-6f)));
      Operand<TFloat32> factor = tf.math.minimum(ratio, tf.constant(1f));
      List<Operand<TFloat32>> clipped = new ArrayList<>();
      found.forEach(gradient -> clipped.add(tf.math.mul(gradient, factor)));
      return rule.gradients(tf, clipped, common);
    }

    @Override
    public Op update(
        Ops tf,
        TrainableVariables variables,
        TrainableVariables slots,
        Parameter parameter,
        Operand<TFloat32> gradient,
        Operand<TFloat32> rate) {
      return rule.update(tf, variables, slots, parameter, gradient, rate);
    }
  }

  /** Returns the gradient plus the decay times the weight. */
  private static Operand<TFloat32> decayed(
      Ops tf,
      TrainableVariables variables,
      Parameter parameter,
      Operand<TFloat32> gradient,
      Decay decay) {
    if (!decay.reaches(parameter)) {
      return gradient;
    }
    Operand<TFloat32> weight = variables.values(List.of(parameter)).get(0);
    return tf.math.add(gradient, tf.math.mul(weight, tf.constant((float) decay.rate())));
  }

  private static Parameter slot(String name, Parameter parameter, List<Integer> shape) {
    Layout layout = shape.isEmpty() ? Layout.SAME : parameter.layout();
    return new Parameter(
        name + "." + parameter.key(), shape, layout, Init.ZEROS, Parameter.Role.BUFFER);
  }
}
