package org.genimage.train;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.Parameter;
import org.genimage.models.nn.TrainableVariables;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.train.ResourceApplyMomentum;
import org.tensorflow.types.TFloat32;

/** A rule by which a parameter follows its gradient. */
public interface Optimizer {

  /**
   * Adds the update of one parameter to the graph.
   *
   * @param tf the ops
   * @param variables the model's variables
   * @param slots the optimizer's own variables, which checkpoints keep
   * @param parameter what to update
   * @param gradient the loss's gradient, in TensorFlow's axis order
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
}
