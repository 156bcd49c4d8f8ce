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

/** A rule that updates the parameters from the gradients of the loss. */
public interface Optimizer {

  /**
   * Returns the gradients to use, such as clipped ones.
   *
   * @param tf the ops
   * @param found the loss's gradients, one per parameter, the same in all processes
   * @param common returns the mean of an operand over all processes. A sum of many numbers needs
   *     it: each process may round the sum differently
   */
  default List<Operand<TFloat32>> gradients(
      Ops tf, List<Operand<TFloat32>> found, UnaryOperator<Operand<TFloat32>> common) {
    return found;
  }

  /**
   * One parameter's part in a step.
   *
   * @param tf the ops
   * @param variables the model's variables
   * @param slots the optimizer's own variables, which checkpoints save
   * @param parameter to be updated
   * @param gradient what {@link #gradients} gave for it, in TensorFlow's axis order
   * @param rate the learning rate, a scalar
   */
  record Update(
      Ops tf,
      TrainableVariables variables,
      TrainableVariables slots,
      Parameter parameter,
      Operand<TFloat32> gradient,
      Operand<TFloat32> rate) {

    /** Returns the parameter's value before the step. */
    public Operand<TFloat32> weight() {
      return variables.values(List.of(parameter)).get(0);
    }

    /** Returns the gradient plus the decay times the weight. */
    public Operand<TFloat32> decayed(Decay decay) {
      return decay.reaches(parameter)
          ? tf.math.add(gradient, tf.math.mul(weight(), tf.constant((float) decay.rate())))
          : gradient;
    }

    /** Returns an entry for a number of the optimizer per value of the parameter. */
    public Parameter slot(String name) {
      return slot(name, parameter.shape(), parameter.layout());
    }

    /** Returns an entry for a single number of the optimizer. */
    public Parameter scalarSlot(String name) {
      return slot(name, List.of(), Layout.SAME);
    }

    private Parameter slot(String name, List<Integer> shape, Layout layout) {
      return new Parameter(
          name + "." + parameter.key(), shape, layout, Init.ZEROS, Parameter.Role.BUFFER);
    }
  }

  /** Adds the update of one parameter to the graph. */
  Op update(Update step);

  /**
   * Stochastic gradient descent with momentum, as PyTorch defines it: the gradient plus the decay
   * times the weight enters a buffer that keeps {@code momentum} of itself; the step is the
   * learning rate times the buffer, or with Nesterov times the gradient plus {@code momentum} times
   * the buffer.
   *
   * @param momentum from 0 to less than 1
   * @param dampening the share of the gradient that does not enter the buffer, from 0 to less than
   *     1; the first gradient enters it whole
   * @param nesterov whether the momentum is Nesterov's, as in timm's {@code sgd}
   * @param decay added to the gradient (L2 penalty)
   */
  record Sgd(double momentum, double dampening, boolean nesterov, Decay decay)
      implements Optimizer {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if one is out of its range, or dampening is combined with
     *     Nesterov
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
    public Op update(Update step) {
      Ops tf = step.tf();
      TrainableVariables slots = step.slots();
      Parameter buffer = step.slot("momentum");
      slots.value(tf, buffer);
      Operand<TFloat32> direction = step.decayed(decay);
      List<Op> first = new ArrayList<>();
      if (dampening > 0) {
        Parameter count = step.scalarSlot("step");
        Operand<TFloat32> done = slots.value(tf, count);
        Operand<TFloat32> entering =
            tf.select(
                tf.math.equal(done, tf.constant(0f)),
                tf.constant(1f),
                tf.constant((float) (1 - dampening)));
        direction = tf.math.mul(direction, entering);
        Operand<TFloat32> next = tf.math.add(done, tf.constant(1f));
        first.add(tf.assignVariableOp(slots.handle(count), next));
      }
      return tf.withControlDependencies(first)
          .train
          .resourceApplyMomentum(
              step.variables().handle(step.parameter()),
              slots.handle(buffer),
              step.rate(),
              direction,
              tf.constant((float) momentum),
              ResourceApplyMomentum.useNesterov(nesterov));
    }
  }

  /**
   * Adam (Kingma and Ba 2015) as PyTorch defines it: the step is the learning rate times m /
   * (sqrt(v) + {@code epsilon}), with the running means m of the gradient and v of its square
   * corrected for their start at 0. Decay, if any, is added to the gradient, so it enters both
   * means.
   *
   * @param beta1 decay rate of the mean of the gradient, from 0 to less than 1
   * @param beta2 decay rate of the mean of its square, from 0 to less than 1
   * @param epsilon positive
   * @param decay added to the gradient (L2 penalty)
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
    public Op update(Update step) {
      return after(List.of(), step);
    }

    /** Adds an update that waits for other ops. */
    Op after(List<Op> others, Update step) {
      Ops tf = step.tf();
      TrainableVariables slots = step.slots();
      Parameter mean = step.slot("mean");
      Parameter square = step.slot("square");
      Parameter count = step.scalarSlot("step");
      slots.value(tf, mean);
      slots.value(tf, square);
      Operand<TFloat32> number = tf.math.add(slots.value(tf, count), tf.constant(1f));
      Operand<TFloat64> left1 = left(tf, beta1, number);
      Operand<TFloat64> left2 = tf.math.sqrt(left(tf, beta2, number));
      // The corrections are in the rate and in epsilon; the kernel's own are off at powers of 0.
      Operand<TFloat32> none = tf.constant(0f);
      Operand<TFloat32> direction = step.decayed(decay);
      List<Op> first = new ArrayList<>(others);
      first.add(tf.assignVariableOp(slots.handle(count), number));
      return tf.withControlDependencies(first)
          .train
          .resourceApplyAdam(
              step.variables().handle(step.parameter()),
              slots.handle(mean),
              slots.handle(square),
              none,
              none,
              tf.math.mul(step.rate(), tf.dtypes.cast(tf.math.div(left2, left1), TFloat32.class)),
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
   * @param adam the rule; must have no decay
   * @param decay of the weights
   */
  record AdamW(Adam adam, Decay decay) implements Optimizer {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if Adam has a decay, too
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
    public Op update(Update step) {
      if (!decay.reaches(step.parameter())) {
        return adam.update(step);
      }
      Ops tf = step.tf();
      Operand<TFloat32> lost = tf.math.mul(step.rate(), tf.constant((float) decay.rate()));
      Operand<TFloat32> shrunk = tf.math.mul(step.weight(), tf.math.sub(tf.constant(1f), lost));
      Op assigned = tf.assignVariableOp(step.variables().handle(step.parameter()), shrunk);
      return adam.after(List.of(assigned), step);
    }
  }

  /**
   * An optimizer with clipped gradients (PyTorch's {@code clip_grad_norm_}): all gradients are
   * multiplied by min(1, norm / (found + 1e-6)), where found is their norm over all parameters.
   *
   * @param rule the optimizer
   * @param norm the largest norm, positive
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
    public Op update(Update step) {
      return rule.update(step);
    }
  }
}
