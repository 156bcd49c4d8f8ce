package org.genimage.train;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.List;
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
   * @param found the loss's gradients, one per parameter
   */
  default List<Operand<TFloat32>> gradients(Ops tf, List<Operand<TFloat32>> found) {
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
   * Stochastic gradient descent with momentum, as PyTorch defines it: the gradient plus {@code
   * weightDecay} times the weight enters a buffer that keeps {@code momentum} of itself; the step
   * is the learning rate times the buffer, or with Nesterov times the gradient plus {@code
   * momentum} times the buffer. Parameters of one dimension do not decay (timm).
   *
   * @param momentum from 0 to less than 1
   * @param nesterov whether the step looks ahead; timm's {@code sgd} does
   * @param weightDecay at least 0
   */
  record Sgd(double momentum, boolean nesterov, double weightDecay) implements Optimizer {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public Sgd {
      checkArgument(momentum >= 0 && momentum < 1, "momentum must be in [0, 1), got %s", momentum);
      checkArgument(weightDecay >= 0, "weight decay must not be negative, got %s", weightDecay);
    }

    @Override
    public Op update(
        Ops tf,
        TrainableVariables variables,
        TrainableVariables slots,
        Parameter parameter,
        Operand<TFloat32> gradient,
        Operand<TFloat32> rate) {
      Parameter buffer =
          new Parameter(
              "momentum." + parameter.key(),
              parameter.shape(),
              parameter.layout(),
              Init.ZEROS,
              Parameter.Role.BUFFER);
      slots.value(tf, buffer);
      Operand<TFloat32> direction = gradient;
      if (weightDecay > 0 && parameter.shape().size() > 1) {
        Operand<TFloat32> weight = variables.values(List.of(parameter)).get(0);
        direction = tf.math.add(gradient, tf.math.mul(weight, tf.constant((float) weightDecay)));
      }
      return tf.train.resourceApplyMomentum(
          variables.handle(parameter),
          slots.handle(buffer),
          rate,
          direction,
          tf.constant((float) momentum),
          ResourceApplyMomentum.useNesterov(nesterov));
    }
  }

  /**
   * Adam with decoupled weight decay (Loshchilov and Hutter 2019), as PyTorch defines it: weights
   * shrink by the learning rate times {@code weightDecay}; then the step is the learning rate times
   * m / (sqrt(v) + {@code epsilon}), with the running means m of the gradient and v of its square
   * corrected for their start at 0. Parameters of one dimension do not decay, nor do those that are
   * named.
   *
   * @param beta1 what the mean of the gradient keeps of itself, from 0 to less than 1
   * @param beta2 what the mean of its square keeps of itself, from 0 to less than 1
   * @param epsilon positive
   * @param weightDecay at least 0
   * @param undecayed last parts of keys whose parameters do not decay, such as {@code pos_embed}
   */
  record AdamW(
      double beta1, double beta2, double epsilon, double weightDecay, List<String> undecayed)
      implements Optimizer {

    /**
     * Checks the components and copies the list.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public AdamW {
      checkArgument(beta1 >= 0 && beta1 < 1, "beta 1 must be in [0, 1), got %s", beta1);
      checkArgument(beta2 >= 0 && beta2 < 1, "beta 2 must be in [0, 1), got %s", beta2);
      checkArgument(epsilon > 0, "epsilon must be positive, got %s", epsilon);
      checkArgument(weightDecay >= 0, "weight decay must not be negative, got %s", weightDecay);
      undecayed = List.copyOf(undecayed);
    }

    @Override
    public Op update(
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
      List<Op> first = new ArrayList<>();
      first.add(tf.assignVariableOp(slots.handle(count), step));
      if (decays(parameter)) {
        Operand<TFloat32> weight = variables.values(List.of(parameter)).get(0);
        Operand<TFloat32> kept =
            tf.math.sub(tf.constant(1f), tf.math.mul(rate, tf.constant((float) weightDecay)));
        first.add(tf.assignVariableOp(variables.handle(parameter), tf.math.mul(weight, kept)));
      }
      // The corrections are in the rate and in epsilon; the kernel's own are off at powers of 0.
      Operand<TFloat32> none = tf.constant(0f);
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
              gradient);
    }

    /** Returns whether a parameter shrinks. */
    boolean decays(Parameter parameter) {
      String last = parameter.key().substring(parameter.key().lastIndexOf('.') + 1);
      return weightDecay > 0 && parameter.shape().size() > 1 && !undecayed.contains(last);
    }

    private static Parameter slot(String name, Parameter parameter, List<Integer> shape) {
      Layout layout = shape.isEmpty() ? Layout.SAME : parameter.layout();
      return new Parameter(
          name + "." + parameter.key(), shape, layout, Init.ZEROS, Parameter.Role.BUFFER);
    }

    /** 1 - beta^step, for the beta that the kernel's 32 bits make of it. */
    private static Operand<TFloat64> left(Ops tf, double beta, Operand<TFloat32> step) {
      Operand<TFloat64> power =
          tf.math.pow(tf.constant((double) (float) beta), tf.dtypes.cast(step, TFloat64.class));
      return tf.math.sub(tf.constant(1.0), power);
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
    public List<Operand<TFloat32>> gradients(Ops tf, List<Operand<TFloat32>> found) {
      List<Operand<TFloat32>> halves = new ArrayList<>();
      found.forEach(gradient -> halves.add(tf.nn.l2Loss(gradient)));
      Operand<TFloat32> total = tf.math.sqrt(tf.math.mul(tf.math.addN(halves), tf.constant(2f)));
      Operand<TFloat32> ratio =
          tf.math.div(tf.constant((float) norm), tf.math.add(total, tf.constant(1e-6f)));
      Operand<TFloat32> factor = tf.math.minimum(ratio, tf.constant(1f));
      List<Operand<TFloat32>> clipped = new ArrayList<>();
      found.forEach(gradient -> clipped.add(tf.math.mul(gradient, factor)));
      return rule.gradients(tf, clipped);
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
}
